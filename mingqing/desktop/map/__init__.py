"""The map on screen: where it is looked at from, the canvas, what lies over it."""
