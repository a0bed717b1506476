"""What is Keras's own: the same models as PyTorch's, resumed runs, refused checkpoints, a missing backend."""

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hackgen.making.choice import choices
from hackgen.parts import TEMPLATES, read_toml
from projects import CAN_FORK, generate, run, start
from selection import EVERYTHING

pytestmark = pytest.mark.slow
KERAS = [choice for choice in choices() if choice.framework.name == "keras"]
BACKENDS = list(dict.fromkeys(choice.backend for choice in KERAS))
BINS = {"bin_starts": [[-1.0, 0.0], [-0.5, 0.5], [0.0, 0.0], [-2.0, 1.0]], "bin_widths": [[1.0, 2.0], [1.0, 1e9]] * 2}
# What describes the data of each kind of model; pictures whose last grid is neither one field nor without overlap.
META = {
    "image-classification": {"shape": [36, 43, 2], "classes": list("abc")},
    "image-generation": {"shape": [28, 28, 1], "latent": 64},
    "tabular-classification": {"numbers": 4, "categories": [3, 40], "outputs": 3, **BINS},
    "text-classification": {"vocabulary": ["word"] * 1000, "length": 20, "classes": ["no", "yes"]},
    "text-generation": {"characters": [chr(i) for i in range(32, 127)], "context": 40},
    "time-series-forecasting": {"context": 24, "horizon": 12, "season": 6, "naive": [18 + i % 6 for i in range(12)]},
}


@pytest.mark.parametrize("backend", BACKENDS if EVERYTHING else BACKENDS[:1])
@pytest.mark.parametrize("task", META)
def test_models_are_those_of_pytorch(tmp_path: Path, task: str, backend: str) -> None:
    of_task = [choice.models[0] for choice in KERAS if choice.task.name == task and choice.backend == backend]
    names = tuple(model.name for model in of_task if (model.folder / "with_keras.py").is_file())
    project = generate(tmp_path / "p", task=task, framework="keras", backend=backend, models=names)
    shutil.copy(Path(__file__).with_name("like_pytorch.py"), project)
    found = json.loads(run(project, "like_pytorch.py", str(of_task[0].folder.parent), json.dumps(META[task])).ok().out)
    assert set(found) == set(names)
    for name, numbers in found.items():
        assert abs(numbers["keras"] / numbers["pytorch"] - 1) <= 0.02, (name, numbers)
        assert numbers.get("gap", 0.0) < 1e-4, (name, numbers)


def history(folder: Path) -> np.ndarray:
    with (folder / "history.csv").open(encoding="utf-8", newline="") as file:
        return np.array([[float(row[key]) for key in row if key != "seconds"] for row in csv.DictReader(file)])


OWN_CACHE = """import jax, runpy, sys
jax.config.update("jax_compilation_cache_dir", None)  # as for people, who name none
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")"""


