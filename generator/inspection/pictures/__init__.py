"""Pictures: folders, archives and lists of them, copies for a project, data sets of the hub."""
