"""The project folder: encrypted SpatiaLite, schema, sessions, changes. The only package that speaks SQL."""
