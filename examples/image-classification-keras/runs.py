"""Run folders: making one, finding one, and writing files so that a kill never leaves half of one."""

import dataclasses
import hashlib
import json
import math
import os
import re
import time
from pathlib import Path
from typing import Any

from cli import Fault, Misuse
from config import BACKEND, FRAMEWORK, MODELS, TASK, Config

ROOT = Path(__file__).resolve().parent
RUNS = ROOT / "runs"
PUBLISHED = ROOT / "published"


def write(path: Path, content: bytes | str) -> None:
    """Replace a file in one step: whoever reads it sees the old content or the new one, never a part."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Fault(f"cannot write {path}: {error.strerror}; what was there before is kept") from error


def write_json(path: Path, content: Any) -> None:
    """Write JSON that people can read and any parser accepts (no NaN)."""
    write(path, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """The names and values of a JSON file of a run; a missing or damaged one is a `Fault` that names it."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Fault(f"{path} is missing; is {path.parent} a finished run? python train.py makes a new one") from None
    except ValueError as error:
        raise Fault(f"{path} is damaged ({error}); restore it or train again") from None
    if not isinstance(content, dict):
        raise Fault(f"{path} is damaged (it does not begin with a brace); restore it or train again")
    return content


def start(config: Config, name: str | None) -> Path:
    """Make an empty run folder, `runs/<time>-<model>` unless it is named."""
    if name:
        folder = Path(name) if Path(name).is_absolute() else RUNS / name
        if not re.fullmatch(r"[\w][\w.\- ]*", folder.name) or folder.name.endswith((".", " ")):
            raise Misuse(f"--out {folder.name!r} does not work on every system; use letters, digits, '-' and '_'")
        if folder.name in ("latest", "published"):
            raise Misuse(f"--out {folder.name} has a meaning of its own; use another name")
        if folder.exists():
            raise Fault(f"{folder} exists; choose another --out, or go on with --resume {name}")
        folder.mkdir(parents=True)
        return folder
    stem = f"{time.strftime('%Y%m%d-%H%M%S')}-{config.model}"
    for number in range(1, 1000):
        folder = RUNS / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir(parents=True)
            return folder
        except FileExistsError:
            continue
    raise Fault(f"{RUNS} has 999 runs called {stem}")


def find(name: str | None) -> Path:
    """The run that is meant: a name in runs/, a path, or by default the newest one, else the published one."""
    if name:
        for folder in (RUNS / name, Path(name), ROOT / name):
            if (folder / "config.json").is_file():
                return folder.resolve()
        known = sorted(path.parent.name for path in RUNS.glob("*/config.json"))
        raise Fault(f"no run {name!r}; there is: {', '.join(known[-5:]) or 'none yet (python train.py makes one)'}")
    latest = RUNS / "latest"
    if latest.is_file():
        folder = Path(latest.read_text(encoding="utf-8").strip())
        folder = folder if folder.is_absolute() else RUNS / folder
        if (folder / "config.json").is_file():
            return folder
    if (PUBLISHED / "config.json").is_file():
        return PUBLISHED
    raise Fault("there is no run yet; python train.py makes one")


def mark_latest(run: Path) -> None:
    """Point runs/latest at a run; a text file, because links do not exist everywhere."""
    write(RUNS / "latest", (run.name if run.parent == RUNS else str(run)) + "\n")


def save_config(run: Path, config: Config, **facts: Any) -> None:
    """Write config.json: every knob as it was resolved, and facts such as `smoke`."""
    about = {"task": TASK, "framework": FRAMEWORK, "backend": BACKEND}
    write_json(run / "config.json", {**about, **facts, **dataclasses.asdict(config)})


def read_config(run: Path) -> tuple[Config, dict[str, Any]]:
    """The config a run was trained with, and the other facts of config.json."""
    facts = read_json(run / "config.json")
    for name, here in (("task", TASK), ("framework", FRAMEWORK)):
        if facts.get(name) != here:
            raise Fault(f"{run} is a run of {name} {facts.get(name)!r}; this project's {name} is {here!r}")
    if facts.get("model") not in MODELS:
        raise Fault(f"{run} trained the model {facts.get('model')!r}; this project has {', '.join(MODELS)}")
    kind = MODELS[facts["model"]]
    names = {field.name for field in dataclasses.fields(kind)}
    if missing := names - facts.keys():
        raise Fault(
            f"{run / 'config.json'} lacks {', '.join(sorted(missing))}; it is from another version of config.py"
        )
    return kind(**{name: facts[name] for name in names}), facts


def about(config: Config) -> dict[str, str]:
    """What a checkpoint says of itself, so that it is never taken for another's."""
    return {"task": TASK, "framework": FRAMEWORK, "model": config.model}


def check_about(found: dict[str, str], config: Config, path: Path) -> None:
    """Refuse a checkpoint of another task, framework or model."""
    for name, here in about(config).items():
        if found.get(name) != here:
            raise Fault(f"{path} is of {name} {found.get(name)!r}, not {here!r}; choose another run")


def trained_meta(run: Path, meta: dict[str, Any]) -> dict[str, Any]:
    """The meta.json of a run; a `Fault` unless data with this `meta` are those it was trained on, and read as then.

    Measured numbers may differ in the last digits: other machines add up in another order.
    """
    trained, now = read_json(run / "meta.json"), json.loads(json.dumps(meta))
    if trained["data"]["sha256"] != now["data"]["sha256"]:
        raise Fault(
            f"{now['data']['path'] or now['data']['name']} is not what {run.name} was trained on (sha256 differs); "
            "name the old file with --data, or train again"
        )
    if other := [name for name in trained.keys() & now.keys() - {"data"} if not alike(trained[name], now[name])]:
        raise Fault(
            f"{run.name} was trained on these data read in another way (other {', '.join(sorted(other)[:4])}); "
            "undo what changed since, in data/schema.toml or the code, or train again"
        )
    return trained


def alike(one: Any, other: Any) -> bool:
    """Whether two contents of JSON are the same but for rounding."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
    return one == other


def sha256(path: Path) -> str:
    """The fingerprint of a file, or of all files below a folder with their names."""
    digest = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file()):
        if path.is_dir():
            digest.update(file.relative_to(path).as_posix().encode("utf-8") + b"\0")
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def located(config: Config) -> Config:
    """The config with the place where its data really are, for `data.load`.

    A path of the project works from every folder; data/location.txt, which git does not track, names data outside it.
    """
    path = Path(config.data)
    if not config.data or path.is_absolute() or path.exists() or not (ROOT / path.parent).is_dir():
        place = path
    else:
        place = ROOT / path
    if place.parts[-2:] != ("data", "location.txt"):
        return dataclasses.replace(config, data=str(place) if config.data else "")
    if not place.is_file():
        raise Fault(f"{config.data} is missing: it says where the data lie; write their path into it or use --data")
    named = place.read_text(encoding="utf-8-sig").strip()
    if not named or not Path(named).exists():
        raise Fault(f"{config.data} names {named or 'no place'}, which is not there; mend it, or use --data")
    return dataclasses.replace(config, data=named)
