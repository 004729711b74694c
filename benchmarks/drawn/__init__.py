"""What `benchmarks.drawing` consists of: the two programs that draw, the file QGIS reads, the look it is told."""
