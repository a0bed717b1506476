"""What can be chosen, and a choice of parts with the answers it comes from."""

import os
import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ..errors import Misuse, Problem, nearest
from ..parts import TEMPLATES, Knobs, Part, backends, frameworks, models, parts_in, tasks
from . import extras, language

OF_DATA = ("target", "group", "time", "copy", "size")  # answers that mean something only where there are own data


@dataclass(frozen=True)
class Choice:
    """One task, one framework (with its backend, where it has several), and the models and extras of the project."""

    task: Part
    framework: Part
    backend: str | None
    models: tuple[Part, ...]
    format: str = ""  # of the team's own data; empty: the project learns from the task's sample
    extras: tuple[Part, ...] = ()
    options: tuple[Path, ...] = ()  # the folders of extras that an answer chose, such as kickoff/hours/24
    lang: str = language.ENGLISH
    large: bool = False  # own data that have to be prepared for training

    @property
    def target(self) -> str:
        return self.task["kind"].partition("-to-")[2]

    @cached_property
    def frameworks(self) -> list[Part]:
        """The framework, above the one it builds on, where it takes that one's models."""
        names = dict.fromkeys((self.framework.models_from, self.framework.name))
        return [Part(self.framework.folder.parent / name) for name in names]

    @cached_property
    def layers(self) -> list[Path]:
        """The order of layers is the design: a file of a later one replaces the same file of an earlier one."""
        return [
            self.root / "base",
            *(part.folder for part in self.used_parts),
            self.task.folder,
            self.root / "own" if self.format else self.task.folder / "sample",
            *(part.folder / "large" for part in (*self.used_parts, self.task) if self.large),
            *(part.folder for part in self.readers),
            *(part.folder / place for part in self.frameworks for place in ("base", f"targets/{self.target}")),
            *(model.folder for model in self.models),
            *(part.folder for part in self.used_by_extras),
            *(layer for extra in self.extras for layer in self._layers_of(extra)),
        ]

    @property
    def laid(self) -> list[Path]:
        """The layers with their translations."""
        return language.laid(self.layers, self.root, self.lang)

    def _layers_of(self, extra: Part) -> list[Path]:
        """What an extra lays over every project, its task's input, target and shared parts, other extras, an answer."""
        source, _, target = self.task["kind"].partition("-to-")
        folders = extra.folder / "base", extra.folder / "inputs" / source, extra.folder / "targets" / target
        beside = [extra.folder / "with" / other.name for other in (*self.used_parts, *self.extras)]
        return [*folders, *beside, *(folder for folder in self.options if folder.is_relative_to(extra.folder))]

    @property
    def root(self) -> Path:
        return self.task.folder.parent.parent

    @cached_property
    def readers(self) -> list[Part]:
        """The reader of the own data's format, where what the task uses does not read it by itself."""
        folders = (self.root / "readers" / part.name / self.format for part in self.used_parts if self.format)
        return [Part(folder) for folder in folders if folder.is_dir()]

    @cached_property
    def used_parts(self) -> list[Part]:
        """What several tasks share, as the task's card names it: `uses = ["classes", "pictures"]`."""
        card = self.task.card
        names = [*card.get("uses", []), *(card.get("uses_large", []) if self.large else [])]
        return [Part(self.root / "shared" / name) for name in names]

    @cached_property
    def used_by_extras(self) -> list[Part]:
        """What several extras share, and nothing else brings: `uses = ["ranking"]` in an extra's card."""
        names = dict.fromkeys(name for extra in self.extras for name in extra.card.get("uses", []))
        return [part for part in (Part(self.root / "shared" / name) for name in names) if part not in self.used_parts]

    @cached_property
    def shared_parts(self) -> list[Part]:
        """The order of knobs: base < framework < task (< model, in a class of its own)."""
        return [Part(self.layers[0]), *self.frameworks, *self.used_parts, *self.readers, self.task]

    @cached_property
    def knobs(self) -> Knobs:
        """The fields of config.py's `Config`."""
        knobs: Knobs = {}
        for part in self.shared_parts:
            knobs |= part.knobs(knobs)
        return knobs

    def __str__(self) -> str:
        names = ", ".join(model.name for model in self.models)
        return f"{self.task.name} with {self.framework.name}{f' on {self.backend}' if self.backend else ''} ({names})"

    @property
    def label(self) -> str:
        """`task/framework/model+model`, as the scaffold's commit carries it."""
        framework = f"{self.framework.name}:{self.backend}" if self.backend else self.framework.name
        return f"{self.task.name}/{framework}/{'+'.join(model.name for model in self.models)}"


@dataclass(frozen=True)
class Answers:
    """All that was answered; nothing else influences the generated bytes, and `.hackgen.toml` records it."""

    task: str | None = None
    framework: str | None = None
    backend: str | None = None
    models: tuple[str, ...] = ()
    title: str | None = None
    author: str | None = None
    event: str | None = None
    data: str | None = None
    target: str | None = None
    group: str | None = None
    time: str | None = None
    copy: bool | None = None
    size: int | None = None
    extras: tuple[str, ...] | None = None
    lang: str | None = None
    hours: int | None = None
    team: tuple[str, ...] | None = None
    start: str | None = None
    rubric: str | None = None


def choices(root: Path = TEMPLATES) -> list[Choice]:
    """Every project with one model that can be generated, as the folders say; feeds prompts, list, README and tests."""
    return [
        Choice(task, framework, backend, (model,))
        for task in tasks(root)
        for framework in frameworks(task)
        for backend in backends(framework)
        for model in models(task, framework)
    ]


