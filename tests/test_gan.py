"""The GAN: its loss in every framework, and what its projects draw, keep and check."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from projects import generate, run

# Each prints the discriminator's loss without and with a heavy penalty; at equal luck all but the penalty is equal. The
# head's weights are made large, so that scores change beside the real pictures.
PYTORCH = """
import json, torch, net, loss
from config import MODELS
meta = {"shape": [8, 8, 1], "latent": 4}
model = net.build(meta, MODELS["gan"](latent=4))
torch.manual_seed(0)
model.discriminator.head.weight.data.normal_()
made, real = torch.rand(16, 8, 8, 1) * 2 - 1, torch.rand(16, 8, 8, 1) * 2 - 1
found = []
for model.penalty in (0.0, 100.0):
    torch.manual_seed(1)
    found.append(float(loss.tell_apart(model, real, made)))
print(json.dumps(found))
"""
JAX = """
import json, net, loss, jax
from config import MODELS
model = net.build({"shape": [8, 8, 1], "latent": 4}, MODELS["gan"](latent=4))
head = model.discriminator.head.kernel
head[...] = jax.random.normal(jax.random.key(1), head.shape)
made, real = (jax.random.uniform(jax.random.key(k), (16, 8, 8, 1), minval=-1, maxval=1) for k in (2, 3))
found = []
for model.penalty in (0.0, 100.0):
    found.append(float(loss.tell_apart(model, real, made, jax.random.key(5))))
print(json.dumps(found))
"""
KERAS = """
import json, numpy as np, net, loss
from config import MODELS
model = net.build({"shape": [8, 8, 1], "latent": 4}, MODELS["gan"](latent=4))
rng = np.random.default_rng(0)
head = model.discriminator.layers[-2].kernel
head.assign(rng.normal(size=head.shape))
made, real = (rng.uniform(-1, 1, (16, 8, 8, 1)).astype("float32") for _ in range(2))
found = []
for model.penalty in (0.0, 100.0):
    found.append(float(loss.tell_apart(model, real, made)))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("gan") / "p", task="image-generation")


@pytest.mark.slow
@pytest.mark.parametrize(("framework", "code"), [("pytorch", PYTORCH), ("jax", JAX), ("keras", KERAS)])
def test_a_steep_discriminator_is_penalised_while_it_learns(
    project: Path, tmp_path: Path, framework: str, code: str
) -> None:
    place = (
        project if framework == "pytorch" else generate(tmp_path / "p", task="image-generation", framework=framework)
    )
    free, held = json.loads(run(place, "-c", code).ok().out)
    assert held > free + 1


@pytest.mark.slow
def test_a_run_draws_compares_and_shows_what_it_made(project: Path) -> None:
    run(project, "train.py", "--smoke", "--out", "one").ok()
    history = np.genfromtxt(project / "runs/one/history.csv", delimiter=",", names=True)
    assert not np.isclose(history["valid_loss"], history["valid_score"]).any()  # the one compares fewer moments
    report = run(project, "evaluate.py", "one").ok().out
    assert "noise" in report and "training pictures" in report
    drawn = {path.stem for path in (project / "runs/one/figures").iterdir()}
    assert drawn == {"learning_curves", "samples", "samples_beside_nearest", "fixed_noise_along_training"}
    rows = json.loads(run(project, "predict.py", "3", "--run", "one", "--out", "new", "--json").ok().out)
    assert [Path(row["file"]).name for row in rows] == ["00001.png", "00002.png", "00003.png", "all.png"]
    assert Image.open(project / "new/00001.png").size == (8, 8)
    same, other = (project / name / "00001.png" for name in ("same", "other"))
    run(project, "predict.py", "1", "--run", "one", "--out", "same").ok()
    run(project, "predict.py", "1", "--run", "one", "--out", "other", "--seed", "1").ok()
    assert same.read_bytes() == (project / "new/00001.png").read_bytes() != other.read_bytes()
    for wrong in ("0", "many", "99999"):
        run(project, "predict.py", wrong, "--run", "one").refused(2, "how many pictures")


# Ctrl-C is pressed in the seventh step of a smoke run.
INTERRUPTED = """
import sys, runs, train
step, pressed = train.train_step, []
def counted(*given):
    pressed.append(1)
    return step(*given)
class Pressed(list):
    def __bool__(self):
        return len(pressed) == 7
train.train_step, runs.watch_ctrl_c = counted, Pressed
sys.argv = ["train.py", "--smoke", "--out", "half"]
train.main()
"""
SHOWN = """
import net, runs
run, config, meta, _ = runs.find("RUN")
weights = net.load(run / net.LAST, config)["weights"]
print(sorted((name, float(value.double().sum())) for name, value in weights.items()))
"""


@pytest.mark.slow
def test_a_resumed_run_ends_as_one_that_was_not_interrupted(project: Path) -> None:
    run(project, "train.py", "--smoke", "--out", "whole").ok()
    assert "--resume half" in run(project, "-c", INTERRUPTED).err
    run(project, "train.py", "--resume", "half").ok()
    one, other = (run(project, "-c", SHOWN.replace("RUN", name)).ok().out for name in ("whole", "half"))
    assert one == other


@pytest.mark.slow
def test_what_a_short_training_draws_is_not_held_against_large_pictures(project: Path) -> None:
    code = """
from types import SimpleNamespace as Some
import checks.task, numpy as np
noise = [Some(inputs=np.random.default_rng(0).normal(size=(500, 2)))] * 3
players = Some(outputs=lambda *_: np.zeros((2, 3)), valid=None, meta={}, data=noise, config=Some(batch_size=8))
players.trained = lambda *_, **knobs: (None, [1, 2])
checks.task.played, checks.task.picked = lambda bench: (None, []), lambda *_: None
checks.task.metrics.truth = lambda *_: np.eye(2, 3)
for side in (32, 48):
    players.train = Some(targets=np.zeros((2, side, 8, 1)), ids=range(2))
    print(checks.task.noise_matters(players)[0])
"""
    assert run(project, "-c", code).ok().out.split() == ["False", "None"]
