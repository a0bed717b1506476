"""Make new pictures with the newest run: `python predict.py 16` writes them to generated/."""

import json
from functools import partial
from pathlib import Path

import common
import data
import figures
import net
import runs
from common import Problem

import numpy as np
from PIL import Image


def main() -> None:
    parser = common.Parser(__doc__)
    parser.add_argument("input", nargs="?", default="16", help=f"{data.INPUT} [16]")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other pictures [0]")
    parser.add_argument("--out", default="generated", help="the folder to write to [generated]")
    parser.add_argument("--run", help="a run's name or folder [the newest, else the published one]")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [auto]")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    args, _ = parser.parse()
    if args.seed < 0:
        raise Problem(f"--seed must not be negative, got {args.seed}", 2)
    run, config, meta, _ = runs.find(args.run)
    names, noise = data.read_new(args.input, meta, args.seed)
    model = net.restore(run, config, meta, args.device)
    made = data.decode(net.outputs(model, noise, None, meta, config.precision))
    rows = []
    for name, picture in [*zip(names, made, strict=True), ("all", figures.tile(made))]:
        path = Path(args.out) / f"{name}.png"
        common.write(path, partial(Image.fromarray(np.squeeze(picture)).save, format="png"))
        rows.append({"input": name, "file": str(path)})
    print(json.dumps(rows, indent=1) if args.json else f"{len(names)} pictures, and all in {args.out}")


if __name__ == "__main__":
    common.run(main)
