"""One HTML file with the six maps that opens anywhere, without a network."""
