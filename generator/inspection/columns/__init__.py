"""From bytes to columns: what a file is, its rows, cells and numbers, what is counted of each column, its role."""
