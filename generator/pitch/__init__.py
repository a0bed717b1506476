"""What works on a project from outside, by what its commands leave behind: it needs no copy in the project."""
