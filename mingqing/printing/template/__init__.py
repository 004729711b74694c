"""Templates: how a page is laid out and what it says, from TOML that a township may change."""
