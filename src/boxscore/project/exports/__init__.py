"""Out of a project: files, parts of it, other packages' data sets."""
