"""The questions, for what the flags leave open: data first, since what can be asked then follows from them.

Esc goes back to the question before; what was answered there is its default. What turns out not to do is asked again,
with the reason, and nothing that was answered is lost.
"""

import itertools
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import questionary
from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
from rich.text import Text

from ..errors import Misuse, Problem
from ..parts import TEMPLATES, Part, backends, frameworks, models, tasks
from ..text import printable
from . import extras, fitting, language, own_data
from .answers import checked, people
from .choice import Answers, choose, refuse_idle, title_from
from .write import place

if TYPE_CHECKING:
    from ..inspection import Findings

Inspect = Callable[[Answers], "Findings | None"]
Prove = Callable[[Answers, str, "Findings | None"], Any]
Wanted = Callable[[Answers], Answers]
OTHER, MAKE, RENAME, MORE = "another column", "make", "rename", "more"  # entries that are no name of a part
MARKS = 6  # cells before a phrase, and the last one of a line, which some terminals leave free


class Back(Exception):
    """Esc was pressed."""


@dataclass
class Talk:
    """What was answered. Plain code asks one question after the other; to go back it is run anew, one reply less."""

    root: Path  # of the templates
    lang: str
    replies: list[Any] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)  # the latest reply by question, its default from then on
    at: int = 0

    def ask(self, key: str, question: Callable[[Any], questionary.Question], default: Any = None) -> Any:
        """The reply that was given to this question, else the one that a person gives now."""
        if self.at == len(self.replies):
            asked, keys = question(self.before.get(key, default)), KeyBindings()
            keys.add("escape", eager=True)(lambda event: event.app.exit(result=Back))
            asked.application.key_bindings = merge_key_bindings([asked.application.key_bindings, keys])
            if (reply := asked.unsafe_ask()) is Back:
                raise Back
            self.before[key] = reply
            self.replies.append(reply)
        self.at += 1
        return self.replies[self.at - 1]

    @cached_property
    def words(self) -> dict[str, str]:
        """The questions in the language of the project, by key."""
        return language.prompts(self.root, self.lang)

    def one(self, key: str, listed: list[tuple[str, str]], default: Any = None) -> Any:
        """One of several (value, phrase); the default where it is among them, else the first."""

        def question(known: Any) -> questionary.Question:
            entries = [questionary.Choice(_in_line(phrase), value=value) for value, phrase in listed]
            chosen = next((entry for entry in entries if entry.value == known), entries[0])
            return questionary.select(self.words[key], entries, default=chosen, instruction=self.words["keys"])

        return self.ask(key, question, default)

    def part(self, key: str, able: list[Part], default: str = "") -> str:
        """The name of one of some parts, each with its phrase; the only one is not asked for."""
        return able[0].name if len(able) == 1 else self.one(key, [(p.name, self.phrase(p)) for p in able], default)

    def several(self, key: str, able: list[Part], default: tuple[str, ...], least: int = 0) -> tuple[str, ...]:
        """The names of some parts, at least so many."""

        def question(ticked: Any) -> questionary.Question:
            ticked = [part.name for part in able if part.name in ticked] or [part.name for part in able[:least]]
            listed = [(p.name, _in_line(self.phrase(p))) for p in able]
            entries = [questionary.Choice(phrase, value=name, checked=name in ticked) for name, phrase in listed]
            enough, words = lambda picked: len(picked) >= least or self.words["models_none"], self.words["keys_several"]
            return questionary.checkbox(self.words[key], entries, validate=enough, instruction=words)

        return tuple(self.ask(key, question, default))

    def text(self, name: str, default: str, check: Callable[[str], bool | str]) -> str:
        """A line of text, asked for until `check` takes it."""
        how = {"validate": check, "instruction": self.words["keys_text"]}
        return self.ask(name, lambda known: questionary.text(self.words[name], known, **how), default)

    def phrase(self, part: Part) -> str:
        said = language.said(part, self.root, self.lang)
        return f"{said['title']}: {said['summary']}" if said["summary"] else said["title"]


