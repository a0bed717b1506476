"""From answers to a project on disk: answers, the parts they choose, the plan of files, and the writing of it."""
