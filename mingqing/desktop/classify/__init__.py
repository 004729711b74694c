"""Classes that a user makes of a table: the side panel, and what it does to the map."""
