"""What to predict: the column, or the future where rows are steps in time, with task, metric and command."""
