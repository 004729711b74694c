"""民情地图: the six thematic maps of a village, offline. See docs/architecture.md for a tour of the rooms."""

__version__ = "0.1.0"
