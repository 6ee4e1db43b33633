"""Boxscore: what happens after a computer-vision model has made its predictions."""
