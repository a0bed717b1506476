"""What a shell may complete: names of tasks, frameworks, backends, models, extras and languages, as the folders say."""

from collections.abc import Callable, Iterable
from typing import Any

import click

from .making import extras, language
from .parts import TEMPLATES, Part, backends, frameworks, models, tasks

Completes = Callable[[click.Context, click.Parameter, str], list[str]]


def completes(names: Callable[[dict], Iterable[str | None]]) -> Completes:
    """How Click asks: the names that begin as what was typed does, from the flags that were given before."""

    def beginning(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
        return [name for name in dict.fromkeys(names(context.params)) if name and name.startswith(begun)]

    return beginning


def _fitting(given: dict) -> list[tuple[Part, Part]]:
    """The tasks with their frameworks, only of those that were named."""
    pairs = [(task, framework) for task in tasks() for framework in frameworks(task)]
    wanted = given.get("task"), given.get("framework")
    return [pair for pair in pairs if all(not name or p.name == name for p, name in zip(pair, wanted, strict=True))]


def several_extras(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """The last of several names with commas between; those before it stay as they are and are not offered again."""
    before, comma, last = begun.rpartition(",")
    names = [part.name for part in extras.extras(TEMPLATES) if part.name not in before.split(",")]
    return [f"{before}{comma}{name}" for name in names if name.startswith(last)]


def _of_extras(name: str) -> list[str]:
    """The answers to what extras ask, where each has a folder, such as --hours 36."""
    return [option for part in extras.extras(TEMPLATES) for option in extras.options(part, name)]


COMPLETED = {
    "--task": completes(lambda given: (part.name for part in tasks())),
    "--framework": completes(lambda given: (framework.name for _, framework in _fitting(given))),
    "--backend": completes(lambda given: (name for _, framework in _fitting(given) for name in backends(framework))),
    "--model": completes(lambda given: (model.name for pair in _fitting(given) for model in models(*pair))),
    "--hours": completes(lambda given: _of_extras("hours")),
    "--rubric": completes(lambda given: _of_extras("rubric")),
    "--with": several_extras,
    "--without": several_extras,
    "--lang": completes(lambda given: language.languages(TEMPLATES)),
    "--to": completes(lambda given: ("copier", "cookiecutter")),
}


def flag(name: str, *more: str, **how: Any) -> Callable[[Callable], Callable]:
    """An option of a command, as Click's own, whose values the shell completes."""
    return click.option(name, *more, shell_complete=COMPLETED[name], **how)


def part(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """What `hackgen add` and `remove` take: the word model and names of models, or names of extras."""
    words = context.params.get("words") or ()
    if words[:1] == ("model",):
        names = [model.name for pair in _fitting({}) for model in models(*pair)]
    else:
        names = [*(() if words else ("model",)), *(part.name for part in extras.extras(TEMPLATES))]
    return [name for name in dict.fromkeys(names) if name.startswith(begun) and name not in words]
