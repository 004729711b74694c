"""Which household goes to which shelter: proved best, or how far from it at most."""
