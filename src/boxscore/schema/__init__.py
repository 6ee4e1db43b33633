"""The nouns: columns, tables, ontology, geometry kinds. No behaviour of the outside world."""
