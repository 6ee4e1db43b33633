"""What looks like what: embeddings, and what they tell."""
