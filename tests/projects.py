"""Generate projects and run their commands, each in a fork of a process that has imported what is slow to import."""

import contextlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from unittest import mock

from forked import become
from hackgen.making.choice import Answers, choose, settled
from hackgen.making.compose import plan, planned
from hackgen.making.write import write
from hackgen.parts import TEMPLATES, tomllib

# Before the first command: what most commands of a project import, and what takes some of them longest.
IMPORTS = ["argparse", "csv", "difflib", "html", "json", "tomllib", "zipfile", "numpy.ma", "numpy.random", "tqdm"]
IMPORTS += ["matplotlib.pyplot", "pandas", "pptx", "scipy.sparse.csgraph"]
TO_TRAIN = ["sklearn.ensemble", "sklearn.linear_model", "sklearn.metrics"]
FRAMEWORKS = {  # with TO_TRAIN, for the framework's own projects; none of it may start threads
    "pytorch": ["torch", "torch._dynamo"],  # which every optimizer imports
    "lightning": ["torch", "lightning.pytorch"],
    "keras": ["keras"],
    "jax": ["jax.numpy", "flax.nnx", "optax", "safetensors.numpy"],
}
LIKE_WINDOWS = """
import os, pathlib
def only_closed(does):
    def done(path, *given, **how):
        if str(path) in open("/proc/self/maps").read():
            raise AssertionError(f"{path} is open, and Windows moves and removes no such file")
        return does(path, *given, **how)
    return done
os.replace = only_closed(os.replace)
pathlib.Path.rename, pathlib.Path.unlink = only_closed(pathlib.Path.rename), only_closed(pathlib.Path.unlink)
"""  # before code that a project runs
CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()


@dataclass
class Done:
    """How a command ended: its words, exit code, and what it printed."""

    place: Path
    words: tuple[str, ...]
    code: int
    out: str
    err: str

    def ok(self) -> "Done":
        """Fail the test with all there is to know, unless the command exited with 0."""
        assert self.code == 0, (
            f"\ncd {self.place} && python {' '.join(self.words)}\n{self.out[-3000:]}\n{self.err[-3000:]}"
        )
        return self

    def refused(self, code: int, *words: str) -> str:
        """Expect an exit code and one line on stderr that holds all `words`; returns the line."""
        told = f"\ncd {self.place} && python {' '.join(self.words)}\n{self.out[-1000:]}\n{self.err[-3000:]}"
        assert self.code == code and "Traceback" not in self.err, told
        line = self.err.strip().splitlines()[-1]
        assert all(word in line for word in words), f"{words} not in:{told}"
        return line


def files_of(root: Path = TEMPLATES, **answers: object) -> dict[str, bytes]:
    """What a project for the answers (task, models, …) is made of."""
    given = Answers(**{"title": "A test", **answers})
    choice = choose(given, root)
    return plan(choice, settled(given, choice))


def generate(folder: Path, root: Path = TEMPLATES, **answers: object) -> Path:
    """Write a project for the answers to `folder`; returns the folder."""
    write(files_of(root, **answers), folder)
    return folder


def generate_own(folder: Path, data: Path, **answers: object) -> Path:
    """Write a project for own data to `folder`, as `hackgen new --data` does with --yes; returns the folder."""
    write(planned(Answers(**{"title": "A test", "data": str(data), **answers})), folder)
    return folder


def run(project: Path, *words: str, stdin: str = "") -> Done:
    """`python WORDS…` in a project (a file of it, or -c and code), in a fork where the system can."""
    if words[0] == "check.py" and "--only" not in words:
        words += ("--alone",)  # tests run side by side as it is
    if not CAN_FORK:
        done = subprocess.run(
            [sys.executable, *words], cwd=project, input=stdin, capture_output=True, text=True, encoding="utf-8"
        )
        return Done(project, words, done.returncode, done.stdout, done.stderr)
    process = start(project, *words, stdin=stdin)
    process.join()
    out, err = ((_output(project) / name).read_text(encoding="utf-8", errors="replace") for name in ("out", "err"))
    return Done(project, words, process.exitcode or 0, out, err)


OWN_CODE = """import runpy, sys
sys.dont_write_bytecode, sys.argv = True, sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")"""


def own_code(command: list[str], cwd: Path, input: str, **how: object) -> subprocess.CompletedProcess[str]:
    """Stands for subprocess.run where hackgen asks a project's own code: in a fork, unless another Python is named."""
    if command[0] != sys.executable or not CAN_FORK:
        return subprocess.run(command, cwd=cwd, input=input, **how)
    done = run(cwd, "-c", OWN_CODE, *command[1:], stdin=input)
    return subprocess.CompletedProcess(command, done.code, done.out, done.err)


def check_with_bug(project: Path, check: str, file: str, right: str, wrong: str) -> dict:
    """What one check of check.py says while `wrong` stands for `right`, once in `file`; it must fail, with advice.

    Bytecode is taken away on both sides: a text of equal length, written within a second, would not be compiled anew.
    """
    text = (project / file).read_text(encoding="utf-8")
    assert text.count(right) == 1, f"{file} has {text.count(right)} times {right!r}"
    compiled = (project / file).parent / "__pycache__"
    try:
        (project / file).write_text(text.replace(right, wrong), encoding="utf-8")
        shutil.rmtree(compiled, ignore_errors=True)
        done = run(project, "check.py", "--only", check, "--json")
    finally:
        (project / file).write_text(text, encoding="utf-8")
        shutil.rmtree(compiled, ignore_errors=True)
    assert done.code == 1 and "Traceback" not in done.err, (
        f"cd {project}; {file}: {wrong!r} for {right!r}; python check.py\n{done.out}{done.err}"
    )
    (result,) = json.loads(done.out)
    assert result["id"] == check and result["passed"] is False and result["advice"]
    return result


def start(project: Path, *words: str, stdin: str = "") -> multiprocessing.Process:
    """Begin a command and return its process, to be joined or killed."""
    _output(project).mkdir(exist_ok=True)
    (_output(project) / "in").write_text(stdin, encoding="utf-8", errors="surrogateescape")
    process = multiprocessing.get_context("forkserver").Process(target=become, args=(project, words, _output(project)))
    recorded = project / ".hackgen.toml"
    answers = tomllib.loads(recorded.read_text(encoding="utf-8"))["answers"] if recorded.is_file() else {}
    with _server(answers.get("framework", "pytorch"), answers.get("backend") or ""):
        process.start()
    return process


@contextlib.contextmanager
def _server(framework: str, backend: str) -> Iterator[None]:
    """Let processes be forked from one that has imported the framework, and no other."""
    server = _servers.get((framework, backend))
    if server is None:
        server = _servers[framework, backend] = forkserver.ForkServer()
        server.set_forkserver_preload([*IMPORTS, *(FRAMEWORKS.get(framework, []) if TO_TRAIN[0] in IMPORTS else [])])
    settings = {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"} if framework == "keras" else {}
    with (
        mock.patch.object(forkserver, "connect_to_new_process", server.connect_to_new_process),
        mock.patch.dict(os.environ, settings),  # read when the first process of a server starts it
    ):
        yield


_servers: dict[tuple[str, str], forkserver.ForkServer] = {}


def _output(project: Path) -> Path:
    return project.parent / f"{project.name}.output"
