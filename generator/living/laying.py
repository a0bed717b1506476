"""Hackgen's parts on top of somebody's template: what stands beside theirs, what is joined, and what is refused."""

import re
from collections.abc import Container
from pathlib import PurePosixPath
from typing import Any

from ..archive import RECORD, sealed
from ..errors import Problem
from ..making.facts import name_of
from ..parts import parsed
from ..text import toml
from .foreign import Foreign

Files = dict[str, bytes]
LICENCE, WORKFLOW = "LICENSE", ".github/workflows/ci.yml"
BESIDE = {LICENCE: "LICENSE-hackgen", WORKFLOW: ".github/workflows/hackgen.yml"}  # ours, where theirs may stand
JOINED = (".gitignore", ".dockerignore", ".gitattributes", "README.md")  # theirs first, then ours
OPTIONAL, PYTHON = "optional-dependencies", "requires-python"
PACKAGING = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "environment.yml")


def laid_on(theirs: Foreign, ours: Files, left_out: Container[str] = ()) -> tuple[Files, list[str]]:
    """All files of the project, and what to tell; a collision is a `Problem`. Our archive leaves out own data."""
    both = {path for path in (*JOINED, WORKFLOW) if path in theirs.files and path in ours}
    packaged = [] if set(PACKAGING).isdisjoint(theirs.files) else ["pyproject.toml"]
    left = sorted({LICENCE, *both, *packaged})  # no longer ours alone: what they mean for all of it is said once
    own = own_part(ours, {"kind": theirs.kind, "source": theirs.source, "left": left})
    if taken := sorted(_collisions(own, [*theirs.files, *theirs.links])):
        raise Problem(
            f"{theirs.source} and hackgen both bring {', '.join(taken)}; nothing was written: "
            "answer its questions otherwise, or make two projects"
        )
    files, notes = theirs.files | sealed(own, left_out), list(theirs.notes)
    files |= {path: _joined(path, theirs.files[path], ours[path]) for path in left if path in JOINED}
    if "pyproject.toml" in left:
        project = parsed(ours["pyproject.toml"].decode())["project"]
        merged, said = with_dependencies(theirs.files.get("pyproject.toml"), project)
        files |= {"pyproject.toml": merged} if merged else {}
        notes += said
    return files, notes


def own_part(ours: Files, template: dict[str, Any]) -> Files:
    """Hackgen's files where others have theirs: under another name, or not at all; `template` is recorded with them."""
    places = {path: BESIDE.get(path, "") if path in template.get("left", ()) else path for path in ours}
    own = {places[path]: content for path, content in ours.items() if places[path]}
    lines = "".join(f"{name} = {toml(value)}\n" for name, value in template.items())
    return own | {RECORD: own[RECORD] + f"\n[template]\n{lines}".encode()}


def _collisions(ours: Files, theirs: list[str]) -> set[str]:
    """The paths of ours where theirs has a file, or a file for a folder, or a folder; whatever the case of letters."""
    files = {path.casefold() for path in theirs}
    folders = {parent.as_posix() for path in files for parent in PurePosixPath(path).parents}
    above = {path: {parent.as_posix() for parent in PurePosixPath(path.casefold()).parents} for path in ours}
    return {path for path in ours if path.casefold() in files | folders or not files.isdisjoint(above[path])}


def _joined(path: str, theirs: bytes, ours: bytes) -> bytes:
    """Theirs and then ours: a page below the page, each line of a list once."""
    if path == "README.md":
        return theirs.rstrip() + b"\n\n" + ours
    known = set(theirs.splitlines())
    lines = [line for line in ours.splitlines() if line not in known and not line.startswith(b"* ")]  # `*`: all files
    return theirs.rstrip() + b"\n" + b"".join(line + b"\n" for line in lines)


def with_dependencies(theirs: bytes | None, project: dict[str, Any]) -> tuple[bytes | None, list[str]]:
    """Their pyproject.toml with what hackgen's part needs, and notes; None where that cannot be written into it."""
    import tomlkit

    needed = project["dependencies"]
    groups = project.get(OPTIONAL, {})
    try:
        document = tomlkit.parse((theirs or b"").decode())
        table = document["project"]
        dynamic = table.get("dynamic", [])
        if "dependencies" in dynamic:
            raise KeyError
        lines = table.setdefault("dependencies", tomlkit.array())
        known = {name_of(line): line for line in lines}
        lines.extend(line for line in needed if name_of(line) not in known)
        lines.multiline(True)
        if OPTIONAL not in dynamic:
            offered = table.setdefault(OPTIONAL, tomlkit.table())
            for name in groups.keys() - offered.keys():
                offered[name] = groups[name]
        merged = tomlkit.dumps(document)
        if parsed(merged) != document.unwrap():  # as of an inline table
            raise ValueError
    except (KeyError, TypeError, AttributeError, ValueError):
        extras = [f"{name}: {', '.join(lines)}" for name, lines in groups.items()]
        return None, [
            f"add these dependencies where the template has its own: {', '.join(needed)}; {'; '.join(extras)}"
        ]
    other = [
        f'pyproject.toml keeps "{known[name]}"; hackgen was tested with "{line}"'
        for line in needed
        if (name := name_of(line)) in known and known[name] != line
    ]
    least, allowed = (re.search(r">=\s*3\.(\d+)", str(one.get(PYTHON))) for one in (project, table))
    if least and allowed and int(allowed[1]) < int(least[1]):
        other.append(
            f'pyproject.toml says {PYTHON} = "{table.get(PYTHON, "")}"; hackgen\'s part needs "{project[PYTHON]}"'
        )
    return merged.encode(), other


def new_needs(before: Files, after: Files) -> dict[str, Any]:
    """The dependencies that only the later of two renderings has, as a `[project]` table."""
    old, new = (parsed(files["pyproject.toml"].decode())["project"] for files in (before, after))
    lines = [line for line in new["dependencies"] if line not in old["dependencies"]]
    groups = {name: new[OPTIONAL][name] for name in new[OPTIONAL].keys() - old[OPTIONAL].keys()}
    return {"dependencies": lines, OPTIONAL: groups}
