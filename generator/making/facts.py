"""What templates may say of a project: its answers, knobs and dependencies as plain values."""

import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from .. import __version__
from ..parts import Part, backends, read_toml
from ..parts import models as fitting
from . import language
from .choice import Answers, Choice

# Names that no package can carry: reserved devices of Windows (`con.egg-info` cannot be made there),
# and the tools that work on the project.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
_RESERVED = _DEVICES | {"python", "pip", "setuptools", "pytest", "ruff"}
ANSWERED = ("title", "author", "event", "data", "target", "hours", "start", "rubric")  # which are facts as they are


def facts(choice: Choice, answers: Answers) -> dict[str, Any]:
    """What templates may say: plain values, no logic. The keys are the contract with templates/ (see its README)."""
    knobs = dict(choice.knobs)
    for name in ("data",) if choice.format else ("data", "target", "group", "time"):  # else data/schema.toml has them
        if value := getattr(answers, name):
            knobs[name] = knobs[name] | {"value": value}
    card = choice.framework.card
    parts = [*choice.shared_parts, *choice.models, *choice.used_by_extras]
    dependencies = _dependencies(parts, card.get("backends", {}).get(choice.backend, []))
    groups = {extra.name: _dependencies([extra]) for extra in choice.extras if extra.dependencies}
    optional = [model for model in choice.models if "optional" in model.card]
    groups |= {model.name: _dependencies([], model.card["optional"]) for model in optional}
    dev = choice.shared_parts[0].card.get("dev", [])
    needed = set(dependencies).union(*groups.values())
    named = [*dependencies.values(), *(line for lines in groups.values() for line in lines.values()), *dev]
    chosen = (choice.task, choice.framework, *choice.models)
    task, framework, *models = (language.said(part, choice.root, choice.lang) for part in chosen)
    return {
        "slug": _slug(answers.title or "", needed),
        "task": {"name": choice.task.name, "kind": choice.task["kind"], "metric": choice.task["metric"]} | task,
        "framework": {"name": choice.framework.name} | framework,
        "backend": choice.backend,
        "backends": [name for name in backends(choice.framework) if name],
        "backend_variable": card.get("backend_variable", ""),
        "environment": card.get("environment", {}),
        "models": [
            {
                "name": model.name,
                "title": said["title"],
                "summary": said["summary"],
                "class_name": "".join(word.capitalize() for word in re.split("[-_]", model.name)),
                "knobs": list(model.knobs(knobs).values()),
            }
            for model, said in zip(choice.models, models, strict=True)
        ],
        "more_models": [model.name for model in fitting(choice.task, choice.framework) if model not in choice.models],
        "extras": [extra.name for extra in choice.extras],
        "lang": choice.lang,
        **{name: getattr(answers, name) for name in ANSWERED},
        "team": list(answers.team or ()),
        "knobs": list(knobs.values()),
        "dependencies": list(dependencies.values()),
        "python": ".".join(map(str, max(part.requires_python for part in parts))),
        "groups": {name: list(lines.values()) for name, lines in groups.items()},
        "dev": dev,
        "tested": _tested(named, choice.root),
        "version": __version__,
    }


def _tested(lines: Iterable[str], root: Path) -> list[str]:
    """A line of constraints.txt for each requirement of which a version was tested."""
    path, found = root / "constraints.toml", {}
    known = read_toml(path) if path.is_file() else {"versions": {}}
    for line in lines:
        requirement, _, where = line.partition(";")
        name = name_of(requirement)
        if name in known["versions"]:
            where = where.strip() or f"python_version >= '{known['python']}'"
            found[name] = f"{name}=={known['versions'][name]}; {where}"
    return [found[name] for name in sorted(found)]


def name_of(requirement: str) -> str:
    """The distribution that a line such as "torch>=2.6" is about."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0]).lower()


def _dependencies(parts: Sequence[Part], more: Sequence[str] = ()) -> dict[str, str]:
    """One line for each distribution, sorted by name; a later part's line wins."""
    lines = [*(line for part in parts for line in part.dependencies), *more]
    by_name = {name_of(line): line.strip() for line in lines}
    return dict(sorted(by_name.items()))


def _slug(title: str, dependencies: set[str]) -> str:
    """A name for the Python project; never one of its own dependencies, which pip would take for installed."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:50].strip("-") or "project"
    return f"{slug}-project" if slug in taken(dependencies) else slug


def taken(dependencies: Iterable[str]) -> set[str]:
    """The names that a project with these dependencies cannot have."""
    return {name_of(line) for line in dependencies} | _RESERVED | set(sys.stdlib_module_names)
