"""The classroom page: models to JavaScript and data."""
