"""The questions, answered by keys as a person at a terminal presses them."""

import os
import subprocess
import sys
import threading
from dataclasses import replace
from typing import Any

import pytest
from conftest import HANGS, SMALL
from hackgen.errors import Problem
from hackgen.inspection.findings import Column, Findings, Suggestion
from hackgen.making import ask, extras, language
from hackgen.making.choice import Answers, choices
from hackgen.parts import TEMPLATES, backends
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.cells import cell_len

ENTER, UP, DOWN, SPACE, CLEAR, ESC = "\r", "\x1b[A", "\x1b[B", " ", "\x15", "\x1b"
SAMPLE, MODELS, MAKE = ENTER, ENTER, ENTER  # what Enter answers to
MORE, RENAME = UP + ENTER, DOWN + ENTER

MORE_TASKS = {
    "tasks/toys/part.toml": SMALL["tasks/toys/part.toml"].replace("[config]", 'reads = ["table"]\n[config]'),
    "tasks/books/part.toml": 'title = "Books"\nkind = "book-to-class"\nmetric = "m"\nsample = "s"\n',
    "models/book-to-class/mlp/part.toml": 'title = "MLP"\n',
    "models/book-to-class/mlp/with_pytorch.py": "",
}
TOYS = Answers(data="", task="toys", framework="pytorch", models=("mlp",))


