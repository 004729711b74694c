"""The log page: who did what and when, found, proved, handed on."""