@pytest.mark.skipif(not CAN_FORK, reason="kills a forked process")
@pytest.mark.parametrize(
    ("task", "model", "backend"),
    [
        ("image-classification", "mlp", "tensorflow"),  # it has dropout
        ("image-generation", "gan", "tensorflow"),
        ("image-classification", "cnn", "jax"),
        ("tabular-classification", "transformer", "torch"),
    ],
)
def test_a_killed_and_resumed_run_has_the_same_losses(tmp_path: Path, task: str, model: str, backend: str) -> None:
    project = generate(tmp_path / "p", task=task, framework="keras", backend=backend, models=(model,))
    words = ("train.py", "--smoke", "--epochs", "4", "--checkpoint-seconds", "0.02")
    run(project, *(("-c", OWN_CACHE) if backend == "jax" else ()), *words, "--out", "whole").ok()
    assert any((project / ".jax_cache").glob("jit_train_step*")) == (backend == "jax")  # not compiled again
    killed = start(project, *words, "--out", "cut")
    last, codes = project / "runs" / "cut" / "last.npz", []
    for kill in range(2):  # each time a little after the first or the next checkpoint
        seen = last.stat().st_mtime_ns if last.exists() else 0
        while killed.is_alive() and not (last.exists() and last.stat().st_mtime_ns > seen):
            time.sleep(0.002)
        time.sleep(0.05 * kill)
        killed.kill()
        killed.join()
        codes.append(killed.exitcode)
        killed = start(project, "train.py", "--resume", "cut")
    killed.join()
    assert killed.exitcode == 0 and -signal.SIGKILL in codes
    assert np.allclose(history(project / "runs" / "whole"), history(project / "runs" / "cut"), rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a finished run."""
    folder = tmp_path_factory.mktemp("keras") / "p"
    generate(folder, task="tabular-classification", framework="tensorflow", models=("mlp", "transformer"))
    run(folder, "train.py", "--smoke", "--out", "full").ok()
    return folder


def rewritten(best: Path, **members: str) -> None:
    """Replace members of a .keras file, a zip."""
    with zipfile.ZipFile(best) as file:
        content = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(best, "w") as file:
        for name, value in (content | {f"{key}.json": text for key, text in members.items()}).items():
            file.writestr(name, value)


def test_damaged_and_foreign_checkpoints_are_refused(project: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(project, work)
    best = work / "runs" / "full" / "best.keras"
    good = best.read_bytes()
    best.write_bytes(good[:2000])
    run(work, "evaluate.py").refused(1, "best.keras", "damaged")
    best.write_bytes(b"")
    run(work, "evaluate.py").refused(1, "best.keras")
    best.write_bytes(good)
    rewritten(best, about=json.dumps({"about": ["tabular-classification", "pytorch", "mlp"], "keras": "3"}))
    run(work, "evaluate.py").refused(1, "best.keras", "pytorch")
    best.write_bytes(good)
    rewritten(best, about=json.dumps({"about": ["tabular-classification", "keras", "transformer"], "keras": "3"}))
    run(work, "evaluate.py").refused(1, "best.keras", "transformer")
    best.unlink()
    run(work, "evaluate.py").refused(1, "best.keras", "missing")


def test_a_checkpoint_that_brings_code_is_refused(project: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(project, work)
    (work / "evil.py").write_text(
        "import zipfile\nfrom backend import keras\n"
        "x = keras.Input((4,))\n"
        "keras.Model(x, keras.layers.Lambda(lambda t: t * 2)(x)).save('evil.keras')\n"
        "about = zipfile.ZipFile('runs/full/best.keras').read('about.json')\n"
        "zipfile.ZipFile('evil.keras', 'a').writestr('about.json', about)\n",
        encoding="utf-8",
    )
    run(work, "evil.py").ok()
    shutil.copy(work / "evil.keras", work / "runs" / "full" / "best.keras")
    run(work, "evaluate.py").refused(1, "best.keras", "lambda")


def test_a_checkpoint_of_another_architecture_is_not_resumed(project: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(project, work)
    config = work / "runs" / "full" / "config.json"
    config.write_text(config.read_text(encoding="utf-8").replace('"width": 64', '"width": 32'), encoding="utf-8")
    run(work, "train.py", "--resume", "full").refused(1, "last.npz", "train again")


# Runs a command in a Python that finds no module of the backend.
WITHOUT = """
import runpy, sys

class Without:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == "{backend}":
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Without)
sys.argv = {words}
sys.path.insert(0, "")
runpy.run_path("{command}", run_name="__main__")
"""


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_missing_backend_names_the_line_that_installs_it(tmp_path: Path, backend: str) -> None:
    project = generate(tmp_path / "p", task="tabular-classification", framework="keras", backend=backend)
    run(project, "train.py", "--smoke", "--out", "one").ok()
    for words in ("train.py", "evaluate.py one", "predict.py --run one 5.1,3.5,1.4,0.2", "check.py"):
        code = WITHOUT.format(backend=backend, words=words.split(), command=words.split()[0])
        done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True)
        assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
        assert f"{backend} is missing" in done.stderr and "pip install -e ." in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("backend", BACKENDS if EVERYTHING else BACKENDS[:1])
def test_gradients_of_words_are_clipped_as_a_whole(tmp_path: Path, backend: str) -> None:
    """TensorFlow has a piece for each place of a word, whose norm is less than that of their sum."""
    project = generate(tmp_path, task="text-classification", framework="keras", backend=backend, models=("bag",))
    run(project, "check.py", "--only", "clipping").ok()


@pytest.mark.parametrize(("task", "model"), [("text-classification", "lstm"), ("image-generation", "gan")])
def test_what_trains_on_gpus_trains_in_bfloat16(tmp_path: Path, task: str, model: str) -> None:
    project = generate(tmp_path / "p", task=task, framework="keras", models=(model,))
    run(project, "train.py", "--smoke", "--precision", "bfloat16").ok()
    run(project, "evaluate.py").ok()


def test_tensorflow_is_understood_as_keras(project: Path) -> None:
    text = (project / "config.py").read_text(encoding="utf-8")
    assert 'FRAMEWORK = "keras"' in text and 'BACKEND = "tensorflow"' in text
    assert f"tensorflow{'>='}" in (project / "pyproject.toml").read_text(encoding="utf-8")


def test_every_model_with_a_pytorch_file_has_a_keras_file() -> None:
    with_pytorch = {path.parent for path in TEMPLATES.glob("models/*/*/with_pytorch.py")}
    with_pytorch = {folder for folder in with_pytorch if "optional" not in read_toml(folder / "part.toml")}
    assert with_pytorch == {path.parent for path in TEMPLATES.glob("models/*/*/with_keras.py")}
