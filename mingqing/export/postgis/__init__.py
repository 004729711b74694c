"""The county's PostGIS, kept in step with a project."""
