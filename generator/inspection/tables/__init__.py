"""Tables of every format: opening them, what is no row of theirs, and from a file to findings."""
