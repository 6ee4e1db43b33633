"""Encord Active's names over projects of this package."""
