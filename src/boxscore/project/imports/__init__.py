"""Into a project: read, reconciled, evaluated, published in one commit."""
