"""The two sides of `benchmarks.printing`: our wall maps, and the same pages by QGIS's layout atlas."""
