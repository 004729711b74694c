"""Plans that are kept with a project: saved, versioned, compared, ticked off, and told when they are out of date."""