def _in_line(phrase: str) -> str:
    """A phrase as far as it fits a line of the terminal, behind the mark of the one that is pointed at."""
    line = Text(phrase)
    line.truncate(shutil.get_terminal_size().columns - MARKS, overflow="ellipsis")
    return line.plain


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
    talk = Talk(root, language.known(answers.lang, root))
    while True:
        talk.at = 0
        try:
            return prove(*_questions(talk, answers, dest, look, wanted))
        except Back:
            del talk.replies[-1:]
        except Problem as problem:
            if not talk.replies:
                raise
            click.echo(printable(f"hackgen: {problem}"), err=True)
            del talk.replies[-1:]


def _questions(
    talk: Talk, answers: Answers, dest: str | None, look: Inspect, wanted: Wanted | None
) -> "tuple[Answers, str, Findings | None]":
    root, words = talk.root, talk.words
    if answers.data is None and (
        answers.task is None or choose(replace(answers, models=()), root).task.card.get("reads")
    ):
        answers = replace(answers, data=_dropped(_line(talk, "data", "")))
    if not answers.data:  # said at once, as the flag can be made good by data alone
        refuse_idle({name: given for name, given in vars(answers).items() if given is not None}, answers)
    findings = look(answers) if answers.data else None
    if answers.task is None:
        answers, findings = _task(talk, answers, findings, look)
    if findings:
        answers = own_data.proposed(answers, findings)
    task = choose(replace(answers, models=()), root).task
    if answers.framework is None:
        able = [part for part in frameworks(task) if _can(answers, root, framework=part.name)]
        answers = replace(answers, framework=talk.part("framework", able))
    choice = choose(answers, root)
    if not answers.models:
        able = models(task, choice.framework)
        named = findings.suggestion.models if findings and findings.suggestion else []  # the best for these data first
        able.sort(key=lambda model: named.index(model.name) if model.name in named else len(named))
        start = own_data.modelled(answers, findings).models if findings else ()
        picked = talk.several("models", able, start, least=1) if len(able) > 1 else (able[0].name,)
        answers = replace(answers, models=picked)
    names = itertools.chain([task.name], (f"{task.name}-{number}" for number in itertools.count(2)))
    name = dest or next(name for name in names if _folder(name) is True)
    last = [(MAKE, words["make"].format(folder=name)), (MORE, words["more"])]
    last[1:1] = [(RENAME, words["rename"])] if dest is None else []
    then = talk.one("last", last, MAKE)
    if then != MAKE and dest is None:
        name = talk.text("name", name, _folder).strip()
    if then == MORE:
        answers = _backend(talk, answers)
        for what, default in (("title", title_from(name)), ("author", ""), ("event", "")):
            if getattr(answers, what) is None:
                answers = replace(answers, **{what: _line(talk, what, default)})
        codes = language.languages(root)
        if not answers.lang and len(codes) > 1:
            listed = [(code, f"{code}: {language.prompts(root, code)['language']}") for code in codes]
            answers = replace(answers, lang=talk.one("lang", listed, codes[0]))
        answers = wanted(answers) if wanted else _extras(talk, answers)
        answers = _details(talk, answers)
    return answers, name, findings


def _can(answers: Answers, root: Path, **more: str) -> bool:
    """Whether there is a project of what was said and this."""
    try:
        choose(replace(answers, **more), root)
    except Misuse:
        return False
    return True


