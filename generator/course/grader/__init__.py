"""The grader, as it is shipped: the parent asserts, the child computes. It needs NumPy and nothing of hackgen."""
