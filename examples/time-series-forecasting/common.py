"""What every command shares: the command line, one line for a mistake, files written whole, and how data are split."""

import argparse
import dataclasses
import difflib
import functools
import hashlib
import importlib
import io
import json
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from config import MODELS, MORE, Config

ROOT = Path(__file__).resolve().parent
RUNS, PUBLISHED = ROOT / "runs", ROOT / "published"
os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # threads sleep sooner: awake, they wait long beside other programs


class Problem(Exception):
    """A person's mistake, or a fault of files: one line on stderr. Code 1; 2 for wrong usage, 130 for Ctrl-C."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


def run(main: Callable[[], int | None]) -> NoReturn:
    """Call `main` and leave with its exit code."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console may not know every character
    said = ""
    try:
        code = main() or 0
        print(end="", flush=True)
    except Problem as problem:
        said, code = str(problem), problem.code
    except KeyboardInterrupt:
        said, code = "interrupted", 130
    except BrokenPipeError:  # `python predict.py … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = 0
    except OSError as error:
        said, code = f"{error.filename or 'a file'}: {error.strerror or error}", 1
    except Exception as error:
        if not re.search("MemoryError|out of memory|allocate memory|OOM when|RESOURCE_EXHAUSTED", repr(error)):
            raise
        said, code = "out of memory; try a smaller --batch-size", 1
    if said:
        print(f"{Path(sys.argv[0]).name}: {' '.join(said.split())}", file=sys.stderr)
    sys.exit(code)


def tell_missing(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """An import that failed: one line with the remedy."""
    if not isinstance(error, ModuleNotFoundError):
        return sys.__excepthook__(kind, error, trace)
    print(f"{error.name} is missing; install what this project needs with: pip install -e .", file=sys.stderr)


# Here, because imports fail, and are interrupted, before any function is called.
sys.excepthook = tell_missing
if Path(sys.argv[0]).resolve().parent == ROOT:  # a command, no test or notebook
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until `run`: a library may take Ctrl-C for a fault of its own
for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
    if getattr(sys, name) is None:  # `>&-`; and no file may get the number of a stream
        setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))
tomllib = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")


@functools.cache  # what is read twice is said once
def note(text: str) -> None:
    print(f"note: {text}", file=sys.stderr)


def words(key: str, **facts: object) -> str:
    """What this project says to people, in its language: a text of strings.toml with its {blanks} filled in."""
    return tomllib.loads((ROOT / "strings.toml").read_text(encoding="utf-8"))[key].format(**facts)


class Parser(argparse.ArgumentParser):
    """Flags with hyphens or underscores, errors in one line, and on request a flag for each knob of config.py."""

    def __init__(self, description: str | None, knobs: bool = False) -> None:
        super().__init__(description=description, allow_abbrev=False)
        kinds = reversed(MODELS.values()) if knobs else ()  # what is said of the first one counts
        self.knobs = {field.name: field.default for kind in kinds for field in dataclasses.fields(kind)}
        why = dict(re.findall(r"^    (\w+): .*?  # (.+)$", (ROOT / "config.py").read_text(encoding="utf-8"), re.M))
        for name, default in self.knobs.items():
            how = {"action": argparse.BooleanOptionalAction} if isinstance(default, bool) else {"type": type(default)}
            about = f"{why.get(name, ', '.join(MODELS))} [{default}]".replace("%", "%%")
            self.add_argument("--" + name.replace("_", "-"), help=about, **how)

    def parse(self) -> tuple[argparse.Namespace, dict[str, Any]]:
        """The flags, and those knobs that were given."""
        typed = [re.sub(r"^--\w[\w-]*", lambda flag: flag[0].replace("_", "-"), word) for word in sys.argv[1:]]
        args = self.parse_args(typed)
        return args, {name: value for name, value in vars(args).items() if name in self.knobs and value is not None}

    def error(self, message: str) -> NoReturn:
        if flag := re.search(r"unrecognized arguments: (--[\w-]+)", message):
            near = difflib.get_close_matches(flag[1], self._option_string_actions, 1)
            message = f"no flag {flag[1]}" + (f"; did you mean {near[0]}?" if near else "")
        raise Problem(f"{message}; --help lists the flags", 2)


