"""Texts: one, a file of many, folders by class."""
