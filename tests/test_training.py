"""What a generated project promises about its runs: resumed, saved, published, refused."""

import csv
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hackgen.making.choice import choices
from projects import CAN_FORK, generate, generate_own, run, start

pytestmark = pytest.mark.slow
PYTORCH = [choice for choice in choices() if choice.framework.name == "pytorch"]
DEFAULTS = [(c.task.name, c.models[0].name) for c in PYTORCH if c.models[0].name == c.task.card["default_model"]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One project with two models and a finished run of each."""
    folder = generate(
        tmp_path_factory.mktemp("training") / "digits",
        task="image-classification",
        models=("mlp", "cnn"),
        title="Digits",
    )
    run(folder, "train.py", "--epochs", "3", "--out", "full").ok()
    run(folder, "evaluate.py", "full").ok()
    return folder


def weights(file: Path) -> dict[str, np.ndarray]:
    import torch

    return {name: value.numpy() for name, value in torch.load(file, weights_only=True)["weights"].items()}


def history(folder: Path) -> list[dict[str, str]]:
    with (folder / "history.csv").open(encoding="utf-8", newline="") as file:
        return [{key: value for key, value in row.items() if key != "seconds"} for row in csv.DictReader(file)]


def copy(project: Path, to: Path) -> Path:
    shutil.copytree(project, to)
    return to


@pytest.mark.skipif(not CAN_FORK, reason="kills a forked process")
@pytest.mark.parametrize(("task", "model"), DEFAULTS)
def test_a_killed_and_resumed_run_ends_with_the_same_weights(tmp_path: Path, task: str, model: str) -> None:
    project = generate(tmp_path / "p", task=task, models=(model,))
    longer = {"text-generation": "10", "text-classification": "40", "image-classification": "40"}
    epochs = longer.get(task, "150")  # fewer are over before a kill comes, on a busy machine
    words = ("train.py", "--smoke", "--epochs", epochs, "--patience", epochs, "--checkpoint-seconds", "0.01")
    run(project, *words, "--out", "whole").ok()
    killed = start(project, *words, "--out", "cut")
    last = project / "runs" / "cut" / "last.pt"
    codes = []
    for kill in range(3):  # each time a little after the first or the next checkpoint
        seen = last.stat().st_mtime_ns if last.exists() else 0
        while killed.is_alive() and not (last.exists() and last.stat().st_mtime_ns > seen):
            time.sleep(0.002)
        time.sleep(0.03 * kill)
        killed.kill()  # says nothing where training was faster
        killed.join()
        codes.append(killed.exitcode)
        killed = start(project, "train.py", "--resume", "cut")
    killed.join()
    assert killed.exitcode == 0 and -signal.SIGKILL in codes
    for name in ("best.pt", "last.pt"):
        whole, cut = (weights(project / "runs" / r / name) for r in ("whole", "cut"))
        assert all(np.array_equal(whole[key], cut[key]) for key in whole), name
    assert history(project / "runs" / "whole") == history(project / "runs" / "cut")


@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT")
def test_an_interrupted_run_says_how_to_go_on(project: Path) -> None:
    process = start(project, "train.py", "--out", "interrupted", "--epochs", "500", "--patience", "500")
    while not (project / "runs" / "interrupted" / "last.pt").exists():
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGINT)
    process.join()
    told = (project.parent / f"{project.name}.output" / "err").read_text(encoding="utf-8").strip()
    assert process.exitcode == 130 and told.endswith("python train.py --resume interrupted") and "\n" not in told


def test_the_same_seed_gives_the_same_weights(project: Path) -> None:
    run(project, "train.py", "--epochs", "3", "--out", "again").ok()
    one, two = (weights(project / "runs" / name / "best.pt") for name in ("full", "again"))
    assert all(np.array_equal(one[key], two[key]) for key in one)


def test_a_finished_run_says_so_and_can_be_trained_longer(project: Path, tmp_path: Path) -> None:
    """The rate goes on as if the new length had been asked for at first; what was trained is not repeated."""
    work = copy(project, tmp_path / "work")
    before = history(work / "runs" / "full")
    assert "is done" in run(work, "train.py", "--resume", "full").ok().out
    assert history(work / "runs" / "full") == before
    run(work, "train.py", "--resume", "full", "--epochs", "5").ok()
    after = history(work / "runs" / "full")
    assert after[:3] == before and len(after) == 5 and float(after[3]["learning_rate"]) > 0.0003
    config = json.loads((work / "runs" / "full" / "config.json").read_text(encoding="utf-8"))
    assert config["epochs"] == 5 and config["contract"] == 1


def test_the_best_epoch_being_the_last_is_said_with_what_to_do(project: Path) -> None:
    done = run(project, "train.py", "--epochs", "2", "--out", "short").ok()
    assert "python train.py --resume short --epochs 4" in done.out
    lines = done.out.splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("epoch"))
    names = re.finditer(r"(?:train |valid |learning )?\S+(?: on valid)?", lines[head])
    numbers = re.finditer(r"[\d.]+", lines[head + 1])
    assert [name.end() for name in names] == [number.end() for number in numbers]  # a table: its columns end together


def test_the_report_can_be_recomputed_without_the_framework(project: Path) -> None:
    code = (
        "import json, numpy as np, sys, metrics\n"
        "p = np.load('runs/full/predictions.npz'); meta = json.load(open('runs/full/meta.json', encoding='utf-8'))\n"
        "print(metrics.score(p['target'], p['output'], meta), 'torch' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True)
    report = json.loads((project / "runs" / "full" / "report.json").read_text(encoding="utf-8"))
    assert done.stdout.split() == [str(report["score"]), "False"]
    sha = hashlib.sha256((project / "runs" / "full" / "best.pt").read_bytes()).hexdigest()
    assert report["checkpoint_sha256"] == sha


def test_plain_evaluate_writes_only_inside_its_run(project: Path) -> None:
    def outside() -> dict[Path, bytes]:
        files = (p for p in project.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        return {p: p.read_bytes() for p in files if "full" not in p.parts}

    before = outside()
    run(project, "evaluate.py", "full").ok()
    assert outside() == before


def test_a_clone_answers_from_the_published_run(project: Path, tmp_path: Path) -> None:
    work = copy(project, tmp_path / "work")
    run(work, "evaluate.py", "full", "--publish").ok()
    readme = (work / "README.md").read_text(encoding="utf-8")
    report = json.loads((work / "published" / "report.json").read_text(encoding="utf-8"))
    assert f"{report['score']:.4g}" in readme and "published/figures/confusion_matrix.png" in readme
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@localhost"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "publish"]):
        subprocess.run([*git, *words], cwd=work, check=True, capture_output=True)
    clone = tmp_path / "clone"
    subprocess.run([*git, "clone", "-q", "-c", "core.autocrlf=true", str(work), str(clone)], check=True)
    assert not (clone / "runs").exists()
    from PIL import Image

    Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "dark.png")
    dark = ("predict.py", str(tmp_path / "dark.png"), "--json")
    answers = [json.loads(run(*words).ok().out) for words in ((work, *dark, "--run", "full"), (clone, *dark))]
    assert answers[0] == answers[1]
    for name in ("best.pt", "meta.json", "report.json"):
        assert (clone / "published" / name).read_bytes() == (work / "published" / name).read_bytes()
    run(clone, "train.py", "--resume", "published", "--epochs", "9").refused(1, "published", "last", "train again")
    assert (clone / "published/best.pt").read_bytes() == (work / "published/best.pt").read_bytes()


def test_publishing_refuses_smoke_runs_and_readme_without_markers(project: Path, tmp_path: Path) -> None:
    work = copy(project, tmp_path / "work")
    run(work, "train.py", "--smoke", "--out", "smoke").ok()
    run(work, "evaluate.py", "--publish").refused(1, "smoke run")
    assert not (work / "published").exists()
    (work / "README.md").write_text("# Ours\n", encoding="utf-8")
    run(work, "evaluate.py", "full", "--publish").refused(1, "README.md", "results")


PUBLISHED_AGAIN = """
import itertools, sys, evaluate
from common import PUBLISHED, read_json
from runs import RUNS

class Struck(BaseException):
    pass

def strike(event, args):
    global left
    if event in ("os.remove", "os.rename", "os.rmdir", "os.mkdir"):
        left -= 1
        if left < 0:
            raise Struck

def names(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if ".tmp" not in str(path)}

left = 1_000
sys.addaudithook(strike)
whole = names(PUBLISHED)
for moment in itertools.count():
    left = moment
    try:
        evaluate.publish(RUNS / "full", read_json(RUNS / "full" / "report.json"))
        break
    except Struck:
        left = 1_000
        kept = PUBLISHED if PUBLISHED.exists() else PUBLISHED.with_name("published.new") / "before.tmp"
        missing = whole - names(kept)
        assert not missing, (moment, missing)
assert names(PUBLISHED) == whole and not [*PUBLISHED.parent.glob("*.new"), *PUBLISHED.rglob("*.tmp")]
print(moment)
"""


def test_whenever_publishing_is_killed_a_whole_run_is_published(project: Path, tmp_path: Path) -> None:
    work = copy(project, tmp_path / "work")
    run(work, "evaluate.py", "full", "--publish").ok()
    assert int(run(work, "-c", PUBLISHED_AGAIN).ok().out.split()[-1]) > 10


@pytest.mark.skipif(not CAN_FORK, reason="limits the size of files")
def test_a_full_disk_keeps_the_last_good_checkpoint(project: Path, tmp_path: Path) -> None:
    work = copy(project, tmp_path / "work")
    run(work, "train.py", "--epochs", "1", "--out", "a").ok()
    good = (work / "runs" / "a" / "best.pt").read_bytes()
    code = (
        "import resource, runpy, signal, sys; sys.dont_write_bytecode = True;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); sys.argv = ['train.py', '--out', 'b'];"
        "sys.path.insert(0, ''); runpy.run_path('train.py', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=work, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert "cannot write" in done.stderr and "kept" in done.stderr
    assert (work / "runs" / "a" / "best.pt").read_bytes() == good and not list((work / "runs").rglob("*.tmp"))
    assert (work / "runs" / "latest").read_text(encoding="utf-8").strip() == "a"
    (work / "runs" / "latest").write_bytes(b"\xff")
    run(work, "evaluate.py").refused(1, "there is: a")


def test_usage_mistakes_get_one_line(project: Path) -> None:
    run(project, "train.py", "--learning-rat", "1").refused(2, "--learning-rate")
    run(project, "train.py", "--model", "cnn", "--depth", "3").refused(2, "--depth", "mlp")
    run(project, "train.py", "--model", "gan").refused(2, "gan")
    run(project, "train.py", "--epochs", "many").refused(2, "epochs")
    run(project, "train.py", "--learning-rate", "-1").refused(2, "--learning-rate")
    run(project, "train.py", "--device", "abacus").refused(2, "abacus")
    assert "standard input" not in run(project, "predict.py", "--help").ok().out  # which holds no picture
    run(project, "train.py", "--out", "full").refused(1, "full", "--resume")
    for name in ("con?", "con", "Nul.old"):  # Windows has other uses for these
        run(project, "train.py", "--out", name).refused(2, "--out")
    run(project, "train.py", "--resume", "full", "--seed", "9").refused(2, "seed")
    run(project, "evaluate.py", "nowhere").refused(1, "nowhere", "full")


def test_memory_that_is_full_is_one_line_that_names_the_flag(project: Path) -> None:
    for kind in ("MemoryError()", "RuntimeError('CUDA out of memory. Tried to allocate 2 GiB')"):
        code = f"import common\ndef main():\n    raise {kind}\ncommon.run(main)"
        run(project, "-c", code).refused(1, "--batch-size")


def test_damaged_and_foreign_checkpoints_are_refused(project: Path, tmp_path: Path) -> None:
    work = copy(project, tmp_path / "work")
    best = work / "runs" / "full" / "best.pt"
    best.write_bytes(best.read_bytes()[:2000])
    run(work, "evaluate.py", "full").refused(1, "best.pt", "damaged")
    best.write_bytes(b"")
    run(work, "evaluate.py", "full").refused(1, "best.pt")
    import torch

    torch.save({"about": ["image-classification", "keras", "mlp"]}, best)
    run(work, "evaluate.py", "full").refused(1, "keras")
    best.unlink()
    run(work, "evaluate.py", "full").refused(1, "best.pt", "missing")
    (work / "runs" / "full" / "config.json").write_text("{", encoding="utf-8")
    run(work, "evaluate.py", "full").refused(1, "config.json", "damaged")


def test_what_a_killed_process_left_is_in_nobodys_way_and_goes(project: Path, tmp_path: Path) -> None:
    """A run has its name with its settings, in one step: without them there is nothing to go on with."""
    work = copy(project, tmp_path / "work")
    runs = work / "runs"
    old = [runs / ".k5.123.tmp" / "meta.json", runs / "full" / "last.pt.123.tmp", runs / "latest.123.tmp"]
    new = runs / "full" / "report.json.124.tmp"  # which a living process may write just now
    for draft in (*old, new):
        draft.parent.mkdir(exist_ok=True)
        draft.write_bytes(b"half")
    for draft in (*old, old[0].parent):
        os.utime(draft, (0, 0))
    refusal = run(work, "train.py", "--resume", "k5").refused(1, "no run k5", "full", "python train.py")
    assert "exists" not in refusal
    run(work, "train.py", "--smoke", "--epochs", "1", "--out", "k5").ok()
    assert [path.name for path in runs.rglob("*.tmp")] == [new.name]
    run(work, "train.py", "--out", "k5").refused(1, "exists", "--resume k5")
    run(work, "train.py", "--resume", "k5").ok()


def test_other_data_than_the_trained_ones_are_refused(project: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 255, (60, 8, 8, 1)).astype(np.uint8), np.arange(60).astype(str)
    keys, none = np.arange(60), np.full(60, "")
    np.savez(tmp_path / "x.npz", images=images, labels=np.char.rjust(labels, 1).astype("U1"), splits=none, groups=keys)
    run(project, "evaluate.py", "full", "--data", str(tmp_path / "x.npz")).refused(1, "x.npz", "trained on")


def test_a_run_on_data_that_were_read_in_another_way_is_refused(tmp_path: Path) -> None:
    """data/schema.toml is there to be edited; a run from before would get columns that it does not know."""
    rows = "".join(f"{i * 7 % 31},{i * 5 % 17},{'ab'[i * 7 % 31 > 14]}\n" for i in range(90))
    (tmp_path / "t.csv").write_text(f"x,y,class\n{rows}", encoding="utf-8")
    project = generate_own(tmp_path / "p", tmp_path / "t.csv")
    run(project, "train.py", "--smoke", "--out", "one").ok()
    schema = project / "data" / "schema.toml"
    before = schema.read_text(encoding="utf-8")
    for after in (
        before.replace('role = "number"', 'role = "skip"', 1),
        before.replace('role = "number"', 'role = "category"'),
    ):
        schema.write_text(after, encoding="utf-8")
        run(project, "evaluate.py", "one").refused(1, "one", "another way")
        run(project, "train.py", "--resume", "one").refused(1, "one", "another way")
    schema.write_text(before + "# a remark\n", encoding="utf-8")
    run(project, "evaluate.py", "one").ok()


@pytest.mark.skipif(os.environ.get("HACKGEN_NO_INSTALL") == "1", reason="installs torch into a fresh environment")
def test_it_installs_and_trains_in_a_clean_environment(tmp_path: Path) -> None:
    project = generate(tmp_path / "iris", task="tabular-classification", models=("mlp",), title="Iris")
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = str(next(p for p in (tmp_path / "venv").glob("*/python*") if p.stem == "python"))
    (tmp_path / "pins.txt").write_text("torch==2.13.0\n", encoding="utf-8")
    install = ["-m", "pip", "install", "--quiet", "-c", str(tmp_path / "pins.txt"), "-e", "."]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    for words in (install, ["train.py", "--smoke"], ["evaluate.py"], ["predict.py", "5.1,3.5,1.4,0.2"]):
        done = subprocess.run([python, *words], cwd=project, capture_output=True, text=True, env=environment)
        assert done.returncode == 0, f"{words}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
