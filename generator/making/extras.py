"""Extras: what a project can do without. Which are laid in, what each one asks for, and the folders it adds."""

from pathlib import Path
from typing import Any

from ..errors import Misuse, nearest
from ..parts import Part, parts_in


def extras(root: Path) -> list[Part]:
    return parts_in(root / "extras")


def offered(kind: str, root: Path) -> list[Part]:
    """The extras that have something for a task of this kind: all whose card lists no `kinds`, or this one."""
    return [part for part in extras(root) if kind in part.card.get("kinds", [kind])]


def resolve(base: tuple[str, ...], adding: str, leaving: str, root: Path) -> tuple[tuple[str, ...], list[str]]:
    """The extras of `base` as --with and --without change them, with all that they need.

    Also returns a line on each that goes because one that it needs is left out.
    """
    known = {part.name: part for part in extras(root)}
    wanted, unwanted = _listed(adding, "--with", known), _listed(leaving, "--without", known)
    if both := sorted(wanted & unwanted):
        raise Misuse(f"--with and --without both name {both[0]}; leave one of them out")
    for name in sorted(wanted):
        if missing := sorted(_needed(known[name], known) & unwanted):
            raise Misuse(f"{name} needs {missing[0]}, which --without leaves out")
        wanted |= _needed(known[name], known)
    chosen = (set(base) | wanted) - unwanted
    lacking = {name: _needed(known[name], known) & unwanted for name in sorted(chosen & known.keys())}
    notes = [f"{name} is left out too: it needs {', '.join(sorted(of))}" for name, of in lacking.items() if of]
    return tuple(sorted(name for name in chosen if not lacking.get(name))), notes


def laid_in(event: bool, kind: str, root: Path) -> tuple[str, ...]:
    """The names of the extras that a project for a task of a kind gets when nothing is said about them."""
    return tuple(part.name for part in offered(kind, root) if event or part["laid_in"] == "always")


def named(names: tuple[str, ...], kind: str, root: Path) -> tuple[Part, ...]:
    """The extras of these names, in the order of their folders; one that has nothing for the kind is a `Misuse`."""
    known = {part.name: part for part in extras(root)}
    for name in names:
        _known(name, known)
        if missing := sorted(_needed(known[name], known) - set(names)):
            raise Misuse(f"the extra {name} needs {missing[0]}, which is not among the extras")
        if known[name] not in offered(kind, root):
            remedy = "leave it out (templates/README.md: how to add it)"
            raise Misuse(f"the extra {name} has nothing for {kind} yet; {remedy}")
    return tuple(part for part in known.values() if part.name in names)


def asked(parts: tuple[Part, ...]) -> dict[str, Any]:
    """What the extras want to know, with the answer that each takes when nothing is said."""
    return {name: default for part in parts for name, default in part.card.get("asks", {}).items()}


def options(part: Part, name: str) -> list[str]:
    """What an answer can be, where an extra has a folder for each: `kickoff/hours/24/`, numbers in their order."""
    folders = [folder.name for folder in (part.folder / name).glob("*") if folder.is_dir()]
    return sorted(folders, key=lambda option: option.zfill(9) if option.isdecimal() else option)


def option_folders(parts: tuple[Part, ...], answers: Any) -> tuple[Path, ...]:
    """The folders that the answers choose among those an extra offers; an answer without a folder is a `Misuse`."""
    folders = []
    for part in parts:
        for name, default in part.card.get("asks", {}).items():
            offered = options(part, name)
            given = getattr(answers, name)
            value = str(default if given is None else given)
            if offered and value not in offered:
                raise Misuse(f"no {name} {value} for the extra {part.name}; there is: {', '.join(offered)}")
            folders += [part.folder / name / value] if offered else []
    return tuple(folders)


def unasked(given: dict[str, Any], parts: tuple[Part, ...], root: Path) -> None:
    """Refuse flags that only an extra takes which is not laid in."""
    for part in extras(root):
        for name in part.card.get("asks", {}):
            if given.get(name) is not None and name not in asked(parts):
                raise Misuse(f"--{name} is for the extra {part.name}; add --event NAME or --with {part.name}")


def absent(parts: tuple[Part, ...], kind: str, root: Path) -> list[str]:
    """The names of the extras that a project of these could still have."""
    return [part.name for part in offered(kind, root) if part not in parts]


def _needed(part: Part, known: dict[str, Part]) -> set[str]:
    """The names of all extras that an extra builds on, directly or not."""
    direct = set(part.card.get("needs", []))
    for name in direct:
        _known(name, known)
    return direct.union(*(_needed(known[name], known) for name in direct))


def _listed(names: str, flag: str, known: dict[str, Part]) -> set[str]:
    """The names of a flag's list with commas, each known."""
    listed = {name.strip() for name in names.split(",") if name.strip()}
    for name in sorted(listed):
        _known(name, known, f"{flag}: ")
    return listed


def _known(name: str, known: dict[str, Part], where: str = "") -> None:
    if name not in known:
        raise Misuse(f'{where}no extra "{name}"{nearest(name, list(known))} (hackgen list shows all)')
