"""Sample data and the program that invents it."""
