"""The project folder: encrypted SpatiaLite, schema, sessions, recorded changes. The only package that speaks SQL."""
