"""Pictures beneath the map, from files on this computer: imagery, hillshade and contours, in the project's CRS."""
