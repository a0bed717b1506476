"""Lightning trains as plain PyTorch does: the same losses, alone and with two processes, resumed or not."""

import csv
import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from projects import generate, run, start

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(
        tmp_path_factory.mktemp("lightning") / "p",
        task="image-classification",
        framework="lightning",
        models=("mlp",),
    )


def history(project: Path, name: str) -> np.ndarray:
    """epoch, step, train loss, valid loss, valid score and learning rate of a run, (epochs, 6)."""
    with (project / "runs" / name / "history.csv").open(encoding="utf-8", newline="") as file:
        return np.array([row[:6] for row in list(csv.reader(file))[1:]], float)


def test_its_losses_are_those_of_pytorch(project: Path, tmp_path: Path) -> None:
    plain = generate(tmp_path / "p", task="image-classification", framework="pytorch", models=("mlp",))
    for folder in (plain, project):
        run(folder, "train.py", "--smoke", "--epochs", "6", "--out", "six").ok()
    assert np.allclose(history(plain, "six"), history(project, "six"), rtol=1e-5, atol=1e-6)


def test_two_processes_share_the_rows_and_find_the_same(project: Path) -> None:
    words = ("train.py", "--device", "cpu", "--epochs", "8", "--dropout", "0")
    run(project, *words, "--out", "one").ok()
    run(project, *words, "--devices", "2", "--out", "two").ok()
    one, two = history(project, "one"), history(project, "two")
    assert np.array_equal(one[:, :2], two[:, :2])  # as many steps
    assert np.allclose(one[0, 2:4], two[0, 2:4], rtol=0.02)  # of the same batches, up to halves of unequal size
    for name in ("one", "two"):
        run(project, "evaluate.py", name).ok()
    reports = [json.loads((project / "runs" / n / "report.json").read_text(encoding="utf-8")) for n in ("one", "two")]
    assert reports[0]["n_test"] == reports[1]["n_test"]
    low, high = reports[0]["ci95"]
    assert low <= reports[1]["score"] <= high


def test_every_process_sees_rows_of_its_own(project: Path) -> None:
    code = (
        "import json, common, data, train\n"
        "class Process:\n"
        "    world_size = 3\n"
        "config = common.configured({'batch_size': 16, 'epochs': 1})\n"
        "loaded, dealt = data.load(config), []\n"
        "for kind in ('train_dataloader', 'val_dataloader'):\n"
        "    for Process.global_rank in range(3):\n"
        "        trainee = train.Trainee(None, loaded, config, None, ())\n"
        "        trainee._trainer = Process\n"
        "        dealt.append([rows.tolist() for rows in getattr(trainee, kind)()])\n"
        "print(json.dumps([dealt, len(loaded.train.ids), len(loaded.valid.ids)]))\n"
    )
    dealt, train, valid = json.loads(run(project, "-c", code).ok().out.splitlines()[-1])
    for processes, rows in ((dealt[:3], train), (dealt[3:], valid)):
        assert len({len(steps) for steps in processes}) == 1  # all take every step together
        assert sorted(row for steps in processes for step in steps for row in step) == list(range(rows))


@pytest.mark.skipif(os.name == "nt", reason="kills with a signal")
def test_a_killed_run_goes_on_to_the_same_weights(project: Path) -> None:
    words = ("train.py", "--smoke", "--epochs", "150", "--patience", "150", "--checkpoint-seconds", "0.05")
    run(project, *words, "--out", "whole").ok()
    cut = start(project, *words, "--out", "cut")
    last = project / "runs" / "cut" / "last.pt"
    while cut.is_alive() and not last.exists():
        time.sleep(0.002)
    time.sleep(0.3)
    cut.kill()
    cut.join()
    assert cut.exitcode == -signal.SIGKILL
    run(project, "train.py", "--resume", "cut").ok()
    assert np.array_equal(history(project, "whole"), history(project, "cut"))
    import torch

    whole, again = (
        torch.load(project / "runs" / n / "best.pt", weights_only=True)["weights"] for n in ("whole", "cut")
    )
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_what_cannot_be_is_refused_in_one_line(project: Path) -> None:
    run(project, "train.py", "--strategy", "telepathy").refused(2, "--strategy telepathy")
    run(project, "train.py", "--precision", "7-bit").refused(2, "--precision 7-bit")
    run(project, "train.py", "--smoke", "--epochs", "1", "--out", "short").ok()
    last = project / "runs" / "short" / "last.pt"
    last.write_bytes(last.read_bytes()[:1000])
    run(project, "train.py", "--resume", "short").refused(1, "last.pt", "damaged")
