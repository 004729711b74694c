"""Charts of the village in view, beside the map."""
