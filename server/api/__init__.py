"""The HTTP interface: one package per subject with its routes, schemas and views."""
