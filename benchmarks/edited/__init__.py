"""What `benchmarks.editing` consists of beside itself: the side of QGIS."""
