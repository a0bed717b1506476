"""The checklist before a talk: its items, what each of them looks at, and the page that is ticked."""
