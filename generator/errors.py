"""Faults that a person can mend: each becomes one line on stderr and an exit code, never a traceback."""


class Problem(Exception):
    """A fault of files or folders: exit code 1."""

    exit_code = 1


class Misuse(Problem):
    """A wrong name, flag or combination: exit code 2."""

    exit_code = 2


def nearest(name: str, known: list[str]) -> str:
    """`; did you mean "cnn"?` for a misspelt name, else what there is."""
    import difflib  # only when something is wrong: it costs a start-up nothing

    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    return f'; did you mean "{close[0]}"?' if close else f"; there is: {', '.join(known) or 'nothing'}"
