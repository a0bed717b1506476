"""A project's commands at the edges of a system: closed streams, odd names, Ctrl-C too early, two at once."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from projects import generate, generate_own, run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are always text, and shells differ"),
]
ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("edges") / "project", task="tabular-classification")


def shell(folder: Path, command: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["sh", "-c", f"exec {sys.executable} {command}"], cwd=folder, env=os.environ | env, capture_output=True
    )


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_end_a_training(project: Path, closed: str) -> None:
    done = shell(project, f"train.py --epochs 1 --out closed-{len(closed)} {closed}")
    assert done.returncode == 0 and b"Traceback" not in done.stderr
    assert (project / f"runs/closed-{len(closed)}/best.pt").is_file()


@pytest.mark.parametrize("command", ["train.py", "evaluate.py", "predict.py", "check.py", "explain.py"])
def test_ctrl_c_while_a_library_is_imported_ends_the_command(project: Path, tmp_path: Path, command: str) -> None:
    """Some libraries take it for a fault of their own; here NumPy does."""
    (tmp_path / "numpy.py").write_text(
        f"import os\ntry:\n    os.kill(os.getpid(), {int(signal.SIGINT)})\n    len('')\n"
        "except BaseException as error:\n    raise ImportError('a part of it failed') from error\n"
    )
    done = shell(project, command, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, b"", b"")  # 130 to a shell


def odd_pictures(folder: Path) -> None:
    """Two classes in folders whose names are UTF-8 or nothing, with files of odd names."""
    noise = np.random.default_rng(0)
    for label in (b"caf\xc3\xa9", b"b\xe4r"):
        os.makedirs(os.fsencode(folder) + b"/" + label)
        for number in range(20):
            with open(os.fsencode(folder) + b"/" + label + b"/\xfc%d.png" % number, "wb") as file:
                Image.fromarray(noise.integers(0, 256, (12, 12, 3), np.uint8)).save(file, "PNG")


@pytest.mark.parametrize("copy", [True, False])
def test_names_that_are_no_utf8_are_learnt_from_in_any_locale(tmp_path: Path, copy: bool) -> None:
    odd_pictures(tmp_path / "Bücher")
    made = generate_own(tmp_path / "Käse", tmp_path / "Bücher", copy=copy, task="image-classification")
    commands = ["train.py --smoke --out a", "evaluate.py a", f"predict.py {tmp_path / 'Bücher'} --run a"]
    for command in commands[: 1 if copy else 3]:
        done = shell(made, command, **ASCII)
        assert done.returncode == 0 and b"Traceback" not in done.stderr, done.stderr.decode("utf-8", "replace")
    assert copy or done.stdout.count("café".encode()) + done.stdout.count("b�r".encode()) >= 40
    meta = json.loads((made / "runs/a/meta.json").read_text(encoding="utf-8"))
    assert sorted(meta["classes"]) == sorted(["café", "b�r"])
    run(made, "evaluate.py", "a").ok()  # the same data in another locale


def test_texts_in_folders_whose_names_are_no_utf8_are_prepared_where_they_lie(tmp_path: Path) -> None:
    for label in (b"caf\xc3\xa9", b"b\xe4r"):
        os.makedirs(os.fsencode(tmp_path) + b"/texts/" + label)
        for number in range(30):
            with open(os.fsencode(tmp_path) + b"/texts/" + label + b"/\xfc%d.txt" % number, "wb") as file:
                file.write(b"%s word%d and others" % (label[:1], number))
    made = generate_own(tmp_path / "p", tmp_path / "texts", copy=False, task="text-classification")
    processes = [start_smoke(made, name) for name in "ab"]  # which both prepare the texts
    for process in processes:
        _, errors = process.communicate()
        assert process.returncode == 0, errors.decode("utf-8", "replace")


def start_smoke(project: Path, name: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "train.py", "--smoke", "--out", name]
    return subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


AT_ONCE = """
import runs
from common import RUNS
from config import MODELS
config = next(iter(MODELS.values()))()
made, write = [], runs.write_json
def meanwhile(path, content):  # another training begins while this one does
    runs.write_json = write
    made.append(runs.new({name!r}, config, {{"mine": 2}}, False))
    write(path, content)
runs.write_json = meanwhile
made.append(runs.new({name!r}, config, {{"mine": 1}}, False))
import json
print(*(json.loads((folder / "meta.json").read_text())["mine"] for folder in made), len(set(made)))
"""


@pytest.mark.parametrize("name", [None, "one"])
def test_two_trainings_that_begin_at_once_never_share_a_folder(project: Path, name: str | None) -> None:
    assert run(project, "-c", AT_ONCE.format(name=name)).ok().out.split() == ["2", "1", "2"]


@pytest.mark.parametrize("task", ["text-classification", "text-generation", "image-classification"])
def test_links_that_lead_out_of_a_folder_are_not_followed_where_it_lies(tmp_path: Path, task: str) -> None:
    """hackgen leaves them out and names them; so does a project that reads the folder in place."""
    (tmp_path / "outside").mkdir()
    for number in range(60):
        folder = tmp_path / "data" / "ab"[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        if task == "image-classification":
            pixels = np.random.default_rng(number).integers(0, 256, (12, 12, 3), np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
        else:
            (folder / f"{number}.txt").write_text(f"{'ab'[number % 2]} words {number} and some others\n" * 9)
    ending = "png" if task == "image-classification" else "txt"
    Image.fromarray(np.full((12, 12, 3), 77, np.uint8)).save(tmp_path / "outside/secret.png")
    (tmp_path / "outside/secret.txt").write_text("Ωunheard of\n" * 9, encoding="utf-8")
    (tmp_path / "data/a/99.link").with_suffix(f".{ending}").symlink_to(tmp_path / f"outside/secret.{ending}")
    made = generate_own(tmp_path / "p", tmp_path / "data", task=task, copy=False)
    read = shell(made, "data.py" if task == "image-classification" else "prepare.py")
    assert read.returncode == 0, read.stderr.decode()
    kept = [path.read_bytes() for path in (made / "prepared").rglob("*") if path.is_file()]
    assert not any("Ω".encode() in content for content in kept)
    assert task != "image-classification" or sum(map(int, re.findall(rb"(\d+) pictures", read.stdout))) == 60
