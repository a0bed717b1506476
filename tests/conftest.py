"""What all tests share: small template trees written inline, and hackgen run as a command."""

import gc
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from hackgen.__main__ import ENDS, main
from hackgen.pitch import project
from projects import IMPORTS, TO_TRAIN, own_code

HANGS = 600  # seconds after which a command is not slow but stuck, however much else the machine has to do
Run = Callable[..., subprocess.CompletedProcess[str]]
BROWSER = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic", "--disable-sync"]
BROWSER += ["--disable-background-networking", "--disable-component-update"]

# The least that makes a project: one task, one framework, two models, each file a line.
SMALL = {
    "base/part.toml": 'dependencies = ["numpy>=1"]\n[config]\ndata = ["", "your own file"]\nseed = [0, "for luck"]\n',
    "base/config.py.j2": (
        "{% for knob in knobs %}\n{{ knob.name }}: {{ knob.type }} = {{ knob.value | python }}\n{% endfor %}\n"
    ),
    "base/dot_gitignore": "runs/\n__pycache__/\n",
    "base/README.d/10-title.md.j2": "# {{ title | markdown }}\n",
    "base/README.d/90-end.md": "The end.\n",
    "tasks/toys/part.toml": (
        'title = "Toys"\nkind = "toy-to-class"\nmetric = "joy"\nsample = "a box"\ndefault_model = "mlp"\n'
        'dependencies = ["pandas>=2"]\n[config]\ntarget = ["", "the column"]\nseed = 7\n'
    ),
    "tasks/toys/data.py": "print('toys')\n",
    "tasks/toys/dot_gitignore": "toys/\nruns/\n",
    "frameworks/pytorch/part.toml": (
        'title = "PyTorch"\ndependencies = ["torch>=2", "numpy>=2"]\n[config]\nrate = [0.5, "fast"]\n'
    ),
    "frameworks/pytorch/base/train.py": "print('train')\n",
    "frameworks/pytorch/targets/class/loss.py": "print('loss')\n",
    "models/toy-to-class/cnn/part.toml": 'title = "CNN"\n',
    "models/toy-to-class/cnn/with_pytorch.py": "print('cnn')\n",
    "models/toy-to-class/mlp/part.toml": 'title = "MLP"\n[config]\nwidth = [8, "wide"]\nrate = 1\n',
    "models/toy-to-class/mlp/with_pytorch.py": "print('mlp')\n",
    "models/toy-to-class/mlp/with_keras.py": "print('keras mlp')\n",
    "models/toy-to-class/mlp/README.d/50-mlp.md": "Layers.\n",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh-examples", action="store_true", help="rewrite examples/ from the templates of today")


def pytest_configure(config: pytest.Config) -> None:
    """One folder for what JAX compiles, which many projects ask for alike; without it each has one of its own."""
    folder = tempfile.TemporaryDirectory(prefix="compiled-")
    config.add_cleanup(folder.cleanup)
    os.environ["OMP_NUM_THREADS"] = "1"  # read as a process starts; more threads than cores wait busily for each other
    os.environ["JAX_COMPILATION_CACHE_DIR"] = folder.name  # projects' processes inherit it
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0.05"


def pytest_collection_finish(session: pytest.Session) -> None:
    """Have torch imported beforehand where something trains; the fast tests do without."""
    if any(item.get_closest_marker("slow") for item in session.items):
        IMPORTS.extend(TO_TRAIN)
    gc.collect()
    gc.freeze()  # tests and modules stay to the end, and need not be looked through again and again


@pytest.fixture(autouse=True, scope="session")
def removed_meanwhile() -> Iterator[None]:
    """Have folders of tests that passed removed while others run: some disks take 5 ms for each."""
    with ThreadPoolExecutor(2) as remover:
        with patch("_pytest.tmpdir.rmtree", partial(remover.submit, shutil.rmtree), create=True):
            yield


@pytest.fixture(autouse=True, scope="session")
def asked_in_a_fork() -> Iterator[None]:
    """A project's own code answers hackgen from a fork, which need not import NumPy."""
    with patch.object(project, "subprocess", SimpleNamespace(run=own_code)):
        yield


def program(*names: str) -> str:
    """The first program that is installed; else the test is skipped, or fails where all have to be there."""
    for name in names:
        if found := shutil.which(name):
            return found
    told = f"none of {', '.join(names)} is installed"
    if os.environ.get("HACKGEN_PROGRAMS") == "all":
        pytest.fail(told)
    pytest.skip(told)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, or another browser of its family."""
    path = program("chromium", "chromium-browser", "google-chrome", "microsoft-edge")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=BROWSER)
        yield opened
        opened.close()


@pytest.fixture
def tree(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Write a tree of {path: text} and return its root."""

    def write(files: dict[str, str]) -> Path:
        root = tmp_path / "tree"
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8", newline="\n")
        return root

    return write


@pytest.fixture
def small(tree: Callable[[dict[str, str]], Path]) -> Path:
    return tree(SMALL)


@pytest.fixture
def alone(tmp_path: Path) -> dict[str, str]:
    """An environment without the user's git, so that a test says what git is set up to do."""
    home = tmp_path / "home"
    home.mkdir()
    own = ("GIT_", "PYTHONDONTWRITEBYTECODE")  # without the second, only the first process compiles hackgen
    plain = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return plain | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "XDG_CONFIG_HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
    }


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """An empty folder to work in."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def hackgen(work: Path, alone: dict[str, str]) -> Run:
    """`hackgen …` as a person without a terminal runs it, in an empty folder; inside this process, which is faster."""

    def run(*arguments: str, env: dict[str, str] | None = None, cwd: Path = work) -> subprocess.CompletedProcess[str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        caught = {number: signal.getsignal(number) for number in ENDS}
        with (
            open(os.devnull, encoding="utf-8") as nothing,
            patch.dict(os.environ, alone | (env or {}), clear=True),
            patch.multiple(sys, argv=["hackgen", *arguments], stdin=nothing, stdout=out, stderr=err),
            pytest.MonkeyPatch.context() as here,
            pytest.raises(SystemExit) as end,
        ):
            here.chdir(cwd)
            main()
        for number, handler in caught.items():
            signal.signal(number, handler)
        printed = (stream.buffer.getvalue().decode("utf-8") for stream in (out, err) if not stream.flush())
        return subprocess.CompletedProcess(arguments, end.value.code or 0, *printed)

    run.work = work  # type: ignore[attr-defined]
    return run


@pytest.fixture
def hackgen_process(work: Path, alone: dict[str, str]) -> Run:
    """The same as a process of its own: `python -m hackgen …`."""

    def run(*arguments: str, env: dict[str, str] | None = None, cwd: Path = work) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "hackgen", *arguments],
            cwd=cwd,
            env=alone | (env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=HANGS,
        )

    run.work = work  # type: ignore[attr-defined]
    return run


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder but git's own, as a plan has them."""
    paths = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and ".git" not in path.relative_to(folder).parts
    ]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def refused(done: subprocess.CompletedProcess[str], code: int, *mentioned: str) -> None:
    """The run ended with the code and one line that mentions what matters."""
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith("hackgen: ") and done.stderr.count("\n") == 1, done.stderr
    for words in mentioned:
        assert words in done.stderr
