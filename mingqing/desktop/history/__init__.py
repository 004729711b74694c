"""What was changed, by whom and when: of a row, of a village; what was deleted; two dates compared."""
