"""Make new pictures with the newest run: `python predict.py 16` writes them to generated/."""

import cli  # before all others, to say which package is missing

# isort: split
import io
import json
import math
from pathlib import Path

import numpy as np
from PIL import Image

import data
import runs
from engine import checkpoint, inference
from reporting.gallery import tile


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("input", nargs="?", default="16", help=f"{data.INPUT} [16]")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other pictures [0]")
    parser.add_argument("--out", default="generated", help="the folder to write to [generated]")
    parser.add_argument("--run", help="a run's name or folder [the newest, else the published one]")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [as trained, where it is there]")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    args = cli.parse_plain(parser)
    if args.seed < 0:
        raise cli.Misuse(f"--seed must not be negative, got {args.seed}")
    run = runs.find(args.run)
    config, _ = runs.read_config(run)
    meta = runs.read_json(run / "meta.json")
    names, raw = data.read_new(args.input, meta, args.seed)
    model = checkpoint.restore(run, config, meta, args.device)
    answers = data.decode(inference.answers(model, data.encode(raw, meta), meta), meta)
    images = np.stack([answer["picture"] for answer in answers])
    out = Path(args.out)
    rows = [
        {"input": name, "file": save(out / f"{name}.png", image)} for name, image in zip(names, images, strict=True)
    ]
    rows.append({"input": "all", "file": save(out / "all.png", tile(images, math.ceil(math.sqrt(len(images)))))})
    print(json.dumps(rows, indent=1, ensure_ascii=False) if args.json else f"{len(images)} pictures, and all in {out}")


def save(path: Path, image: np.ndarray) -> str:
    """Write (height, width, channels) bytes as PNG; returns the path."""
    packed = io.BytesIO()
    Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image).save(packed, format="png")
    runs.write(path, packed.getvalue())
    return str(path)


if __name__ == "__main__":
    cli.run(main)
