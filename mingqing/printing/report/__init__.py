"""What is printed of a village besides maps: its report, and a sheet for a household."""
