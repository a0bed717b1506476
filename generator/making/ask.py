"""The questions, for what the flags leave open: data first, since what can be asked then follows from them.

Esc goes back to the question before; what was answered there is its default. What turns out not to do is asked again,
with the reason, and nothing that was answered is lost.
"""

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import questionary
from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings

from ..errors import Misuse, Problem
from ..parts import TEMPLATES, Part, backends, frameworks, models, tasks
from ..text import printable
from . import extras, fitting, language, own_data
from .answers import checked, people
from .choice import Answers, choose, title_from
from .write import place

if TYPE_CHECKING:
    from ..inspection import Findings

Ask = dict[str, str]  # the questions in the language of the project, by key
Inspect = Callable[[Answers], "Findings | None"]
Prove = Callable[[Answers, str, "Findings | None"], Any]
Wanted = Callable[[Answers], Answers]
OTHER, MAKE, RENAME, MORE = "another column", "make", "rename", "more"  # entries that are no name of a part


class Back(Exception):
    """Esc was pressed."""


@dataclass
class Talk:
    """What was answered. Plain code asks one question after the other; to go back it is run anew, one reply less."""

    replies: list[Any] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)  # the latest reply by question, its default from then on
    at: int = 0

    def ask(self, key: str, question: Callable[[Any], questionary.Question], default: Any = None) -> Any:
        """The reply that was given to this question, else the one that a person gives now."""
        if self.at == len(self.replies):
            reply = _with_way_back(question(self.before.get(key, default))).unsafe_ask()
            if reply is Back:
                raise Back
            self.before[key] = reply
            self.replies.append(reply)
        self.at += 1
        return self.replies[self.at - 1]


def _with_way_back(question: questionary.Question) -> questionary.Question:
    keys = KeyBindings()
    keys.add("escape", eager=True)(lambda event: event.app.exit(result=Back))
    question.application.key_bindings = merge_key_bindings([question.application.key_bindings, keys])
    return question


def complete(
    answers: Answers,
    dest: str | None,
    prove: Prove,
    inspect: Inspect = lambda answers: None,
    wanted: Wanted | None = None,
    root: Path = TEMPLATES,
) -> Any:
    """Ask for what is missing until `prove` takes answers, folder and findings; returns what it makes of them.

    What has only one answer is not asked. `inspect` says what own data hold; a `Problem` of these two is told, and the
    last question asked again. `wanted` gives the extras that flags named; without it they can be picked.
    """
    looked: dict[tuple[str | None, str | None], Findings | None] = {}

    def look(answers: Answers) -> "Findings | None":  # once for each: going back runs through all questions anew
        key = answers.data, answers.target
        if key not in looked:
            looked[key] = inspect(answers)
        return looked[key]

    if answers.task or not any(_can(answers, root, task=part.name) for part in tasks(root)):
        choose(answers, root)  # which says what is wrong with the flags
    talk = Talk()
    while True:
        talk.at = 0
        try:
            return prove(*_questions(talk, answers, dest, look, wanted, root))
        except Back:
            del talk.replies[-1:]
        except Problem as problem:
            if not talk.replies:
                raise
            click.echo(printable(f"hackgen: {problem}"), err=True)
            del talk.replies[-1:]


def _questions(
    talk: Talk, answers: Answers, dest: str | None, look: Inspect, wanted: Wanted | None, root: Path
) -> "tuple[Answers, str, Findings | None]":
    lang = language.known(answers.lang, root)
    ask = language.prompts(root, lang)
    if answers.data is None and (answers.task is None or _reads(answers, root)):
        typed = talk.ask("data", lambda known: _text(ask, "data", known), "")
        answers = replace(answers, data=os.path.expanduser(typed.strip()))
    findings = look(answers) if answers.data else None
    if answers.task is None:
        answers, findings = _task(talk, ask, answers, findings, look, root, lang)
    if findings:
        answers = own_data.proposed(answers, findings)
    task = choose(replace(answers, models=()), root).task
    if answers.framework is None:
        able = [part for part in frameworks(task) if _can(answers, root, framework=part.name)]
        answers = replace(answers, framework=_pick(talk, ask, "framework", able, root, lang))
    choice = choose(answers, root)
    if not answers.models:
        able = models(task, choice.framework)
        named = findings.suggestion.models if findings and findings.suggestion else []  # the best for these data first
        able.sort(key=lambda model: named.index(model.name) if model.name in named else len(named))
        start = own_data.modelled(answers, findings).models if findings else ()
        answers = replace(answers, models=_pick_models(talk, ask, able, start, root, lang))
    names = itertools.chain([task.name], (f"{task.name}-{number}" for number in itertools.count(2)))
    name = dest or next(name for name in names if _folder(name) is True)
    last = [(MAKE, ask["make"].format(folder=name)), (MORE, ask["more"])]
    last[1:1] = [(RENAME, ask["rename"])] if dest is None else []
    then = talk.ask("last", lambda known: _select(ask, "last", last, known), MAKE)
    if then != MAKE and dest is None:
        name = talk.ask("name", lambda known: _name(ask, known), name).strip()
    if then == MORE:
        answers = _backend(talk, ask, answers, root)
        answers = _more(talk, ask, answers, title_from(name))
        answers = _language(talk, ask, answers, root)
        answers = wanted(answers) if wanted else _extras(talk, ask, answers, root, lang)
        answers = _details(talk, ask, answers, root)
    return answers, name, findings


