"""Wall maps: a village's thematic map on one page, with what a map needs beside it."""
