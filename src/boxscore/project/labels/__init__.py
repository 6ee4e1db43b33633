"""Labels that are probably wrong, and what people decide about them."""
