"""The questions, answered by keys as a person at a terminal presses them."""

import os
import subprocess
import sys
import threading
from dataclasses import replace
from typing import Any

import pytest
from conftest import SMALL
from hackgen.inspection.findings import Column, Findings, Suggestion
from hackgen.making.ask import complete
from hackgen.making.choice import Answers
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

ENTER, UP, DOWN, SPACE, CLEAR = "\r", "\x1b[A", "\x1b[B", " ", "\x15"

MORE_TASKS = {
    "tasks/books/part.toml": 'title = "Books"\nkind = "book-to-class"\nmetric = "m"\nsample = "s"\n',
    "models/book-to-class/mlp/part.toml": 'title = "MLP"\n',
    "models/book-to-class/mlp/with_pytorch.py": "",
}


@pytest.fixture
def asked(tree, monkeypatch, tmp_path):
    """Press the keys and return what was answered."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)

    def press(
        keys: str, answers: Answers | None = None, dest: str | None = None, files=MORE_TASKS, **more: Any
    ) -> tuple[Answers, str]:
        root = tree(SMALL | MORE_TASKS | files)
        with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
            keyboard.send_text(keys)
            stuck = threading.Timer(20, lambda: os._exit(3))
            stuck.start()
            try:
                return complete(answers or Answers(), dest, root, **more)[:2]
            finally:
                stuck.cancel()

    return press


def test_enter_all_the_way_takes_the_defaults_and_asks_only_what_applies(asked):
    # task, models, name, more; the one framework is not asked for
    answers, dest = asked(DOWN + ENTER + ENTER + ENTER + ENTER)
    assert (answers, dest) == (Answers(task="toys", framework="pytorch", models=("mlp",)), "toys")


def test_another_column_can_be_picked_than_the_suggested_one(asked):
    def found(target: str) -> Findings:
        roles = {"age": "number", "price": "number", "id": "identifier", "kind": "category"}
        columns = [Column(name, role) for name, role in roles.items()]
        suggestion = Suggestion("toys", target, "m", [], "", "", alternatives=["kind"])
        return Findings("toys.csv", "csv", columns=columns, suggestion=suggestion)

    inspected = []

    def again(answers: Answers) -> Findings:
        inspected.append(answers.target)
        return found(answers.target)

    rest = ENTER + ENTER + ENTER  # models, name, more
    for keys, target in (("y", "price"), ("n" + ENTER, "kind"), ("n" + DOWN + ENTER, "age")):
        answers, _ = asked(keys + rest, findings=found("price"), inspected=again)
        assert (answers.task, answers.target) == ("toys", target)
    assert inspected == ["kind", "age"]
    answers, _ = asked("n" + UP + ENTER + DOWN + ENTER + rest, findings=found("price"), inspected=again)
    assert (answers.task, answers.target) == ("toys", None)  # none of these: asked as without data


def test_one_model_is_not_asked_for(asked):
    answers, dest = asked(ENTER + ENTER + ENTER)
    assert (answers, dest) == (Answers(task="books", framework="pytorch", models=("mlp",)), "books")


def test_several_models_and_a_name(asked):
    answers, dest = asked(DOWN + ENTER + DOWN + SPACE + ENTER + CLEAR + "my toys" + ENTER + "n")
    assert (answers.models, dest) == (("mlp", "cnn"), "my toys")


def test_no_model_at_all_is_not_accepted(asked):
    assert asked(DOWN + ENTER + SPACE + ENTER + SPACE + ENTER + ENTER + ENTER)[0].models == ("mlp",)


def test_more_asks_the_rest_with_a_title_from_the_name(asked):
    keys = (
        DOWN
        + ENTER
        + ENTER
        + CLEAR
        + "iris-demo"
        + ENTER
        + "y"
        + ENTER
        + "Ada"
        + ENTER
        + ""
        + ENTER
        + ENTER
        + "col"
        + ENTER
    )
    answers, dest = asked(keys)
    assert dest == "iris-demo"
    assert (answers.title, answers.author, answers.event, answers.data, answers.target) == (
        "Iris demo",
        "Ada",
        "",
        "",
        "col",
    )


def test_data_that_does_not_exist_is_asked_for_again(asked, tmp_path):
    known = Answers(task="toys", title="T", author="A", event="E", target="c")
    answers, _ = asked(ENTER + "y" + "nowhere" + ENTER + CLEAR + str(tmp_path) + ENTER, known, dest="x")
    assert answers.data == str(tmp_path)


def test_an_occupied_name_is_asked_for_again(asked, tmp_path):
    (tmp_path / "empty/toys").mkdir()
    (tmp_path / "empty/toys/mine").touch()
    assert asked(ENTER + ENTER + CLEAR + "other" + ENTER + ENTER, Answers(task="toys"))[1] == "other"


def test_what_flags_answered_is_not_asked(asked):
    known = Answers(task="toys", framework="pytorch", models=("cnn",))
    assert asked(ENTER, known, dest="x") == (known, "x")


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
    "lang/tlh/prompts.toml": 'title = "pong"\n',
}
TYPED = Answers(task="books", title="T", author="A", data="")


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
        # what a picked one needs comes with it
        (ENTER * 2 + SPACE + DOWN + SPACE + ENTER * 4, TYPED, ("en", ("compare", "plan"), 24, (), "")),
        # what flags said is not asked
        (ENTER, replace(TYPED, extras=(), lang="en"), ("en", (), None, None, None)),
    ],
)
def test_extras_and_what_they_want_to_know(asked, keys, answers, found):
    given, _ = asked("y" + keys, answers, dest="x", files=EXTRAS)
    assert (given.lang, given.extras, given.hours, given.team, given.start) == found


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("keys", "code"), [(b"\r" * 6, 0), (b"\x03", 130)])
def test_at_a_real_terminal(hackgen, alone, keys, code):
    import pty
    import select

    leader, terminal = pty.openpty()
    command = [sys.executable, "-m", "hackgen", "new"]
    running = subprocess.Popen(command, cwd=hackgen.work, env=alone, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    seen, waiting = b"", [keys[i : i + 1] for i in range(len(keys))]
    timer = threading.Timer(30, running.kill)
    timer.start()
    while running.poll() is None or select.select([leader], [], [], 0.1)[0]:
        if select.select([leader], [], [], 0.1)[0]:
            try:
                seen += os.read(leader, 4096)
            except OSError:
                break
        elif waiting and b"learn?" in seen:  # before that, Python still starts
            os.write(leader, waiting.pop(0))
    timer.cancel()
    assert running.wait(30) == code, seen.decode(errors="replace")
    assert b"Traceback" not in seen
    assert os.listdir(hackgen.work) == ([] if code else ["image-classification"])
    if code:
        assert b"hackgen: interrupted" in seen