def _task(
    talk: Talk, answers: Answers, findings: "Findings | None", look: Inspect
) -> "tuple[Answers, Findings | None]":
    """A task of those that suit what was said and found, the suggested one first; or another column to predict."""
    able = [part for part in tasks(talk.root) if _can(answers, talk.root, task=part.name)]
    if not findings:
        return replace(answers, task=talk.part("task", able, "image-classification")), None
    able = [part for part in able if _fits(part, answers, findings)]
    if not able:
        raise Problem(f"{findings.path}: {own_data.why_nothing(findings)}")
    suggestion = findings.suggestion
    first = suggestion.task if suggestion else ""
    able.sort(key=lambda part: part.name != first)
    listed = [(part.name, talk.phrase(part)) for part in able]
    if first == able[0].name:
        told = talk.words["suggested_target" if suggestion.target else "suggested"]
        listed[0] = first, f"{told.format(task=first, target=suggestion.target)}: {suggestion.why}"
    columns = _columns(talk, findings)
    listed += [(OTHER, talk.words["other_target"])] if columns and answers.target is None else []
    picked = talk.one("task", listed, listed[0][0])
    if picked != OTHER:
        return replace(answers, task=picked), findings
    answers = replace(answers, target=talk.one("target", columns))
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


def _columns(talk: Talk, findings: "Findings") -> list[tuple[str, str]]:
    """Other columns to predict, those that may be meant first, each with what it holds."""
    suggestion = findings.suggestion
    usable = {column.name: column for column in findings.columns if column.role in ("number", "category")}
    names = dict.fromkeys([*(suggestion.alternatives if suggestion else ()), *usable])
    return [
        (name, f"{name}: {talk.words['column'].format(role=usable[name].role, distinct=usable[name].distinct)}")
        for name in names
        if name in usable and not (suggestion and name == suggestion.target)
    ]


def _backend(talk: Talk, answers: Answers) -> Answers:
    framework = choose(answers, talk.root).framework
    if answers.backend is not None or len(backends(framework)) < 2 or framework.name != answers.framework:
        return answers
    listed = _explained(framework, "backend", backends(framework), talk.root, talk.lang)
    return replace(answers, backend=talk.one("backend", listed))


def _explained(part: Part, name: str, values: list[str], root: Path, lang: str) -> list[tuple[str, str]]:
    """What a part asks for by name can be, each with the phrase of its card."""
    phrases = language.said(part, root, lang).get("explains", {}).get(name, {})
    return [(value, f"{value}: {phrases[value]}" if value in phrases else value) for value in values]


def _extras(talk: Talk, answers: Answers) -> Answers:
    """The extras, those ticked that are laid in anyway; what a picked one needs comes with it."""
    root = talk.root
    kind = choose(answers, root).task["kind"]
    able = extras.offered(kind, root)
    if answers.extras is not None or not able:
        return answers
    picked = talk.several("extras", able, extras.laid_in(bool(answers.event), kind, root))
    return replace(answers, extras=extras.resolve((), ",".join(picked), "", root)[0])


def _details(talk: Talk, answers: Answers) -> Answers:
    """What the chosen extras want to know: one of their folders, or a line of text."""
    root = talk.root
    chosen = choose(answers, root).extras
    lang = language.known(answers.lang, root)
    for name, default in extras.asked(chosen).items():
        if getattr(answers, name) is not None:
            continue
        listed = [pair for part in chosen for pair in _explained(part, name, extras.options(part, name), root, lang)]
        one = type(default)(talk.one(name, listed, str(default))) if listed else _read(name, _line(talk, name, ""))
        answers = replace(answers, **{name: one})
    return answers


def _line(talk: Talk, name: str, default: str) -> str:
    """An answer that is one line of text."""
    return talk.text(name, default, lambda text: _verdict(lambda: checked(Answers(**{name: _read(name, text)}))))


def _dropped(text: str) -> str:
    """The path that a terminal writes where a file is dropped: in quotes, or with a backslash before each space."""
    text = os.path.expanduser(text.strip())
    if text[1:] and text[0] == text[-1] and text[0] in "'\"" and not os.path.exists(text):
        return text[1:-1]
    return text if os.name == "nt" or os.path.exists(text) else re.sub(r"\\(.)", r"\1", text)


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
