"""`hackgen assignment new`: a working project whose graded parts are marked, with handout, checks and points; and
`mark`, which does so in a project of any kind."""

import ast
import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...errors import Misuse, Problem
from ...making.answers import checked
from ...making.choice import Answers, Choice, title_from
from ...making.compose import decided, lay, plan
from ...parts import TEMPLATES, read_toml
from ...templating import rendered
from ...text import toml
from ..grader.overlay import first_line, graft, tree
from . import markers
from .assignment import BANK, CARD, COURSE, HANDOUT, Assignment, code_parts, listed, shipped, text_of

LEVELS = ("intro", "core", "advanced")
BY_NAME = ("function", "first", "last", "hint", "code", "replaces")  # what can differ by framework or level
HEAD = re.compile(r"^(?:import|from) .*(?:\n+(?:import|from) .*)*", re.MULTILINE)  # all imports of a file
BOUND = re.compile(r"\w+(?=,|$)")  # the names that a line of it gives
LEFT_OUT = (".hackgen", ".github/", "test_project.py")  # what would tell of the generator, or fails in a starter


def master(answers: Answers, level: str, root: Path = TEMPLATES) -> dict[str, bytes]:
    """All files of a new master; a `Problem` where the bank has too little for the choice."""
    if level not in LEVELS:
        raise Misuse(f'no level "{level}"; there is: {", ".join(LEVELS)}')
    choice, final, own = decided(checked(replace(answers, extras=(), author=answers.author or "")), root)
    files = {path: content for path, content in plan(choice, final, own).items() if not path.startswith(LEFT_OUT)}
    modules = {"spec", *(path.partition("/")[0].removesuffix(".py") for path in files)}
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
            text = with_function(text, code, drawn.get("replaces", function), modules)
            form, numbers = next(iter(drawn["forms"].items()))
            spec[id] = {"form": form} | {name: some[0] for name, some in numbers.items() if isinstance(some, list)}
        text = markers.mark(text, file, function, id, entry["points"], entry["hint"], entry["within"])
        files[file] = text.encode()
    if spec:
        files |= {"spec.py": shipped("spec.py"), "spec.json": f"{json.dumps(spec, indent=1)}\n".encode()}
    files[HANDOUT] = shipped("handout.md")
    files["README.md"] = rendered(COURSE / "README.md.j2", {"title": final.title or "", "choice": choice})
    files[".gitignore"] = b"".join(line for line in files[".gitignore"].splitlines(True) if b"hackgen" not in line)
    model = choice.models[0].name
    head = {
        "name": f"{model.replace('_', '-')}-{level}",
        "title": final.title,
        "task": choice.task.name,
        "framework": choice.framework.name,
        "backend": choice.backend or "",
        "model": model,
        "level": level,
    }
    card = card_text(head, files, entries)
    tools = {f"{BANK}/{path}": content for path, content in tree(COURSE).items() if path[:7] in ("checks/", "probes/")}
    return dict(sorted(files.items())) | {CARD: card} | tools


def bank(choice: Choice, level: str) -> list[dict[str, Any]]:
    """The parts of all layers that fit the choice and the level, in the order of layers."""
    laid, found = lay(choice.layers, choice.framework.models_from), {}
    below = choice.root / "frameworks" / choice.framework.models_from
    for layer in [layer for layer in choice.layers if (layer / CARD).is_file()]:
        built_on = choice.framework.folder != below and layer.is_relative_to(below)
        for raw in read_toml(layer / CARD)["part"]:
            if built_on and not laid.get(raw.get("file"), [choice.root])[-1].is_relative_to(below):
                continue  # the framework that builds on this one has its own file
            earlier = found.get(raw["id"], {}) if "file" not in raw else {}  # which this one changes, or replaces
            found[raw["id"]] = earlier | raw
    words = choice.framework.name, choice.framework.models_from, level
    return [entry for raw in found.values() if _fits(raw, words) and (entry := _settled(raw, words))]


def _settled(raw: dict[str, Any], words: tuple[str, ...]) -> dict[str, Any] | None:
    """An entry for a framework and a level; None where it has nothing for them."""
    entry = {"drawn": {}, "test": [], "mutant": [], "alternative": [], "hint": ""} | said_for(words, raw)
    if not entry.get("function") or not entry["drawn"].get("code", True):
        return None

    def own(match: re.Match[str]) -> str:
        return match[2] if {*match[1].split()} & {*words} else ""

    entry["goal"] = " ".join(re.sub(r"\[([a-z ]+): (.*?)\]", own, raw.get("goal", "")).split())
    sentence = re.split(r"(?<=[.!?])\s", entry["goal"])[0].rstrip(".")
    hint = entry["hint"] or (sentence if len(sentence) <= 90 else f"{HANDOUT} says what it does")
    entry["hint"] = " ".join(hint.split()).replace('"', "'").replace("\\", "/")
    first = entry.get("first", "")
    return entry | {"within": (first, entry.get("last") or first)}


