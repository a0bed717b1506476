"""hackgen: from an idea or a data file to a trained, evaluated, checked machine-learning project."""

__version__ = "0.1.0"
