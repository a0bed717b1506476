"""`hackgen assignment new`: a working project whose graded parts are marked, with handout, checks and points; and
`mark`, which does so in a project of any kind."""

import ast
import json
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import Misuse, Problem
from ..making.answers import checked
from ..making.choice import Answers, Choice, title_from
from ..making.compose import decided, lay, plan
from ..parts import TEMPLATES, read_toml
from ..templating import rendered
from ..text import markdown, toml
from . import markers
from .assignment import BANK, CARD, COURSE, EDIT, HANDOUT, TEST, Assignment, code_parts, listed, shipped, text_of
from .grader.overlay import first_line, graft, tree

LEVELS = ("intro", "core", "advanced")
KEYS = {"id", "file", "function", "first", "last", "points", "levels", "goal", "hint", "test", "mutant", "alternative"}
KEYS |= {"drawn"}
IMPORT = ast.Import | ast.ImportFrom
OWN = "backend common config data figures loss metrics models net pictures report runs spec train".split()
LEFT_OUT = (".hackgen", ".github/", "test_project.py")  # what would tell of the generator, or fails in a starter
DEADLINE = "FILL IN: day, hour and time zone"
AI_USE = "FILL IN: which tools are allowed for what, and how their use is to be declared"


def master(answers: Answers, level: str, root: Path = TEMPLATES) -> dict[str, bytes]:
    """All files of a new master; a `Problem` where the bank has too little for the choice."""
    if level not in LEVELS:
        raise Misuse(f'no level "{level}"; there is: {", ".join(LEVELS)}')
    choice, final, own = decided(checked(replace(answers, extras=(), author=answers.author or "")), root)
    files = {path: content for path, content in plan(choice, final, own).items() if not path.startswith(LEFT_OUT)}
    entries, spec = bank(choice, level), {}
    if not entries:
        raise Problem(f"there are no graded parts yet for {choice}; mark your own: hackgen assignment mark")
    for entry in entries:
        id, file, function = entry["id"], entry["file"], entry["function"]
        if file not in files:
            raise Problem(f"part {id} of the bank is in {file}, which {choice} does not have")
        text = files[file].decode()
        if drawn := entry["drawn"]:
            code = (COURSE / drawn["code"]).read_text(encoding="utf-8")
            text = with_function(text, code, drawn.get("replaces", function))
            form, numbers = next(iter(drawn["forms"].items()))
            spec[id] = {"form": form} | {name: some[0] for name, some in numbers.items() if isinstance(some, list)}
        text = markers.mark(text, file, function, id, entry["points"], entry["hint"], entry["within"])
        files[file] = text.encode()
    if spec:
        files |= {
            "spec.py": shipped("spec.py"),
            "spec.json": (json.dumps(spec, indent=1) + "\n").encode(),
        }
    readme = shipped("README.md").decode().replace("{title}", markdown(final.title or ""))
    readme = readme.replace("{what}", f"{choice.task.title} ({choice.task.summary}) with {choice.framework.title}")
    files |= {HANDOUT: shipped("handout.md"), "README.md": readme.encode()}
    files[".gitignore"] = b"".join(line for line in files[".gitignore"].splitlines(True) if b"hackgen" not in line)
    given = sorted(files)
    model = choice.models[0].name
    head = {"name": f"{model.replace('_', '-')}-{level}", "title": final.title, "task": choice.task.name}
    head |= {"framework": choice.framework.name, "backend": choice.backend or "", "model": model, "level": level}
    card = card_text(head | {"deadline": DEADLINE, "ai_use": AI_USE}, given, entries)
    tools = {f"{BANK}/{path}": content for path, content in tree(COURSE).items() if path[:6] in ("checks", "probes")}
    return dict(sorted(files.items())) | {CARD: card.encode()} | tools


