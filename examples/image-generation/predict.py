"""Make new pictures with the newest run: `python predict.py 16` writes them to generated/."""

import io
import json
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
    made = net.outputs(net.restore(run, config, meta, args.device), noise, None, meta, config.precision)
    images = {name: answer["picture"] for name, answer in zip(names, data.decode(made, meta), strict=True)}
    images["all"] = figures.tile(made)
    rows = [{"input": name, "file": save(Path(args.out) / f"{name}.png", image)} for name, image in images.items()]
    print(json.dumps(rows, indent=1) if args.json else f"{len(names)} pictures, and all in {args.out}")


def save(path: Path, image: np.ndarray) -> str:
    """Write (height, width, channels) bytes as PNG; returns the path."""
    packed = io.BytesIO()
    Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image).save(packed, format="png")
    common.write(path, packed.getvalue())
    return str(path)


if __name__ == "__main__":
    common.run(main)
