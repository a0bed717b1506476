"""Steps a second of the generated loop beside a bare one: the same model, optimiser and precision, in turn.

usage: python benchmarks/throughput.py [--data DATA] [--rounds N]. The bare loop has its data as tensors in memory and
does nothing but forward, backward, clip and step.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

CODE = """
import json, sys, time
sys.path.insert(0, ".")
import numpy as np, torch
from torch import nn
import data as data_module, device as devices, feed, loss, models, schedule, steps
from config import MODELS
config, rounds = MODELS[sys.argv[1]](), int(sys.argv[2])
data = data_module.load(config)
config = schedule.resolve(config, len(data.train))
torch.manual_seed(0)
cpu = torch.device("cpu")
def fresh():
    model = models.build(data.meta, config)
    model = devices.place(model, cpu, devices.choose_precision("auto", cpu, model)).train()
    return model, steps.make_optimizer(model, config)
count = int(sys.argv[3])
order = feed.order(len(data.train), config.batch_size, 0, 1)
order = [order[i % len(order)] for i in range(count)]
tensors = [steps.train_batch(data.train, rows, cpu, (0, 1, 0)) for rows in order]
def ours():
    model, optimizer = fresh()
    start = time.perf_counter()
    for step, rows in enumerate(order):
        batch = steps.train_batch(data.train, rows, cpu, (0, 1, step))
        steps.train_step(model, optimizer, batch, data.meta, config.clip, 1e-3)
    return count / (time.perf_counter() - start)
def bare():
    model, optimizer = fresh()
    start = time.perf_counter()
    for inputs, targets in tensors:
        with devices.autocast(model):
            value = loss.loss(model, inputs, targets, data.meta)
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), config.clip)
        optimizer.step()
    return count / (time.perf_counter() - start)
ours(), bare()
print(json.dumps([[ours(), bare()] for _ in range(rounds)]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a folder with mnist/ and text/tinyshakespeare.txt [the samples]")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    cases = [
        ("image-classification", "cnn", "mnist", 100),
        ("image-classification", "mlp", "mnist", 300),
        ("text-generation", "transformer", "text/tinyshakespeare.txt", 30),
        ("text-generation", "lstm", "text/tinyshakespeare.txt", 30),
        ("tabular-classification", "mlp", "", 500),
    ]
    print("| task | model | generated, steps/s | bare, steps/s | ratio, median of pairs |\n|---|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name:
        for task, model, data, steps in cases:
            project = Path(name) / f"{task}-{model}"
            words = [
                sys.executable,
                "-m",
                "hackgen",
                "new",
                str(project),
                "--yes",
                "--no-git",
                "--task",
                task,
                "--model",
                model,
            ]
            words += ["--data", str((args.data / data).resolve())] if args.data and data else []
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
            words = [sys.executable, "-c", CODE, model, str(args.rounds), str(steps)]
            done = subprocess.run(words, cwd=project, check=True, stdout=subprocess.PIPE, text=True)
            pairs = json.loads(done.stdout.splitlines()[-1])
            ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
            ratio = statistics.median(a / b for a, b in pairs)
            print(f"| {task} | {model} | {ours:.1f} | {bare:.1f} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
