"""Steps a second of a project's own training, beside a bare loop written by hand.

usage, in the project's folder: python …/benchmarks/loops/measure.py MODEL ROUNDS STEPS

Prints [[ours, bare], …], a pair for each round, both of the same model, loss, optimiser, rows and precision. `ours` is
train.py's `fit`, from the end of its first epoch, in which things are compiled, to the end of its last. The bare loop
(beside this file, for each framework) has its batches in memory and does nothing but forward, backward, clip and step.
"""

import contextlib
import dataclasses
import importlib
import io
import json
import math
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))  # the project's files
import common
import config as settings
import data as data_module
import net
import numpy as np
import runs
import train

SECONDS, STEP = (runs.HISTORY.index(name) for name in ("seconds", "step"))
model_name, rounds, least = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
bare = importlib.import_module(f"{settings.FRAMEWORK}_bare")

data = data_module.load(common.configured({"model": model_name}))
if isinstance(data.train.inputs, np.ndarray):  # a small table: as many rows as STEPS take
    more = np.resize(np.arange(len(data.train.ids)), max(len(data.train.ids), 32 * least))
    data = data._replace(train=type(data.train)(*(array[more] for array in data.train)))
data = data._replace(valid=runs.fewer(data.valid, 8))
config = common.configured({"model": model_name, "checkpoint_seconds": 1e6}).resolved(len(data.train.ids))
an_epoch = math.ceil(len(data.train.ids) / config.batch_size)
config = dataclasses.replace(config, epochs=1 + math.ceil(least / an_epoch), patience=1000, precision="float32")
rows_and_weights = net.parameter_count(train.fresh(data.meta, config)) * config.batch_size
if rows_and_weights < getattr(train, "SMALL_STEP", 0):  # as train.main() does
    importlib.import_module("torch").set_num_threads(1)

order = np.random.default_rng(0).permutation(len(data.train.ids))
size = math.ceil(len(order) / an_epoch)
rows = np.resize(order, (an_epoch, size))[:least]
batches = [(np.ascontiguousarray(data.train.inputs[some]), data.train.targets[some]) for some in rows]


def ours() -> float:
    """Steps a second of train.py's `fit`."""
    with tempfile.TemporaryDirectory() as run, contextlib.redirect_stdout(io.StringIO()):
        model = train.fresh(data.meta, config)
        history = train.fit(model, data, config, Path(run))
    return (history[-1][STEP] - history[0][STEP]) / (history[-1][SECONDS] - history[0][SECONDS])


def by_hand() -> float:
    """Steps a second of the bare loop, whose first pass is not measured."""
    loop = bare.loop(data.meta, config, batches)
    loop()
    start = time.perf_counter()
    loop()
    return len(batches) / (time.perf_counter() - start)


os.environ["TQDM_DISABLE"] = "1"
print(json.dumps([[ours(), by_hand()] for _ in range(rounds)]))
