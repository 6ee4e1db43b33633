"""What metrics of one's own read."""
