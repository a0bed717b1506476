"""The deck that slides.py builds: what it tells (story, numbers, outline), how it looks (layout), and its two files."""