def bank(choice: Choice, level: str) -> list[dict[str, Any]]:
    """The parts of all layers that fit the choice and the level, in the order of layers."""
    laid, found = lay(choice.layers, choice.models_from), {}
    for layer in [layer for layer in choice.layers if (layer / CARD).is_file()]:
        for raw in read_toml(layer / CARD)["part"]:
            if unknown := sorted(raw.keys() - KEYS):
                raise Problem(f'{layer / CARD}: part {raw.get("id")} has an unknown entry "{unknown[0]}"')
            if not _overtaken(layer, laid.get(raw.get("file"), []), choice):
                earlier = found.get(raw["id"], {}) if "file" not in raw else {}  # which this one changes, or replaces
                found[raw["id"]] = earlier | raw
    return [entry for raw in found.values() if (entry := _settled(raw, choice, level))]


def _overtaken(layer: Path, sources: list[Path], choice: Choice) -> bool:
    """Whether an entry is of the framework that is built on, and the one that builds on it has its own file."""
    below = choice.root / "frameworks" / choice.models_from
    if choice.framework.folder == below or not layer.is_relative_to(below):
        return False
    return not (sources and sources[-1].is_relative_to(below))


def _settled(raw: dict[str, Any], choice: Choice, level: str) -> dict[str, Any] | None:
    """An entry for one framework and level; None where it has nothing for them."""
    names = choice.framework.name, choice.models_from
    if level not in raw.get("levels", LEVELS):
        return None

    def kept(key: str, known: dict[str, type]) -> list[dict[str, Any]]:
        fitting = [
            one
            for one in raw.get(key, [])
            if level in one.get("levels", LEVELS) and one.get("framework", names[0]) in names
        ]
        return [{name: value for name, value in one.items() if name in known} for one in fitting]

    function = of_framework(raw, "function", names)
    if not function or (raw.get("drawn") and not of_framework(raw["drawn"], "code", names)):
        return None
    goal = re.sub(r"\[([a-z ]+): (.*?)\]", lambda of: of[2] * bool({*of[1].split()} & {*names}), raw.get("goal", ""))
    goal = " ".join(goal.split())
    hint = raw.get("hint", "")
    hint = hint.get(level, "") if isinstance(hint, dict) else hint
    hint = hint or textwrap.shorten(re.split(r"(?<=[.!?])\s", goal)[0].rstrip("."), 90, placeholder=" …")
    drawn = {name: of_framework(raw["drawn"], name, names) for name in raw.get("drawn", {})}
    first, last = of_framework(raw, "first", names), of_framework(raw, "last", names)
    hint = " ".join(hint.split()).replace('"', "'").replace("\\", "/")
    tables = {"test": kept("test", TEST), "mutant": kept("mutant", EDIT), "alternative": kept("alternative", EDIT)}
    said = {"function": function, "goal": goal, "hint": hint, "drawn": drawn}
    return raw | tables | said | {"within": (first, last or first) if first else None}


def of_framework(said: dict[str, Any], key: str, names: tuple[str, ...]) -> Any:
    """What is said once for all, or else for the first framework that has it."""
    value = said.get(key, "")
    if key == "forms" or not isinstance(value, dict):
        return value
    return next((value[name] for name in names if name in value), "")


def with_function(text: str, other: str, name: str) -> str:
    """The file with one function taken from another file, and with the imports and helpers that it lacks."""
    tree, new, lines, more = ast.parse(text), ast.parse(other), text.split("\n"), other.split("\n")
    known = dict(markers.functions(tree))
    first = first_line(next(node for node in tree.body if node.end_lineno >= known[name].lineno)) - 1
    for node in new.body:
        if isinstance(node, markers.Function) and node.name not in known:
            helper = [*more[node.lineno - 1 : node.end_lineno], "", ""]
            lines[first:first], first = helper, first + len(helper)
    text, _ = graft("\n".join(lines), other, [name])
    return with_imports(text, [node for node in new.body if isinstance(node, IMPORT)], _names(tree))


