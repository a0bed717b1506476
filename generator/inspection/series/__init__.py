"""Series that lie in several files: one table, a file for each series."""
