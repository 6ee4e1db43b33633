"""Metrics of one's own."""
