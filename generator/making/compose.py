"""Layers of parts -> {path: bytes}: the whole project in memory, before anything is written."""

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from .. import text
from ..archive import sealed
from ..errors import Problem
from ..parts import TEMPLATES, WITH_ANY, parsed, read_toml
from ..templating import rendered
from . import own_data
from .answers import to_toml
from .choice import Answers, Choice, choose, settled
from .facts import facts
from .own_data import OwnData

STRINGS = "strings.toml"
NOT_COPIED = {"part.toml", "facts.toml", "facts.py", "assignment.toml"}


def plan(choice: Choice, answers: Answers, own: OwnData | None = None) -> dict[str, bytes]:
    """Every file of the project. `new`, `--dry-run` and the tests all use this one plan."""
    answers = own.recorded(answers) if own else answers
    choice = replace(choice, large=bool(own and own.large))
    known = facts(choice, answers)
    known |= {"learns_from": own.name if own else known["task"]["sample"]}
    known |= {"own": own_data.facts(own, answers)} if own else {}
    known = more_facts(choice.laid, known)
    laid = lay(choice.laid, choice.framework.models_from)
    files = join_sections({path: merged(path, [rendered(s, known) for s in sources]) for path, sources in laid.items()})
    if own:
        files |= own.files | {"data/schema.toml": own.schema}
    return dict(sorted(files.items())) | {".hackgen.toml": to_toml(answers).encode()}


def more_facts(layers: list[Path], known: dict[str, Any]) -> dict[str, Any]:
    """The facts, and those that parts bring: data (`facts.toml`), then what they compute from all (`facts.py`)."""
    told: dict[str, Any] = {}
    for path in (layer / "facts.toml" for layer in layers):
        told |= read_toml(path) if path.is_file() else {}
    for path in filter(Path.is_file, [layer / "facts.py" for layer in layers]):
        told |= computed(path, known | told)
    if taken := sorted(told.keys() & known.keys()):
        raise Problem(f'the templates bring a fact "{taken[0]}" which every project has; call it otherwise')
    return known | told


def computed(path: Path, known: dict[str, Any]) -> dict[str, Any]:
    """What the function `facts` of a part's own module makes of the facts so far."""
    module: dict[str, Any] = {"__name__": "hackgen_facts"}
    exec(compiled_facts(path, path.read_bytes()), module)
    return module["facts"](known)


@cache
def compiled_facts(path: Path, source: bytes) -> CodeType:
    return compile(source, path, "exec")


def lay(layers: list[Path], models_from: str) -> dict[str, list[Path]]:
    """Which template files make each project file: the last layer's one, or all of them where they are joined."""
    laid: dict[str, list[Path]] = {}
    for layer in layers:
        for source, inside in walk(layer):
            path = project_path(layer, inside, models_from)
            if path:
                laid[path] = [*laid.get(path, []), source] if is_joined(path) else [source]
    return laid


def walk(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files of a part with their paths inside it, without what Python or an editor's import left there."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        inside = os.path.relpath(parent, folder).replace(os.sep, "/") + "/"
        for name in names:
            if not name.endswith(".pyc"):
                yield Path(parent, name), (inside + name).removeprefix("./")


def project_path(layer: Path, inside: str, models_from: str) -> str | None:
    """Where a part's file lands; None for what is not copied. The special names of templates/README.md, all of them."""
    if inside in NOT_COPIED or inside.startswith(("sample/", "large/", "assignment/")):
        return None
    if inside.startswith("with_") and inside.endswith(".py"):
        return f"models/{layer.name}.py" if inside in (f"with_{models_from}.py", WITH_ANY) else None
    dotted = ("." + part[4:] if part.startswith("dot_") else part for part in inside.split("/"))
    return "/".join(dotted).removesuffix(".j2")


def is_joined(path: str) -> bool:
    return path == STRINGS or path.rpartition("/")[2] in {".gitignore", ".dockerignore"}


def merged(path: str, contents: list[bytes]) -> bytes:
    """The one content; of ignore lists, all lines in the order of layers, each once; of strings, each key's last."""
    if not is_joined(path):
        return contents[-1]
    if path == STRINGS:
        strings: dict[str, Any] = {}
        for content in contents:
            strings |= parsed(content.decode())
        if wrong := [key for key, value in strings.items() if not isinstance(value, str)]:
            raise Problem(f'the templates have a string "{wrong[0]}" in {STRINGS} that is no text')
        return "".join(f"{key} = {text.toml(value)}\n" for key, value in sorted(strings.items())).encode()
    lines = dict.fromkeys(line for content in contents for line in content.decode().splitlines() if line.strip())
    return "".join(f"{line}\n" for line in lines).encode()


def join_sections(files: dict[str, bytes]) -> dict[str, bytes]:
    """`README.d/10-what.md`, `README.d/20-train.md` … become README.md, blank lines between; empty ones vanish."""
    joined: dict[str, list[bytes]] = {}
    whole = {}
    for path in sorted(files):
        folder, _, name = path.rpartition("/")
        if folder.endswith(".d") and name.endswith(".md"):
            joined.setdefault(folder.removesuffix(".d") + ".md", []).append(files[path].strip(b"\n"))
        else:
            whole[path] = files[path]
    if both := sorted(joined.keys() & whole.keys()):
        raise Problem(f"the templates have {both[0]} both as one file and as sections")
    return whole | {path: b"\n\n".join(filter(None, sections)) + b"\n" for path, sections in joined.items()}


def planned(answers: Answers, root: Path = TEMPLATES) -> dict[str, bytes]:
    """The files for the answers, of own data or of the sample, as people read them: without their archive."""
    return plan(*decided(answers, root))


def written(answers: Answers, root: Path = TEMPLATES) -> dict[str, bytes]:
    """All files that `hackgen new` writes for the answers."""
    choice, final, own = decided(answers, root)
    return sealed(plan(choice, final, own), own.files if own else ())


def decided(answers: Answers, root: Path = TEMPLATES) -> tuple[Choice, Answers, OwnData | None]:
    """The parts that the answers choose, the answers with every blank filled in, and what was found in own data."""
    findings = None
    if answers.data:
        from ..inspection import inspect  # DuckDB and what else reads data: imported only for own data

        findings = inspect(answers.data, answers.target or None)
        answers = own_data.proposed(answers, findings)
    choice = choose(answers, root, findings.format if findings else "")
    final = settled(answers, choice)
    return choice, final, own_data.bring(findings, choice, final) if findings else None