def _reads(answers: Answers, root: Path) -> bool:
    """Whether what is to be learned may be learned from own data."""
    return bool(choose(replace(answers, models=()), root).task.card.get("reads"))


def _can(answers: Answers, root: Path, **more: str) -> bool:
    """Whether there is a project of what was said and this."""
    try:
        choose(replace(answers, **more), root)
    except Misuse:
        return False
    return True


def _task(
    talk: Talk, ask: Ask, answers: Answers, findings: "Findings | None", look: Inspect, root: Path, lang: str
) -> "tuple[Answers, Findings | None]":
    """A task of those that suit what was said and found, the suggested one first; or another column to predict."""
    able = [part for part in tasks(root) if _can(answers, root, task=part.name)]
    if not findings:
        return replace(answers, task=_pick(talk, ask, "task", able, root, lang, "image-classification")), None
    able = [part for part in able if _fits(part, answers, findings)]
    if not able:
        raise Problem(f"{findings.path}: {own_data.why_nothing(findings)}")
    suggestion = findings.suggestion
    first = suggestion.task if suggestion else ""
    able.sort(key=lambda part: part.name != first)
    listed = [(part.name, _phrase(part, root, lang)) for part in able]
    if first == able[0].name and suggestion.target:
        told = ask["suggested_target"].format(task=first, target=suggestion.target)
        listed[0] = first, f"{told}: {suggestion.why}"
    elif first == able[0].name:
        listed[0] = first, f"{ask['suggested'].format(task=first)}: {suggestion.why}"
    columns = _columns(ask, findings)
    listed += [(OTHER, ask["other_target"])] if columns and answers.target is None else []
    picked = talk.ask("task", lambda known: _select(ask, "task", listed, known), listed[0][0])
    if picked != OTHER:
        return replace(answers, task=picked), findings
    answers = replace(answers, target=talk.ask("target", lambda known: _select(ask, "target", columns, known)))
    findings = look(answers)
    return own_data.proposed(answers, findings), findings


def _fits(task: Part, answers: Answers, findings: "Findings") -> bool:
    """Whether a task can be learned from the data, as far as that can be told without converting them."""
    if own_data.family(findings.format) not in task.card.get("reads", []):
        return False
    suggested = findings.suggestion.task if findings.suggestion else ""
    if task["kind"].startswith("series") and task.name != suggested:
        return any(column.role == "date" for column in findings.columns)
    try:
        fitting.check(findings, task, own_data.proposed(replace(answers, task=task.name), findings))
    except Misuse:
        return False
    return True


def _columns(ask: Ask, findings: "Findings") -> list[tuple[str, str]]:
    """Other columns to predict, those that may be meant first, each with what it holds."""
    suggestion = findings.suggestion
    usable = {column.name: column for column in findings.columns if column.role in ("number", "category")}
    names = dict.fromkeys([*(suggestion.alternatives if suggestion else ()), *usable])
    return [
        (name, f"{name}: {ask['column'].format(role=usable[name].role, distinct=usable[name].distinct)}")
        for name in names
        if name in usable and not (suggestion and name == suggestion.target)
    ]


def _phrase(part: Part, root: Path, lang: str) -> str:
    said = language.said(part, root, lang)
    return f"{said['title']}: {said['summary']}" if said["summary"] else said["title"]


def _pick(talk: Talk, ask: Ask, key: str, able: list[Part], root: Path, lang: str, default: str = "") -> str:
    """One of some parts, each with its phrase; the only one is not asked for."""
    if len(able) == 1:
        return able[0].name
    listed = [(part.name, _phrase(part, root, lang)) for part in able]
    return talk.ask(key, lambda known: _select(ask, key, listed, known), default)


def _select(ask: Ask, key: str, listed: list[tuple[str, str]], default: Any) -> questionary.Question:
    """One of several (value, phrase); the default where it is among them, else the first."""
    entries = [questionary.Choice(phrase, value=value) for value, phrase in listed]
    chosen = next((entry for entry in entries if entry.value == default), entries[0])
    return questionary.select(ask[key], entries, default=chosen, instruction=ask["keys"])