def choose(answers: Answers, root: Path = TEMPLATES, format: str = "") -> Choice:
    """The parts that the answers name, with defaults for the rest; else a `Misuse` that says what would fit."""
    task = _task(answers.task, root)
    framework, backend = _framework(answers.framework, task)
    if backend and answers.backend not in (None, backend):
        raise Misuse(f"--framework {answers.framework} computes with {backend}, not with {answers.backend}; name one")
    backend = answers.backend or backend or backends(framework)[0]
    if backend not in backends(framework):
        known = [name for name in backends(framework) if name]
        if not known:
            raise Misuse(f'{framework.name} has no backends to choose from; leave out --backend "{backend}"')
        raise Misuse(f'no backend "{backend}" of {framework.name}{nearest(backend, known)}')
    fitting = models(task, framework)
    chosen = tuple(_model(name, task, framework, fitting) for name in dict.fromkeys(answers.models)) or (fitting[0],)
    kind = task["kind"]
    named = extras.laid_in(bool(answers.event), kind, root) if answers.extras is None else answers.extras
    laid_in = extras.named(named, kind, root)
    options = extras.option_folders(laid_in, answers)
    return Choice(task, framework, backend, chosen, format, laid_in, options, language.known(answers.lang, root))


def _task(name: str | None, root: Path) -> Part:
    every = {part.name: part for part in tasks(root)}
    if name is None:
        return every.get("image-classification") or next(iter(every.values()))
    if name not in every:
        raise Misuse(f'no task "{name}"{nearest(name, list(every))} (hackgen list shows all)')
    return every[name]


def _framework(name: str | None, task: Part) -> tuple[Part, str | None]:
    """The framework called `name`, and the backend, where that is what it was called by (tensorflow: Keras on it)."""
    fitting = frameworks(task)
    if not fitting:
        raise Problem(f"no framework has a model for {task.name} ({task['kind']})")
    if name is None:
        return fitting[0], None
    called = {other: (framework, other) for framework in fitting for other in framework.card.get("also_called", [])}
    called |= {framework.name: (framework, None) for framework in fitting}
    if name in called:
        return called[name]
    every = parts_in(task.folder.parent.parent / "frameworks")
    if name not in {framework.name for framework in every}:
        raise Misuse(f'no framework "{name}"{nearest(name, [part.name for part in every])} (hackgen list shows all)')
    names = ", ".join(framework.name for framework in fitting)
    raise Misuse(f'framework "{name}" has no models or no training for {task.name}; what fits: {names}')


def _model(name: str, task: Part, framework: Part, fitting: list[Part]) -> Part:
    for model in fitting:
        if model.name == name:
            return model
    names = ", ".join(model.name for model in fitting)
    everywhere = choices(task.folder.parent.parent)
    elsewhere = [choice for choice in everywhere if choice.models[0].name == name]
    if not elsewhere:
        hint = nearest(name, [model.name for model in fitting])
        raise Misuse(f'no model "{name}" for {task.name} with {framework.name}{hint} (hackgen list shows all)')
    others = sorted({choice.framework.name for choice in elsewhere if choice.task == task})
    why = f"it is for {', '.join(sorted({choice.task.name for choice in elsewhere}))}, not {task['kind']}"
    why = f"it has no file for {framework.name}, only for {', '.join(others)}" if others else why
    raise Misuse(f'model "{name}" does not fit {task.name} with {framework.name}: {why}; what fits: {names}')


def settled(answers: Answers, choice: Choice) -> Answers:
    """The answers with every blank filled in, as `.hackgen.toml` records them."""
    for name in ("data", "target", "group", "time"):
        of_pictures = name == "group" and choice.task["kind"].startswith("image-")
        listed = choice.format and (name == "target" or of_pictures)  # what own data bring in is checked with them
        if getattr(answers, name) and name not in choice.knobs and not listed:
            raise Misuse(f'--{name} means nothing to {choice.task.name}: it has no knob "{name}"; leave it out')
    asked = extras.asked(choice.extras)
    for name in ("hours", "team", "start", "rubric"):  # what no extra asks for influences nothing, and is not recorded
        given = getattr(answers, name)
        answers = replace(answers, **{name: asked.get(name) if name not in asked or given is None else given})
    blanks = {name: getattr(answers, name) or "" for name in ("author", "event", "data", "target", "group", "time")}
    return replace(
        answers,
        **blanks,
        extras=tuple(part.name for part in choice.extras),
        lang=choice.lang,
        task=choice.task.name,
        framework=choice.framework.name,
        backend=choice.backend,
        models=tuple(model.name for model in choice.models),
        title=answers.title or choice.task.title,
    )


def refuse_idle(flags: dict[str, Any], answers: Answers) -> None:
    """Refuse flags about own data where there are none."""
    for name in OF_DATA:
        if flags.get(name, "") != "" and not answers.data:
            flag = "--no-copy" if flags[name] is False else f"--{name}"
            raise Misuse(f"{flag} means nothing without data of your own; name them with --data, or leave it out")


def title_from(dest: str) -> str:
    """A title from the folder's name: `iris-demo` is "Iris demo"."""
    name = Path(os.path.abspath(dest)).name.encode("utf-8", "ignore").decode()
    words = re.sub(r"[-_\s\x00-\x1f\x7f-\x9f]+", " ", name).strip(" .")
    return words[:1].upper() + words[1:] or "Project"
