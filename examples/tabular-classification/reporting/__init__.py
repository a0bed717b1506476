"""Figures, report and published results."""
