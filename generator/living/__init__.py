"""Living with a project: bringing it up to date, changing what it has, and meeting templates of other makers."""
