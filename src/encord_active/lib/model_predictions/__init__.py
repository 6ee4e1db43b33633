"""Importers and the writer of predictions, under the names that Encord Active documents."""
