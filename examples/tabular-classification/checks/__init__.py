"""The items of the checklist: each module here brings some, in its list ITEMS; a new item is a function and a row."""
