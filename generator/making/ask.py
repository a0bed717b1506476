"""The questions, for what the flags leave open: a task, a framework, models, a name, and then only what is wanted."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import questionary

from ..errors import Problem
from ..parts import TEMPLATES, Part, backends, frameworks, models, tasks
from . import extras, language, own_data
from .answers import checked, people
from .choice import Answers, choose, title_from
from .write import place

if TYPE_CHECKING:
    from ..inspection import Findings

Ask = dict[str, str]  # the questions in the language of the project, by key
_MORE = ("title", "author", "event", "data", "target")


def complete(
    answers: Answers,
    dest: str | None,
    root: Path = TEMPLATES,
    findings: "Findings | None" = None,
    wanted: Callable[[Answers], Answers] | None = None,
    inspected: "Callable[[Answers], Findings | None] | None" = None,
) -> "tuple[Answers, str, Findings | None]":
    """The answers, the folder and the findings, asking for what is missing; what has only one answer is not asked.

    What an inspection of own data suggests is asked to be confirmed, and taken as answered; else another column may be
    picked, for which the data are inspected again by `inspected`. `wanted` gives the extras that flags named; without
    it they are asked for.
    """
    lang = language.known(answers.lang, root)
    ask = language.prompts(root, lang)
    if findings and findings.suggestion and answers.task is None:
        suggestion = findings.suggestion
        question = ask["suggested_target" if suggestion.target else "suggested"]
        question = question.format(task=suggestion.task, target=suggestion.target)
        if questionary.confirm(question, default=True).unsafe_ask():
            answers = own_data.proposed(answers, findings)
        elif suggestion.target and inspected and (target := _other_target(ask, findings)):
            findings = inspected(replace(answers, target=target))
            answers = own_data.proposed(replace(answers, target=target), findings)
    if answers.task is None:
        answers = replace(answers, task=_pick(ask["task"], tasks(root), root, lang, "image-classification"))
    task = choose(replace(answers, models=()), root).task
    if answers.framework is None:
        answers = replace(answers, framework=_pick(ask["framework"], frameworks(task), root, lang, "pytorch"))
    choice = choose(answers, root)
    if (
        answers.backend is None
        and len(known := backends(choice.framework)) > 1
        and choice.framework.name == answers.framework
    ):
        question = ask["backend"].format(framework=choice.framework.title)
        answers = replace(answers, backend=questionary.select(question, known).unsafe_ask())
    if not answers.models:
        answers = replace(answers, models=_pick_models(ask, models(task, choice.framework), root, lang))
    if dest is None:
        named = questionary.text(ask["name"], default=task.name, validate=_folder)
        dest = named.unsafe_ask().strip()
    if questionary.confirm(ask["more"], default=False).unsafe_ask():
        answers = _more(ask, answers, set(choice.knobs), title_from(dest))
        answers = _language(ask, answers, root)
        answers = wanted(answers) if wanted else _extras(ask, answers, root, lang)
        answers = _details(ask, answers, root)
    return answers, dest, findings


def _other_target(ask: Ask, findings: "Findings") -> str:
    """Another column to predict: those that may be meant first, then all that could be; "" for none of them."""
    usable = [column.name for column in findings.columns if column.role in ("number", "category")]
    offered = [name for name in dict.fromkeys([*findings.suggestion.alternatives, *usable])]
    offered = [questionary.Choice(name, value=name) for name in offered if name != findings.suggestion.target]
    nothing = questionary.Choice(ask["other_target_none"], value="")
    return questionary.select(ask["other_target"], [*offered, nothing]).unsafe_ask()


def _offer(part: Part, root: Path, lang: str, **options: bool) -> questionary.Choice:
    said = language.said(part, root, lang)
    title = f"{said['title']}: {said['summary']}" if said["summary"] else said["title"]
    return questionary.Choice(title, value=part.name, **options)


def _pick(question: str, offered: list[Part], root: Path, lang: str, default: str) -> str:
    if len(offered) == 1:
        return offered[0].name
    listed = [_offer(part, root, lang) for part in offered]
    return questionary.select(question, listed, default=_default(listed, default)).unsafe_ask()


def _default(listed: list[questionary.Choice], name: str) -> questionary.Choice:
    return next((choice for choice in listed if choice.value == name), listed[0])


def _pick_models(ask: Ask, offered: list[Part], root: Path, lang: str) -> tuple[str, ...]:
    if len(offered) == 1:
        return (offered[0].name,)
    listed = [_offer(part, root, lang, checked=index == 0) for index, part in enumerate(offered)]
    asked = questionary.checkbox(
        ask["models"],
        listed,
        validate=lambda picked: bool(picked) or ask["models_none"],
    )
    return tuple(asked.unsafe_ask())


def _more(ask: Ask, answers: Answers, knobs: set[str], title: str) -> Answers:
    for name in _MORE:
        if getattr(answers, name) is None and (name in knobs or name not in {"data", "target"}):
            text = _typed(ask, name, title if name == "title" else "")
            answers = replace(answers, **{name: os.path.expanduser(text) if name == "data" else text})
    return answers


def _language(ask: Ask, answers: Answers, root: Path) -> Answers:
    codes = language.languages(root)
    if answers.lang or len(codes) == 1:
        return answers
    return replace(answers, lang=questionary.select(ask["lang"], codes, default=codes[0]).unsafe_ask())


def _extras(ask: Ask, answers: Answers, root: Path, lang: str) -> Answers:
    """The extras, those ticked that are laid in anyway; what a picked one needs comes with it."""
    kind = choose(answers, root).task["kind"]
    offered = extras.offered(kind, root)
    if answers.extras is not None or not offered:
        return answers
    ticked = extras.laid_in(bool(answers.event), kind, root)
    listed = [_offer(part, root, lang, checked=part.name in ticked) for part in offered]
    picked = questionary.checkbox(ask["extras"], listed).unsafe_ask()
    return replace(answers, extras=extras.resolve((), ",".join(picked), "", root)[0])


def _details(ask: Ask, answers: Answers, root: Path) -> Answers:
    """What the chosen extras want to know: one of their folders, or a line of text."""
    chosen = choose(answers, root).extras
    for name, default in extras.asked(chosen).items():
        if getattr(answers, name) is not None:
            continue
        offered = [option for part in chosen for option in extras.options(part, name)]
        if offered:
            picked = questionary.select(ask[name], offered, default=str(default)).unsafe_ask()
            answers = replace(answers, **{name: type(default)(picked)})
        else:
            answers = replace(answers, **{name: _read(name, _typed(ask, name, ""))})
    return answers


def _typed(ask: Ask, name: str, default: str) -> str:
    return questionary.text(ask[name], default=default, validate=_judge(ask, name)).unsafe_ask()


def _read(name: str, text: str) -> str | tuple[str, ...]:
    return people(text) if name == "team" else text


def _judge(ask: Ask, name: str) -> Callable[[str], bool | str]:
    def verdict(text: str) -> bool | str:
        if name == "data" and text and not Path(text).expanduser().exists():
            return ask["data_missing"].format(path=text)
        return _verdict(lambda: checked(Answers(**{name: _read(name, text)})))

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
