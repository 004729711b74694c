"""The page for the rights of the people: what is held on one, correcting, deleting, how long it is kept."""
