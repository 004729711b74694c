"""What is wrong with the rows of a project: a list to be worked off before they are handed on."""
