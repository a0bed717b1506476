"""The command line: flags made from the knobs of config.py, and one line for every mistake."""

import argparse
import dataclasses
import difflib
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from config import MODELS, Config


class Fault(Exception):
    """A fault of data, files or training: shown as one line, exit code 1."""

    code = 1


class Misuse(Fault):
    """An unknown name, flag or combination: shown as one line, exit code 2."""

    code = 2


class Interrupted(Fault):
    """Stopped by Ctrl-C after saving what there was: exit code 130."""

    code = 130


def run(main: Callable[[], int | None]) -> NoReturn:
    """Call `main` and leave with its exit code; a `Fault` becomes one line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not know every character
            stream.reconfigure(errors="replace")
    name = Path(sys.argv[0]).name
    try:
        code = main() or 0
        sys.stdout.flush()
    except Fault as fault:
        print(f"{name}: {' '.join(str(fault).split())}", file=sys.stderr)
        code = fault.code
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr)
        code = 130
    except BrokenPipeError:  # `python predict.py … | head`
        sys.stderr.close()
        code = 0
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"{name}: {place}{error.strerror or error}", file=sys.stderr)
        code = 1
    sys.exit(code)


def watch_interrupts() -> Callable[[], bool]:
    """The first Ctrl-C from now on only sets a flag, which the returned function tells; a second one stops at once."""
    pressed: list[int] = []

    def note(number: int, frame: object) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, note)
        signal.signal(signal.SIGTERM, note)
    return lambda: bool(pressed)


def missing(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Show an error that nobody caught: one line with the remedy, where it is a package that is not installed."""
    if not isinstance(error, ModuleNotFoundError):
        sys.__excepthook__(kind, error, trace)
        return
    name = str(error.name).partition(".")[0]
    script = Path(sys.argv[0]).name
    print(f"{script}: {name} is missing; install what this project needs with: pip install -e .", file=sys.stderr)


sys.excepthook = missing  # here, because imports fail before any function of the project is called


class Parser(argparse.ArgumentParser):
    """An argument parser that takes `--batch_size` for `--batch-size` and complains in one line."""

    def __init__(self, description: str) -> None:
        super().__init__(description=description, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise Misuse(f"{message}; --help lists the flags")

    def knobs(self, names: Sequence[str], defaults: Config) -> None:
        """Add a flag for each named knob; without it on the command line the result holds None."""
        comments = _comments()
        for name in names:
            default = getattr(defaults, name)
            kind = {"action": argparse.BooleanOptionalAction} if isinstance(default, bool) else {"type": type(default)}
            why = comments.get(name, "").replace("%", "%%")
            self.add_argument(_flag(name), default=None, help=f"{why} [{default}]", **kind)


def split_argv(argv: Sequence[str] | None) -> list[str]:
    """The words of the command line, flags spelled with hyphens."""
    words = list(sys.argv[1:] if argv is None else argv)
    flags = [word for word in words if word.startswith("--") and len(word) > 2]
    spelled = {word: word.partition("=")[0].replace("_", "-") + "".join(word.partition("=")[1:]) for word in flags}
    return [spelled.get(word, word) for word in words]


def parse_with_knobs(parser: Parser, argv: Sequence[str] | None = None) -> tuple[argparse.Namespace, Config]:
    """Parse a command line on which every knob of the chosen model is a flag.

    Returns the other flags and the config: the model's defaults, changed by what was given.
    """
    words = split_argv(argv)
    parser.add_argument("--model", choices=list(MODELS), help=f"one of {', '.join(MODELS)} [{next(iter(MODELS))}]")
    chooser = Parser("")
    chooser.add_argument("--model")
    name = chooser.parse_known_args([w for w in words if w not in ("-h", "--help")])[0].model or next(iter(MODELS))
    config = MODELS.get(name, next(iter(MODELS.values())))()
    names = [field.name for field in dataclasses.fields(config) if field.name != "model"]
    parser.knobs(names, config)
    args, unknown = parser.parse_known_args(words)
    for word in unknown:
        if word.startswith("-"):
            refuse_flag(word, name, [_flag(n) for n in names] + list(parser._option_string_actions))
        raise Misuse(f"unexpected {word!r}; --help lists the flags")
    given = {n: getattr(args, n) for n in names if getattr(args, n) is not None}
    return args, check_values(dataclasses.replace(config, **given))


def parse_plain(parser: Parser, argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse a command line without knobs."""
    return parser.parse_args(split_argv(argv))


def refuse_flag(flag: str, model: str, known: Sequence[str]) -> NoReturn:
    """Say what is wrong with a flag nobody knows: another model's knob, a slip of the fingers, or neither."""
    flag = flag.partition("=")[0]
    owners = [m for m, c in MODELS.items() if flag in map(_flag, c.__dataclass_fields__)]
    if owners:
        raise Misuse(f"{flag} is a knob of {' and '.join(owners)}, not of {model}; add --model {owners[0]}")
    near = difflib.get_close_matches(flag, known, 1)
    raise Misuse(f"no flag {flag}" + (f"; did you mean {near[0]}?" if near else "; --help lists the flags"))


def check_values(config: Config) -> Config:
    """Refuse values that no training can use; returns the config."""
    for name in ("epochs", "batch_size", "steps", "minutes", "patience", "checkpoint_seconds", "weight_decay", "seed"):
        if getattr(config, name) < 0:
            raise Misuse(f"{_flag(name)} must not be negative, got {getattr(config, name)}")
    for name in ("learning_rate", "clip"):
        if not 0 < getattr(config, name) < float("inf"):
            raise Misuse(f"{_flag(name)} must be above 0, got {getattr(config, name)}")
    for name in ("valid_share", "test_share"):
        if not 0 < getattr(config, name) < 1:
            raise Misuse(f"{_flag(name)} is a share between 0 and 1, got {getattr(config, name)}")
    for name, least in (("width", 1), ("depth", 1), ("heads", 1), ("kernel", 2)):
        if getattr(config, name, least) < least:
            raise Misuse(f"{_flag(name)} starts at {least}, got {getattr(config, name)}")
    if not 0 <= getattr(config, "dropout", 0) < 1:
        raise Misuse(f"--dropout is a share from 0 to below 1, got {config.dropout}")
    if hasattr(config, "heads") and config.width % (2 * config.heads):
        raise Misuse(f"--width must be a multiple of twice --heads, got {config.width} and {config.heads}")
    if config.valid_share + config.test_share >= 1:
        raise Misuse("--valid-share and --test-share together leave nothing to train on; lower one of them")
    return config


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _comments() -> dict[str, str]:
    """The reason beside each knob in config.py, for --help."""
    lines = Path(__file__).with_name("config.py").read_text(encoding="utf-8").splitlines()
    knobs = (line.partition("  # ") for line in lines if line.startswith("    ") and "  # " in line)
    return {before.split(":")[0].strip(): why for before, _, why in knobs}
