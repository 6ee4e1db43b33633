"""Scores of plain arrays, without a project."""
