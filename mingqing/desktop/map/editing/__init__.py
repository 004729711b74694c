"""Drawing on the map and correcting what is drawn: the tools, their bar, what they snap to, and how it is saved."""
