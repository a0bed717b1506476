"""Reading texts and splitting them into words."""
