"""The deck that slides.py builds: what is told (story, numbers, outline), how it looks (layout), and two files of it."""
