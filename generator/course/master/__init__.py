"""A master: what an instructor writes; its card, its markers, and how a new one is made."""