@pytest.fixture
def asked(tree, monkeypatch, tmp_path):
    """Press the keys and return what was answered; each key by itself, as Esc begins the code of other keys."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)

    def press(
        keys: str, answers: Answers | None = None, dest: str | None = None, files=MORE_TASKS, **more: Any
    ) -> tuple[Answers, str]:
        root = tree(SMALL | MORE_TASKS | files)
        with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
            keyboard.send_text(keys)
            stuck = threading.Timer(HANGS, lambda: os._exit(3))
            stuck.start()
            try:
                prove = more.pop("prove", lambda *found: found)
                return ask.complete(answers or Answers(), dest, prove, root=root, **more)[:2]
            finally:
                stuck.cancel()

    return press


def test_data_come_first_and_enter_all_the_way_takes_the_defaults(asked):
    answers, dest = asked(SAMPLE + DOWN + ENTER + MODELS + MAKE)  # the one framework is not asked for
    assert (answers, dest) == (TOYS, "toys")


@pytest.fixture
def counted(monkeypatch):
    """The names of the questions that were asked."""
    seen, real = [], ask.Talk.ask

    def counting(talk: ask.Talk, key: str, question: Any, default: Any = None) -> Any:
        seen.append(key)
        return real(talk, key, question, default)

    monkeypatch.setattr(ask.Talk, "ask", counting)
    return seen


def test_at_most_five_questions_by_default(asked, counted):
    two = {f"frameworks/other/{path}": "" for path in ("targets/class/loss.py",)}
    two |= {"frameworks/other/part.toml": 'title = "O"\n', "models/toy-to-class/mlp/with_other.py": ""}
    asked(SAMPLE + DOWN + ENTER + ENTER + MODELS + MAKE, files=MORE_TASKS | two)
    assert counted == ["data", "task", "framework", "models", "last"]


def table(target: str | None = None) -> Findings:
    roles = {"age": "number", "price": "number", "id": "identifier", "kind": "category"}
    columns = [Column(name, role, distinct=3, detail={"min": 1}) for name, role in roles.items()]
    suggestion = Suggestion("toys", target or "price", "m", [], "", "it is last", alternatives=["kind"])
    return Findings("toys.csv", "csv", rows=99, columns=columns, suggestion=suggestion)


def inspected(answers: Answers) -> Findings:
    if answers.data != "toys.csv":
        raise Problem(f"{answers.data} does not exist")
    return table(answers.target)


def test_what_was_found_decides_which_tasks_are_offered(asked):
    """Books are no table, so there is one task and one other entry: to predict another column."""
    data = "toys.csv" + ENTER
    for keys, target in ((ENTER, "price"), (DOWN + ENTER + ENTER, "kind"), (DOWN + ENTER + DOWN + ENTER, "age")):
        answers, _ = asked(data + keys + MODELS + MAKE, inspect=inspected)
        assert (answers.task, answers.target, answers.data) == ("toys", target, "toys.csv")


def test_the_models_that_fit_the_data_are_ticked_like_those_that_yes_takes(asked):
    def fitting(answers: Answers) -> Findings:
        found = table()
        found.suggestion.models = found.suggestion.start = ["cnn", "mlp"]
        return found

    assert asked("toys.csv" + ENTER + ENTER + MODELS + MAKE, inspect=fitting)[0].models == ("cnn", "mlp")


def test_data_that_do_not_do_are_asked_for_again_and_can_be_corrected(asked, capsys):
    answers, _ = asked("toys" + ENTER + ".csv" + ENTER + ENTER + MODELS + MAKE, inspect=inspected)
    assert answers.data == "toys.csv" and "toys does not exist" in capsys.readouterr().err


@pytest.mark.parametrize("written", ["'my toys.csv'", '"my toys.csv"', "my\\ toys.csv ", " my toys.csv"])
def test_a_file_that_was_dropped_on_the_terminal_is_found(asked, written):
    if os.name == "nt" and "\\" in written:
        pytest.skip("there a backslash divides folders")
    given = []
    asked(written + ENTER + ENTER + MODELS + MAKE, inspect=lambda answers: given.append(answers.data) or table())
    assert given[0] == "my toys.csv"


@pytest.mark.parametrize(
    "phrase", ["short", "a phrase that is longer than the line has room for", "比一行还要长的一句话" * 3]
)
def test_a_phrase_that_is_longer_than_a_line_ends_with_dots(monkeypatch, phrase):
    monkeypatch.setattr(ask.shutil, "get_terminal_size", lambda: os.terminal_size((40, 20)))
    shown = ask._in_line(phrase)
    assert shown == phrase if phrase == "short" else shown.endswith("…")
    assert cell_len(shown) <= 40 - ask.MARKS


def test_flags_about_data_are_refused_at_once_where_there_are_none(asked, capsys):
    given = replace(TOYS, data=None, task=None, target="kind", models=(), framework=None)
    answers, _ = asked(ENTER + "toys.csv" + ENTER + ENTER + MODELS + MAKE, given, inspect=inspected)
    assert (answers.data, answers.target) == ("toys.csv", "kind")
    assert "--target means nothing without data of your own" in capsys.readouterr().err


def test_data_for_which_there_is_no_task_are_asked_for_again_with_the_reason(asked, capsys):
    nothing = Findings("x", "unknown", notes=["this is a single picture; name the folder"])
    found = {"x": nothing, "": None}
    answers, _ = asked(
        "x" + ENTER + CLEAR + SAMPLE + DOWN + ENTER + MODELS + MAKE, inspect=lambda answers: found[answers.data]
    )
    assert answers == TOYS and "name the folder" in capsys.readouterr().err


def test_escape_goes_back_and_nothing_is_lost(asked):
    back = [
        SAMPLE + DOWN + ENTER + ESC + ENTER + MODELS + MAKE,  # to the task, whose answer is its default now
        SAMPLE + DOWN + ENTER + DOWN + SPACE + ENTER + ESC + DOWN + SPACE + ENTER + MAKE,
        SAMPLE + ESC + ESC + ESC + SAMPLE + DOWN + ENTER + MODELS + MAKE,  # not further than to the first
        "toys.csv" + ENTER + ENTER + ESC + ESC + CLEAR + ENTER + ENTER + MODELS + MAKE,
    ]
    for keys in back:
        assert asked(keys, inspect=inspected) == (TOYS, "toys"), keys.encode()
    kept, dest = asked(SAMPLE + DOWN + ENTER + MODELS + RENAME + "x" + ENTER, None)
    assert (kept, dest) == (TOYS, "toysx")


def test_what_turns_out_not_to_do_is_told_and_asked_again(asked, capsys):
    tried = []

    def prove(answers: Answers, dest: str, findings: Any) -> tuple:
        tried.append(dest)
        if len(tried) < 3:
            raise Problem("no room there")
        return answers, dest, findings

    keys = SAMPLE + DOWN + ENTER + MODELS + MAKE + ESC + ENTER + MAKE + MAKE
    assert asked(keys, prove=prove) == (TOYS, "toys") and tried == ["toys"] * 3
    assert capsys.readouterr().err.count("no room there") == 2


def test_flags_that_cannot_be_are_refused_before_anything_is_asked(asked):
    with pytest.raises(Problem, match='no task "toy"'):
        asked("", Answers(task="toy"))
    with pytest.raises(Problem, match='no model "cmn"'):
        asked("", Answers(models=("cmn",)))


def test_only_tasks_that_suit_the_flags_are_offered(asked):
    assert asked(SAMPLE + MAKE, Answers(models=("cnn",)))[0].task == "toys"


def test_one_model_is_not_asked_for_and_own_data_not_where_none_are_read(asked):
    answers, dest = asked(MAKE, Answers(task="books"))
    assert (answers, dest) == (Answers(task="books", framework="pytorch", models=("mlp",)), "books")


def test_several_models_and_a_name(asked):
    keys = SAMPLE + DOWN + ENTER + DOWN + SPACE + ENTER + RENAME + CLEAR + "my toys" + ENTER
    answers, dest = asked(keys)
    assert (answers.models, dest) == (("mlp", "cnn"), "my toys")


def test_no_model_at_all_is_not_accepted(asked):
    assert asked(SAMPLE + DOWN + ENTER + SPACE + ENTER + SPACE + ENTER + MAKE)[0].models == ("mlp",)


def test_more_asks_the_rest_with_a_title_from_the_name(asked):
    keys = MORE + CLEAR + "iris-demo" + ENTER + ENTER + "Ada" + ENTER + ENTER
    answers, dest = asked(keys, TOYS)
    assert (dest, answers.title, answers.author, answers.event) == ("iris-demo", "Iris demo", "Ada", "")


def test_an_occupied_name_is_neither_proposed_nor_accepted(asked, tmp_path):
    (tmp_path / "empty/toys").mkdir()
    (tmp_path / "empty/toys/mine").touch()
    assert asked(MAKE, TOYS)[1] == "toys-2"
    assert asked(RENAME + CLEAR + "toys" + ENTER + CLEAR + "other" + ENTER, TOYS)[1] == "other"


def test_what_flags_answered_is_not_asked(asked):
    assert asked(MAKE, TOYS, dest="x") == (TOYS, "x")


def test_ctrl_c_ends_the_questions(asked):
    with pytest.raises(KeyboardInterrupt):
        asked("\x03")


EXTRAS = {
    "extras/plan/part.toml": (
        'title = "Plan"\nlaid_in = "event"\nneeds = ["compare"]\n[asks]\nhours = 24\nteam = []\nstart = ""\n'
    ),
    "extras/plan/hours/24/plan.toml": "",
    "extras/plan/hours/36/plan.toml": "",
    "extras/compare/part.toml": 'title = "Compare"\nlaid_in = "always"\n',
    "lang/tlh/prompts.toml": 'title = "pong"\nlanguage = "tlhIngan Hol"\n',
}
TYPED = Answers(task="books", title="T", author="A")


@pytest.mark.parametrize(
    ("keys", "answers", "found"),
    [
        # event, language, extras as they are, hours, team, start
        ("E" + ENTER * 3 + ENTER * 3, TYPED, ("en", ("compare", "plan"), 24, (), "")),
        (
            *("E" + ENTER + DOWN + ENTER * 2 + DOWN + ENTER + "Ada, Bo" + ENTER + "2026-11-22 18:00" + ENTER, TYPED),
            ("tlh", ("compare", "plan"), 36, ("Ada", "Bo"), "2026-11-22 18:00"),
        ),
        (  # a wrong time is asked for again
            *("E" + ENTER * 4 + ENTER + "noon" + ENTER + CLEAR + "2026-11-22 18:00" + ENTER, TYPED),
            ("en", ("compare", "plan"), 24, (), "2026-11-22 18:00"),
        ),
        (ENTER * 3, TYPED, ("en", ("compare",), None, None, None)),
        (ENTER * 2 + SPACE + ENTER, TYPED, ("en", (), None, None, None)),
        # back from the extras to the language, whose answer stays the default
        (ENTER + DOWN + ENTER + ESC + ENTER * 2, TYPED, ("tlh", ("compare",), None, None, None)),
        # what a picked one needs comes with it
        (ENTER * 2 + SPACE + DOWN + SPACE + ENTER * 4, TYPED, ("en", ("compare", "plan"), 24, (), "")),
        # what flags said is not asked
        (ENTER, replace(TYPED, extras=(), lang="en"), ("en", (), None, None, None)),
    ],
)
def test_extras_and_what_they_want_to_know(asked, keys, answers, found):
    given, _ = asked(MORE + keys, answers, dest="x", files=EXTRAS)
    assert (given.lang, given.extras, given.hours, given.team, given.start) == found


@pytest.mark.parametrize("code", language.languages(TEMPLATES))
def test_whatever_can_be_chosen_explains_itself(code):
    offered = {part: part.summary for choice in choices() for part in (choice.task, choice.framework, *choice.models)}
    offered |= {part: part.summary for part in extras.extras(TEMPLATES)}
    assert not [part.name for part in offered if not language.said(part, TEMPLATES, code)["summary"]]
    asks = [
        (part, name, extras.options(part, name))
        for part in extras.extras(TEMPLATES)
        for name in part.card.get("asks", {})
    ]
    asks += [(part, "backend", backends(part)) for part in {choice.framework for choice in choices()}]
    for part, name, values in asks:
        if len(values) > 1:
            phrases = ask._explained(part, name, values, TEMPLATES, code)
            assert all(len(phrase) > len(value) + 5 for value, phrase in phrases), phrases


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("keys", "code"), [(b"\r" * 5, 0), (b"\x03", 130)])
def test_at_a_real_terminal(hackgen, alone, keys, code):
    import pty
    import select

    leader, terminal = pty.openpty()
    command = [sys.executable, "-m", "hackgen", "new"]
    running = subprocess.Popen(command, cwd=hackgen.work, env=alone, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    seen, waiting = b"", [keys[i : i + 1] for i in range(len(keys))]
    timer = threading.Timer(HANGS, running.kill)
    timer.start()
    while running.poll() is None or select.select([leader], [], [], 0.1)[0]:
        if select.select([leader], [], [], 0.1)[0]:
            try:
                seen += os.read(leader, 4096)
            except OSError:
                break
        elif waiting and b"sample" in seen:  # before that, Python still starts
            os.write(leader, waiting.pop(0))
    timer.cancel()
    assert running.wait(HANGS) == code, seen.decode(errors="replace")
    assert b"Traceback" not in seen
    assert os.listdir(hackgen.work) == ([] if code else ["image-classification"])
    if code:
        assert b"hackgen: interrupted" in seen