def with_imports(text: str, more: list[ast.stmt], used: set[str]) -> str:
    """The file with more imports and without those that are no longer used, in the order that ruff wants."""
    tree, lines = ast.parse(text), text.split("\n")
    idle, known = used - _names(tree), [node for node in tree.body if isinstance(node, IMPORT)]
    bound = {(getattr(node, "module", ""), one.name, one.asname) for node in known for one in node.names}
    there = {"\n".join(lines[node.lineno - 1 : node.end_lineno]): node for node in known}
    for node in more:
        node.names = [one for one in node.names if (getattr(node, "module", ""), one.name, one.asname) not in bound]
        there |= {ast.unparse(node): node} if node.names else {}
    groups: dict[int, list[tuple]] = {}
    for line, node in there.items():
        module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        if (node.names[0].asname or node.names[0].name) not in idle:
            root = module.partition(".")[0]
            group = 0 if root in sys.stdlib_module_names else 1 if root in OWN else 2
            groups.setdefault(group, []).append((isinstance(node, ast.ImportFrom), module, line))
    block = "\n\n".join("\n".join(line for *_, line in sorted(group)) for _, group in sorted(groups.items()))
    first, last = (known[0].lineno - 1, known[-1].end_lineno) if known else (tree.body[0].end_lineno,) * 2
    lines[first:last] = block.split("\n") if known else ["", *block.split("\n")]
    return "\n".join(lines)


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def card_text(head: dict[str, str], given: list[str], entries: Iterable[dict] = ()) -> str:
    """`assignment.toml`: what is said of all, the paths that students get, a [[part]] for each entry."""
    return rendered(COURSE / "assignment.toml.j2", {"head": head, "given": given, "parts": entries}).decode()


def stock(assignment: Assignment) -> dict[str, bytes]:
    """What `hackgen new` prints, for the files that hold parts: public code, which anybody can hand in."""
    if not assignment.task:
        return {}
    given = {"task": assignment.task, "framework": assignment.framework, "backend": assignment.backend or None}
    answers = Answers(**given, models=(assignment.model,), title=assignment.title, author="", extras=())
    files = plan(*decided(checked(answers)))
    return {path: files[path] for path in assignment.submit if path in files}


def answers_for(dest: str, **flags: Any) -> Answers:
    """What is to be generated: the flags, and a title from the folder's name."""
    model = flags.pop("model", None)
    given = {name: value for name, value in flags.items() if value}
    return Answers(**given, models=(model,) if model else (), title=given.get("title") or title_from(dest))


def mark(folder: Path, file: str, where: str, points: int, name: str | None, hint: str) -> Iterator[str]:
    """Put markers in a file and a [[part]] in the card, which is begun where there is none; says what was done."""
    if not (folder / file).is_file() or not file.endswith(".py"):
        raise Problem(f"{folder / file} is no Python file; name one of {folder}")
    if name is None:
        words = where.rpartition(".")[2].lower().strip("_")
        name = words if re.fullmatch(markers.ID, words) else Path(file).stem.lower()
    if taken := [part for part in code_parts(folder) if part.id == name]:
        raise Problem(f"part {name} is in {taken[0].place} already; name this one with --id")
    marked = markers.mark(text_of(folder, file), file, where, name, points, hint)
    card = folder / CARD
    if card.is_file():
        text = card.read_text(encoding="utf-8")
    else:
        word = re.sub(r"[^a-z0-9_-]+", "-", folder.resolve().name.lower()).strip("-") or "assignment"
        head = {"name": word, "title": title_from(str(folder)), "deadline": DEADLINE, "ai_use": AI_USE}
        text = card_text(head, sorted({*listed(folder), HANDOUT}))
    if not re.search(rf"^id = {re.escape(toml(name))}$", text, re.M):
        text = f"{text.rstrip()}\n\n[[part]]\nid = {toml(name)}\ngoal = {toml(hint)}\n"
        card.write_bytes(text.encode())
    (folder / file).write_bytes(marked.encode())
    yield f"{file}: {where} is part {name} with {points} points"
    yield f"next: write its tests in {CARD}, [[part.test]] with name, run and points; hackgen assignment lint {folder}"
