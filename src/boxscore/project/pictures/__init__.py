"""Pixels of a project's images."""
