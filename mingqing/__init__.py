"""民情地图: the six thematic maps of a village, offline. See docs/architecture.md for a tour of the rooms."""

import os

# numpy's linear algebra, which nothing here uses, else starts threads that spin for a tenth of a second at every start.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