def _several(ask: Ask, key: str, able: list[Part], ticked: Any, phrase: Callable[[Part], str]) -> questionary.Question:
    entries = [questionary.Choice(phrase(part), value=part.name, checked=part.name in ticked) for part in able]
    some = key != "models"
    return questionary.checkbox(
        ask[key],
        entries,
        validate=lambda picked: bool(picked) or some or ask["models_none"],
        instruction=ask["keys_several"],
    )


def _pick_models(
    talk: Talk, ask: Ask, able: list[Part], start: tuple[str, ...], root: Path, lang: str
) -> tuple[str, ...]:
    """The models that are picked; ticked at first are those of `start`, which fit the data, or the first one."""
    if len(able) == 1:
        return (able[0].name,)

    def question(ticked: Any) -> questionary.Question:
        ticked = [name for name in ticked if name in {part.name for part in able}] or [able[0].name]
        return _several(ask, "models", able, ticked, lambda part: _phrase(part, root, lang))

    return tuple(talk.ask("models", question, start))


def _backend(talk: Talk, ask: Ask, answers: Answers, root: Path) -> Answers:
    framework = choose(answers, root).framework
    if answers.backend is not None or len(backends(framework)) < 2 or framework.name != answers.framework:
        return answers
    listed = _explained(framework, "backend", backends(framework), root, language.known(answers.lang, root))
    return replace(answers, backend=talk.ask("backend", lambda known: _select(ask, "backend", listed, known)))


def _explained(part: Part, name: str, values: list[str], root: Path, lang: str) -> list[tuple[str, str]]:
    """What a part asks for by name can be, each with the phrase of its card."""
    phrases = language.said(part, root, lang).get("explains", {}).get(name, {})
    return [(value, f"{value}: {phrases[value]}" if value in phrases else value) for value in values]


def _more(talk: Talk, ask: Ask, answers: Answers, title: str) -> Answers:
    for name, default in (("title", title), ("author", ""), ("event", "")):
        if getattr(answers, name) is None:
            typed = talk.ask(name, lambda known, name=name: _text(ask, name, known), default)
            answers = replace(answers, **{name: typed})
    return answers


def _language(talk: Talk, ask: Ask, answers: Answers, root: Path) -> Answers:
    codes = language.languages(root)
    if answers.lang or len(codes) == 1:
        return answers
    listed = [(code, f"{code}: {language.prompts(root, code)['language']}") for code in codes]
    return replace(answers, lang=talk.ask("lang", lambda known: _select(ask, "lang", listed, known), codes[0]))


def _extras(talk: Talk, ask: Ask, answers: Answers, root: Path, lang: str) -> Answers:
    """The extras, those ticked that are laid in anyway; what a picked one needs comes with it."""
    kind = choose(answers, root).task["kind"]
    able = extras.offered(kind, root)
    if answers.extras is not None or not able:
        return answers
    laid_in = extras.laid_in(bool(answers.event), kind, root)

    def question(ticked: Any) -> questionary.Question:
        return _several(ask, "extras", able, ticked, lambda part: _phrase(part, root, lang))

    picked = talk.ask("extras", question, laid_in)
    return replace(answers, extras=extras.resolve((), ",".join(picked), "", root)[0])


def _details(talk: Talk, ask: Ask, answers: Answers, root: Path) -> Answers:
    """What the chosen extras want to know: one of their folders, or a line of text."""
    chosen = choose(answers, root).extras
    lang = language.known(answers.lang, root)
    for name, default in extras.asked(chosen).items():
        if getattr(answers, name) is not None:
            continue
        listed = [pair for part in chosen for pair in _explained(part, name, extras.options(part, name), root, lang)]
        if listed:
            known = talk.ask(name, lambda known, n=name, of=listed: _select(ask, n, of, known), str(default))
            answers = replace(answers, **{name: type(default)(known)})
        else:
            typed = talk.ask(name, lambda known, n=name: _text(ask, n, known), "")
            answers = replace(answers, **{name: _read(name, typed)})
    return answers


def _text(ask: Ask, name: str, default: str) -> questionary.Question:
    def check(text: str) -> bool | str:
        return _verdict(lambda: checked(Answers(**{name: _read(name, text)})))

    return questionary.text(ask[name], default, validate=check, instruction=ask["keys_text"])


def _name(ask: Ask, default: str) -> questionary.Question:
    return questionary.text(ask["name"], default, validate=_folder, instruction=ask["keys_text"])


def _read(name: str, text: str) -> str | tuple[str, ...]:
    return people(text) if name == "team" else text


def _folder(name: str) -> bool | str:
    return _verdict(lambda: place(name, {}))


def _verdict(check: Callable[[], object]) -> bool | str:
    """True, or the line that the prompt shows until the answer is mended."""
    try:
        check()
    except Problem as problem:
        return str(problem)
    return True
