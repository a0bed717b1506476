"""Continue a text with the newest run: `python predict.py "def main("`; - reads the beginning from standard input."""

import cli  # before all others, to say which package is missing

# isort: split
import json
import sys

import numpy as np

import data
import runs
from engine import checkpoint, generate


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("input", help=f"{data.INPUT}; - reads standard input")
    parser.add_argument("--length", type=int, default=300, help="characters to add [300]")
    parser.add_argument("--temperature", type=float, default=0.8, help="0 = always the likeliest, 1 = as learnt [0.8]")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives another text [0]")
    parser.add_argument("--run", help="a run's name or folder [the newest, else the published one]")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [as trained, where it is there]")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    args = cli.parse_plain(parser)
    if args.length < 1 or not 0 <= args.temperature < 100 or args.seed < 0:
        raise cli.Misuse("--length starts at 1, --temperature and --seed at 0")
    run = runs.find(args.run)
    config, _ = runs.read_config(run)
    meta = runs.read_json(run / "meta.json")
    start = sys.stdin.read() if args.input == "-" else args.input
    model = checkpoint.restore(run, config, meta, args.device)
    tokens = data.encode(start or "\n", meta)
    new = generate.continue_text(model, tokens, args.length, args.temperature, np.random.default_rng(args.seed), meta)
    if args.json:
        answer = {"input": start, "continuation": data.decode(list(new), meta)}
        print(json.dumps([answer], indent=1, ensure_ascii=False))
        return
    print(start, end="", flush=True)
    for token in new:
        print(data.decode([token], meta), end="", flush=True)
    print()


if __name__ == "__main__":
    cli.run(main)
