"""The questions, answered by keys as a person at a terminal presses them."""

import os
import subprocess
import sys
import threading

import pytest
from conftest import SMALL
from hackgen.ask import complete
from hackgen.project import Answers
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

ENTER, DOWN, SPACE, CLEAR = "\r", "\x1b[B", " ", "\x15"

MORE_TASKS = {
    "tasks/books/part.toml": 'title = "Books"\nkind = "book-to-class"\nmetric = "m"\nsample = "s"\n',
    "models/book-to-class/mlp/part.toml": 'title = "MLP"\n',
    "models/book-to-class/mlp/with_pytorch.py": "",
}


@pytest.fixture
def asked(tree, monkeypatch, tmp_path):
    """Press the keys and return what was answered."""
    root = tree(SMALL | MORE_TASKS)
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)

    def press(keys: str, answers: Answers | None = None, dest: str | None = None) -> tuple[Answers, str]:
        with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
            keyboard.send_text(keys)
            stuck = threading.Timer(20, lambda: os._exit(3))
            stuck.start()
            try:
                return complete(answers or Answers(), dest, root)
            finally:
                stuck.cancel()

    return press


def test_enter_all_the_way_takes_the_defaults_and_asks_only_what_applies(asked):
    # task, models, name, more; the one framework is not asked for
    answers, dest = asked(DOWN + ENTER + ENTER + ENTER + ENTER)
    assert (answers, dest) == (Answers(task="toys", framework="pytorch", models=("mlp",)), "toys")


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
