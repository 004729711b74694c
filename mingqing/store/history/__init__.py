"""What was: versions of a row, actions in a village, what is about a person, rows that are gone, two dates compared."""
