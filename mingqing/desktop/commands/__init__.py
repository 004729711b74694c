"""Everything the window can do, found by typing what it is called."""
