"""What `add`, `remove` and `switch` ask for: other answers, and what would be lost by them, which is refused."""

import ast
import os
from dataclasses import replace
from typing import Any

from ..archive import RECORD, Tree
from ..errors import Misuse, Problem, nearest
from ..making import extras
from ..making.answers import checked
from ..making.choice import OF_DATA, Answers, choose, refuse_idle
from ..text import quoted, some
from .merging import followed, renames
from .update import Change

KNOBS = "config.py"  # each knob is a line of its own, which merges as prose does


def added(change: Change, words: tuple[str, ...], flags: dict[str, Any]) -> Answers:
    """The answers with `model NAME …` or the extras NAME …."""
    answers = change.answers
    if words[0] == "model":
        names = _models(words)
        if there := [name for name in names if name in answers.models]:
            raise Misuse(f"the project has the model {there[0]} already")
        answers = replace(answers, models=(*answers.models, *names))
    else:
        before = _extras(change, words)
        if there := [name for name in words if name in before]:
            raise Misuse(f"the project has the extra {there[0]} already")
        answers = replace(answers, extras=extras.resolve(before, ",".join(words), "", change.root)[0])
    extras.unasked(flags, choose(answers, change.root).extras, change.root)
    return checked(replace(answers, **flags))


def removed(change: Change, words: tuple[str, ...]) -> Answers:
    """The answers without `model NAME …` or the extras NAME …, and without those that need them."""
    answers = change.answers
    if words[0] == "model":
        names = _models(words)
        if missing := [name for name in names if name not in answers.models]:
            raise Misuse(f"the project has no model {missing[0]}; there is: {', '.join(answers.models)}")
        left = tuple(name for name in answers.models if name not in names)
        if not left:
            raise Misuse("a project needs a model; add another one first: hackgen add model NAME")
        return replace(answers, models=left)
    before = _extras(change, words)
    if missing := [name for name in words if name not in before]:
        raise Misuse(f"the project has no extra {missing[0]}; there is: {', '.join(before) or 'none'}")
    names, notes = extras.resolve(before, "", ",".join(words), change.root)
    change.notes += notes
    return replace(answers, extras=names)


def _models(words: tuple[str, ...]) -> tuple[str, ...]:
    if len(words) == 1:
        raise Misuse("name the model, as in: model cnn")
    return tuple(dict.fromkeys(words[1:]))


def _extras(change: Change, words: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a project's extras; a word that is none of hackgen's is refused."""
    known = {part.name for part in extras.extras(change.root)}
    if strange := [word for word in words if word not in known]:
        raise Misuse(f'no extra "{strange[0]}"{nearest(strange[0], sorted(known))} (a model is named as: model NAME)')
    return tuple(part.name for part in choose(change.answers, change.root).extras)


def switched(change: Change, flags: dict[str, Any]) -> Answers:
    """The answers with what was given; other data and another framework leave behind what was said about the old."""
    if not flags:
        raise Misuse("say what to switch, such as --data FILE or --framework NAME; --help lists all")
    forgotten: dict[str, Any] = dict.fromkeys(OF_DATA) if "data" in flags else {}
    forgotten |= {"backend": None} if "framework" in flags else {}
    forgotten |= {"extras": None} if flags.get("event") else {}  # an event lays in all of them, as in `hackgen new`
    answers = checked(replace(change.answers, **forgotten | flags))
    extras.unasked(flags, choose(answers, change.root).extras, change.root)
    refuse_idle(flags, answers)
    return answers


def keep_what_was_edited(change: Change, wanted: Answers, base: Tree, theirs: Tree, ours: Tree) -> None:
    """Refuse to take out files that were edited, or that the team's own files import."""
    gone = sorted(base.keys() - theirs.keys())
    if edited := [path for path in gone if path in ours and ours[path] != followed(base[path], ours[path])]:
        raise Problem(f"you changed {some(edited)}; keep that elsewhere, git rm it, commit, then try again")
    modules = {path.removesuffix(".py").replace("/", ".") for path in gone if path.endswith(".py")}
    own = [path for path in ours if path.endswith(".py") and path not in gone and ours[path] != base.get(path)]
    if using := sorted(path for path in own if imported(ours[path]) & modules):
        raise Problem(f"{some(using)} imports {some(sorted(imported(ours[using[0]]) & modules))}; change that first")


def imported(source: bytes) -> set[str]:
    """The modules that a file names: in imports, and as dotted strings, which importlib takes."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return set()
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            found.add(node.value)
    return found


def keep_frameworks_apart(change: Change, wanted: Answers, base: Tree, theirs: Tree, ours: Tree) -> None:
    """Refuse to merge a team's changes into files that differ between two frameworks.

    Text that merges without a conflict can still be wrong code: a line of PyTorch in a model of JAX.
    """
    from ..making.compose import planned  # with Jinja2, which neither --help nor completion needs

    before = planned(change.answers, change.root)
    paths = [path for path in base.keys() | before.keys() if path.endswith(".py") and path != KNOBS]
    differing = {path for path in paths if path in base and before.get(path) != theirs.get(path)}
    own = {path: ours[path] for path in ours if path in differing or path not in base.keys() | theirs.keys()}
    moved = renames({path: base[path] for path in differing}, dict.fromkeys(differing, b""), own, lambda path: None)
    places = {path: moved.get(path, path) for path in differing}
    edited = [at for path, at in places.items() if at in ours and ours[at] != followed(base[path], ours[at])]
    if edited:
        beside = change.project.with_name(f"{change.project.name}-{wanted.backend or wanted.framework}")
        dest, record = (quoted(os.path.relpath(path)) for path in (beside, change.project / RECORD))
        flags = f"--framework {wanted.framework}" + (f" --backend {wanted.backend}" if wanted.backend else "")
        raise Problem(
            f"you changed {some(sorted(edited))}, and code of two frameworks cannot be merged; nothing was written. "
            f"This lays the other project beside it: hackgen new {dest} --answers {record} {flags}"
        )
