"""Files from elsewhere become rows: read, matched, repaired, linked, and reported."""
