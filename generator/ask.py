"""The questions, for what the flags leave open: a task, a framework, models, a name, and then only what is wanted."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import questionary

from . import own_data
from .answers import checked
from .errors import Problem
from .parts import TEMPLATES, Part
from .project import Answers, backends, choose, frameworks, models, shared_knobs, tasks, title_from
from .write import place

if TYPE_CHECKING:
    from .inspection import Findings

_MORE = {
    "title": "Title",
    "author": "Author or team",
    "event": "Course or hackathon (may stay empty)",
    "data": "Your own data, a file or folder (empty: the sample)",
    "target": "Column to predict (empty: as found, else the last)",
}


def complete(
    answers: Answers, dest: str | None, root: Path = TEMPLATES, findings: "Findings | None" = None
) -> tuple[Answers, str]:
    """The answers and the folder, asking for what is missing; nothing that has only one answer is asked.

    What an inspection of own data suggests is asked to be confirmed, and taken as answered.
    """
    if findings and findings.suggestion and answers.task is None:
        suggestion = findings.suggestion
        what = f"{suggestion.task}" + (f", predicting {suggestion.target}" if suggestion.target else "")
        if questionary.confirm(f"Make a project for this ({what})?", default=True).unsafe_ask():
            answers = own_data.proposed(answers, findings)
    if answers.task is None:
        answers = replace(answers, task=_pick("What should it learn?", tasks(root), "image-classification"))
    task = choose(replace(answers, models=()), root).task
    if answers.framework is None:
        answers = replace(answers, framework=_pick("With which framework?", frameworks(task), "pytorch"))
    choice = choose(answers, root)
    if (
        answers.backend is None
        and len(known := backends(choice.framework)) > 1
        and choice.framework.name == answers.framework
    ):
        question = f"What should {choice.framework.title} compute with?"
        answers = replace(answers, backend=questionary.select(question, known).unsafe_ask())
    if not answers.models:
        answers = replace(answers, models=_pick_models(models(task, choice.framework)))
    if dest is None:
        named = questionary.text("Name of the project (its folder)?", default=task.name, validate=_folder)
        dest = named.unsafe_ask().strip()
    if questionary.confirm("More options?", default=False).unsafe_ask():
        answers = _more(answers, set(shared_knobs(choice)), title_from(dest))
    return answers, dest


def _offer(part: Part, **options: bool) -> questionary.Choice:
    title = f"{part.title}: {part.summary}" if part.summary else part.title
    return questionary.Choice(title, value=part.name, **options)


def _pick(question: str, offered: list[Part], default: str) -> str:
    if len(offered) == 1:
        return offered[0].name
    listed = [_offer(part) for part in offered]
    return questionary.select(question, listed, default=_default(listed, default)).unsafe_ask()


def _default(listed: list[questionary.Choice], name: str) -> questionary.Choice:
    return next((choice for choice in listed if choice.value == name), listed[0])


def _pick_models(offered: list[Part]) -> tuple[str, ...]:
    if len(offered) == 1:
        return (offered[0].name,)
    listed = [_offer(part, checked=index == 0) for index, part in enumerate(offered)]
    asked = questionary.checkbox(
        "Which models? (space picks, enter goes on)",
        listed,
        validate=lambda picked: bool(picked) or "Pick at least one.",
    )
    return tuple(asked.unsafe_ask())


def _more(answers: Answers, knobs: set[str], title: str) -> Answers:
    for name, question in _MORE.items():
        if getattr(answers, name) is None and (name in knobs or name not in {"data", "target", "group", "time"}):
            asked = questionary.text(question, default=title if name == "title" else "", validate=_judge(name))
            text = asked.unsafe_ask()
            answers = replace(answers, **{name: os.path.expanduser(text) if name == "data" else text})
    return answers


def _judge(name: str) -> Callable[[str], bool | str]:
    def verdict(text: str) -> bool | str:
        missing = name == "data" and text and not Path(text).expanduser().exists()
        return f"{text} does not exist" if missing else _verdict(lambda: checked(Answers(**{name: text})))

    return verdict


def _folder(name: str) -> bool | str:
    return _verdict(lambda: place(name, {}))


def _verdict(check: Callable[[], object]) -> bool | str:
    """True, or the line that the prompt shows until the answer is mended."""
    try:
        check()
    except Problem as problem:
        return str(problem)
    return True
