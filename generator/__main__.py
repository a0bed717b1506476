"""`hackgen` and `python -m hackgen`: whatever goes wrong ends as one line on stderr and an exit code."""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

ENDS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
STREAMS = {"stdin": "r", "stdout": "w", "stderr": "w"}


def main() -> None:
    _on_ends(_leave)
    _speak_utf8()
    for name, mode in STREAMS.items():
        if getattr(sys, name) is None:  # `>&-`; and no file that is written may come by the number of a stream
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a character must not end the program
    import click

    from .cli import cli
    from .errors import Problem
    from .text import printable

    _on_ends(_interrupt)
    try:
        code = cli.main(prog_name="hackgen", standalone_mode=False) or 0
        sys.stdout.flush()
    except Problem as problem:
        code = _said(printable(str(problem)), problem.exit_code)
    except (click.Abort, KeyboardInterrupt):
        code = _said("interrupted", 130)
    except click.ClickException as error:
        code = _said(printable(" ".join(error.format_message().split())), error.exit_code)
    except OSError as error:
        code = _said(printable(f"{error.filename or 'the system'}: {error.strerror or error}"), 1)
    try:
        sys.stdout.flush()
    except OSError:  # what is left of the output cannot be written, of which Python would tell once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(code)


def _on_ends(handler: Callable[[int, FrameType | None], None]) -> None:
    for number in ENDS:
        if number != getattr(signal, "SIGHUP", None) or signal.getsignal(number) != signal.SIG_IGN:  # not under nohup
            signal.signal(number, handler)


def _leave(number: int, frame: FrameType | None) -> None:
    """At once: nothing has begun, and a library that is interrupted while it is imported may tell of it at length."""
    os._exit(_said("interrupted", 130))


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Tidy up once, and undisturbed: that is short, and a second Ctrl-C must not cut it off."""
    for other in ENDS:
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


def _speak_utf8() -> None:
    """Begin anew in UTF-8 where a locale of ASCII alone, LANG=C, would make unreadable what is in a path."""
    if sys.getfilesystemencoding() == "ascii" and os.environ.get("PYTHONUTF8") != "1":
        os.execve(sys.executable, sys.orig_argv, os.environ | {"PYTHONUTF8": "1"})


def _said(line: str, code: int) -> int:
    try:
        print(f"hackgen: {line}", file=sys.stderr, flush=True)
    except OSError:  # the terminal is closed
        pass
    return code


if __name__ == "__main__":
    main()
