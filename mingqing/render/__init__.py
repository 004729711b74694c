"""A theme and an extent become a drawing: scene (no Qt), labels, painter (QtGui)."""
