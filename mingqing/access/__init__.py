"""Who may open what: key slots and passwords. Pure decisions, no database."""
