"""What small scales are drawn from: rows gathered into groups, shapes simplified, kept beside the project's data."""