def said_for(words: tuple[str, ...], said: Any) -> Any:
    """What is said for a framework and a level: where it differs by their names, and of lists the tables that fit."""
    if isinstance(said, list):
        return [said_for(words, one) for one in said if _fits(one, words)]
    if not isinstance(said, dict):
        return said
    found = {name: said_for(words, one) for name, one in said.items() if name not in ("framework", "levels")}
    for name in [name for name in BY_NAME if isinstance(found.get(name), dict)]:
        found[name] = next((found[name][word] for word in words if word in found[name]), "")
    return found


def _fits(said: Any, words: tuple[str, ...]) -> bool:
    """Whether it is for all, or for this framework and this level."""
    told = said if isinstance(said, dict) else {}
    return told.get("framework", words[0]) in words and words[-1] in told.get("levels", words)


def with_function(text: str, other: str, name: str, own: Collection[str]) -> str:
    """The file with one function taken from another, the helpers that it lacks, and the imports that both now need.

    own   modules of the project, whose imports stand between those of Python and of packages
    """
    tree, lines, more = ast.parse(text), text.split("\n"), other.split("\n")
    known = dict(markers.functions(tree))
    first = first_line(next(node for node in tree.body if node.end_lineno >= known[name].lineno)) - 1
    for node in reversed(ast.parse(other).body):
        if isinstance(node, markers.Function) and node.name not in known:
            lines[first:first] = [*more[node.lineno - 1 : node.end_lineno], "", ""]
    text, _ = graft("\n".join(lines), other, [name])
    said = {*re.findall(r"\w+", HEAD.sub("", text))}
    head, given = HEAD.search(text)[0].split("\n"), set[str]()
    groups: list[list[str]] = [[], [], []]
    for line in sorted([*head, *HEAD.search(other)[0].split("\n")], key=lambda line: (line not in head, line)):
        if needed := said & {*BOUND.findall(line)} - given:
            given |= needed
            module = re.split(r"\W", line)[1]
            kind = 0 if module in sys.stdlib_module_names else 1 if module in own else 2
            groups[kind].append(line)
    groups = [sorted(group, key=lambda line: (line.startswith("from"), line)) for group in groups if group]
    return HEAD.sub("\n\n".join(map("\n".join, groups)), text, count=1)


def card_text(head: dict[str, str], given: Iterable[str], entries: Iterable[dict] = ()) -> bytes:
    """`assignment.toml`: what is said of all, the paths that students get, a [[part]] for each entry."""
    return rendered(COURSE / "assignment.toml.j2", {"head": head, "given": sorted(given), "parts": entries})


def stock(assignment: Assignment) -> dict[str, bytes]:
    """What `hackgen new` prints, for the files that hold parts: public code, which anybody can hand in."""
    if not assignment.task:
        return {}
    given = {"task": assignment.task, "framework": assignment.framework, "backend": assignment.backend or None}
    answers = Answers(**given, models=(assignment.model,), title=assignment.title, author="", extras=())
    files = plan(*decided(checked(answers)))
    return {path: files[path] for path in assignment.submit if path in files}


def mark(folder: Path, file: str, where: str, points: int, name: str | None, hint: str) -> Iterator[str]:
    """Put markers in a file and a [[part]] in the card, which is begun where there is none; says what was done."""
    if not (folder / file).is_file() or not file.endswith(".py"):
        raise Problem(f"{folder / file} is no Python file; name one of {folder}")
    name = name or where.rpartition(".")[2].lower().strip("_")
    for part in code_parts(folder):
        if part.id == name or (part.file, part.function) == (file, where):
            raise Problem(f"part {part.id} is in {part.place} already; mark another function, with another --id")
    marked = markers.mark(text_of(folder, file), file, where, name, points, hint)
    card = folder / CARD
    if card.is_file():
        text = card.read_text(encoding="utf-8")
    else:
        word = re.sub(r"[^a-z0-9_-]+", "-", folder.resolve().name.lower()).strip("-") or "assignment"
        head = {"name": word, "title": title_from(str(folder))}
        text = card_text(head, {*listed(folder), HANDOUT}).decode()
    if not re.search(rf"^id = {re.escape(toml(name))}$", text, re.M):
        text = f"{text.rstrip()}\n\n[[part]]\nid = {toml(name)}\ngoal = {toml(hint)}\n"
        card.write_bytes(text.encode())
    (folder / file).write_bytes(marked.encode())
    yield f"{file}: {where} is part {name} with {points} points"
    yield f"next: write its tests in {CARD}, [[part.test]] with name, run and points; hackgen assignment lint {folder}"
