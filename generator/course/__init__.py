"""Assignments for a course: from a working project to what students get, a grader, and a proof that both are right."""