def configured(given: dict[str, Any]) -> Config:
    """The defaults of the model that is named, changed by what was given."""
    model = given.get("model", next(iter(MODELS)))
    if model not in MODELS:
        remedy = f"hackgen add model {model} lays it in" if model in MORE else f"use {', '.join(MODELS)}"
        raise Problem(f"no model {model} here; {remedy}", 2)
    for name in given:
        owners = [other for other, kind in MODELS.items() if hasattr(kind, name)]
        if model not in owners:
            raise Problem(f"--{name} is a knob of {owners[0]}, not of {model}; add --model {owners[0]}", 2)
    try:
        return MODELS[model](**given)
    except ValueError as error:
        raise Problem(str(error), 2) from None


def kit(config: Config) -> ModuleType:
    """What builds, asks and restores the model: net.py, or the model's own file where it needs no framework."""
    own = importlib.import_module(f"models.{config.model}")
    return own if hasattr(own, "outputs") else importlib.import_module("net")


def write(path: Path, content: bytes | str | Callable[[io.BytesIO], Any]) -> None:
    """Replace a file in one step: after a kill or on a full disk there is the old content or the new, never half."""
    if callable(content):  # writes it to a file
        content(packed := io.BytesIO())
        content = packed.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        draft.write_bytes(content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)
        os.replace(draft, path)
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror}; what was there before is kept") from error
    finally:
        draft.unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    write(path, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise Problem(f"{path} is missing or damaged ({getattr(error, 'strerror', error)}); train again") from None


def located(path: str) -> Path:
    """Where data are: a path of the project works from every folder, and data/location.txt names data outside it."""
    place = Path(path) if Path(path).exists() else ROOT / path
    if place.name == "location.txt" and place.is_file():
        place = Path(place.read_text(encoding="utf-8-sig", errors="surrogateescape").strip() or "nothing")
    if not place.exists():
        raise Problem(f"{path}: there is no {place}; name what is there, for training by --data or location.txt")
    return place


def sha256(path: Path) -> str:
    """The fingerprint of a file, or of all files below a folder with their names."""
    digest = hashlib.sha256()
    for file in filter(Path.is_file, sorted([path, *path.rglob("*")])):
        inside = file.relative_to(path).as_posix() + "\0" if path.is_dir() else ""
        digest.update(inside.encode("utf-8", "surrogateescape"))
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def divide(keys: Any, labels: Any, config: Config, test_share: float | None = None) -> Any:
    """0, 1 or 2 (train, valid, test) for each row, in equal shares of each class; equal keys meet in one split.

    keys    (rows,) equal for duplicates, photographs of one person …
    labels  (rows,) classes, or None; one with less than three different examples is left out (-1), and a note says so
    """
    import numpy as np  # not above: first tell_missing must stand ready

    labels = np.zeros(len(keys), int) if labels is None else labels
    test_share = config.test_share if test_share is None else test_share
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    size, part, of = np.bincount(group), np.full(len(first), -1), labels[first]  # a group is of its first row's class
    if any((of == label).sum() < 3 for label in np.unique(labels[labels != of[group]])):
        labels = np.zeros(len(keys), int)  # else keys of several classes would lose one of them
    rng = np.random.default_rng(config.split_seed)
    for label in np.unique(labels):
        members = np.flatnonzero(labels[first] == label)
        if len(members) < 3:
            note(f"class {label} is left out, as too few of its examples differ to divide them")
            continue
        members = rng.permutation(members)
        rows = size[members]
        before = (np.cumsum(rows) - rows) / rows.sum()  # the share of rows in earlier groups
        split = np.select([before < test_share, before < test_share + config.valid_share], [2, 1], 0)
        split[0], split[-1] = 2, 0
        split[min(np.sum(split == 2), len(split) - 2)] = 1  # each has one
        part[members] = split
    if len(np.unique(labels[first][part >= 0])) < min(2, len(np.unique(labels))):
        raise Problem(f"{len(first)} different examples are too few for train, valid and test; add some")
    return part[group]
