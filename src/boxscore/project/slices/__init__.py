"""Parts of the data, named, found and kept."""
