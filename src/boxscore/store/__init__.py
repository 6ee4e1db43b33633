"""A project folder: SQLite catalogue, immutable Parquet parts, leases, checks."""
