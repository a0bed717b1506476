"""The GAN's loss in every framework: R1 weighs on a steep discriminator while it learns, and on nothing else."""

import json
from pathlib import Path

import pytest
from projects import generate, run

# Each prints the loss while training without and with a heavy penalty, then the same when nothing is learnt; at equal
# luck all but the penalty is equal. The head's weights are made large, so that scores change beside the real pictures.
PYTORCH = """
import json, numpy as np, torch, models, loss
from config import MODELS
meta = {"shape": [8, 8, 1], "latent": 4}
torch.manual_seed(0)
model = models.build(meta, MODELS["gan"]())
model.discriminator.head.weight.data.normal_()
noise, real = torch.randn(16, 4), torch.rand(16, 8, 8, 1) * 2 - 1
found = []
for training in (True, False):
    for model.penalty in (0.0, 100.0):
        torch.manual_seed(1)
        found.append(float(loss.loss(model.train(training), noise, real, meta)))
print(json.dumps(found))
"""
JAX = """
import json, jax, jax.numpy as jnp, models, loss
from flax import nnx
from config import MODELS
meta = {"shape": [8, 8, 1], "latent": 4}
model = models.build(meta, MODELS["gan"]())
head = model.discriminator.head.kernel
head[...] = jax.random.normal(jax.random.key(1), head.shape)
noise = jax.random.normal(jax.random.key(2), (16, 4))
real = jax.random.uniform(jax.random.key(3), (16, 8, 8, 1), minval=-1, maxval=1)
found = []
for training in (True, False):
    model.train() if training else model.eval()
    for model.penalty in (0.0, 100.0):
        rngs = nnx.Rngs(5) if training else None
        found.append(float(loss.loss(model, noise, real, jnp.ones(16, bool), meta, rngs)))
print(json.dumps(found))
"""
KERAS = """
import json, numpy as np, models, loss
from engine.backend import keras
from config import MODELS
meta = {"shape": [8, 8, 1], "latent": 4}
keras.utils.set_random_seed(0)
model = models.build(meta, MODELS["gan"]())
rng = np.random.default_rng(0)
head = model.discriminator.layers[-2].kernel
head.assign(rng.normal(size=head.shape))
made, real = (rng.uniform(-1, 1, (16, 8, 8, 1)).astype("float32") for _ in range(2))
found = []
for training in (True, False):
    for model.penalty in (0.0, 100.0):
        found.append(float(loss.loss(model, made, real, meta, training)))
print(json.dumps(found))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("framework", "code"), [("pytorch", PYTORCH), ("jax", JAX), ("keras", KERAS)])
def test_a_steep_discriminator_is_penalised_while_it_learns(tmp_path: Path, framework: str, code: str) -> None:
    project = generate(tmp_path / "p", task="image-generation", framework=framework)
    free, held, quiet, still = json.loads(run(project, "-c", code).ok().out)
    assert held > free + 1 and quiet == still
