"""What is said of the thing that was clicked: found, gathered from linked rows, shown."""
