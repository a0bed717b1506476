"""`hackgen` and `python -m hackgen`: whatever goes wrong ends as one line on stderr and an exit code."""

import signal
import sys
from types import FrameType


def main() -> None:
    try:
        sys.exit(_run())
    except KeyboardInterrupt:
        _fail("interrupted", 130)


def _run() -> int:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a character must not end the program
    import click  # here, so that Ctrl-C during an import is no traceback either

    from .cli import cli
    from .errors import Problem
    from .text import printable

    try:
        return cli.main(prog_name="hackgen", standalone_mode=False) or 0
    except Problem as problem:
        _fail(printable(str(problem)), problem.exit_code)
    except click.Abort:
        _fail("interrupted", 130)
    except click.ClickException as error:
        _fail(printable(" ".join(error.format_message().split())), error.exit_code)
    except OSError as error:
        _fail(printable(f"{error.filename or 'the system'}: {error.strerror or error}"), 1)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Tidy up once, and undisturbed: that is short, and a second Ctrl-C must not cut it off."""
    for other in (signal.SIGINT, signal.SIGTERM):
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


def _fail(line: str, code: int) -> None:
    print(f"hackgen: {line}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
