"""Continue a text with the newest run: `python predict.py "The beginning"`; - reads it from standard input."""

import json
import sys

import common
import data
import net
import runs
from common import Problem
from loss import continue_text

import numpy as np


def main() -> None:
    parser = common.Parser(__doc__)
    parser.add_argument("input", help=f"{data.INPUT}; - reads standard input")
    parser.add_argument("--length", type=int, default=300, help="characters to add [300]")
    parser.add_argument("--temperature", type=float, default=0.8, help="0 = always the likeliest, 1 = as learnt [0.8]")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives another text [0]")
    parser.add_argument("--run", help="a run's name or folder [the newest, else the published one]")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [auto]")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    args, _ = parser.parse()
    if args.length < 1 or not 0 <= args.temperature < 100 or args.seed < 0:
        raise Problem("--length starts at 1, --temperature and --seed at 0", 2)
    run, config, meta, _ = runs.find(args.run)
    start = sys.stdin.read() if args.input == "-" else args.input
    model = net.restore(run, config, meta, args.device)
    rng = np.random.default_rng(args.seed)
    new = continue_text(model, data.encode(start or "\n", meta), args.length, args.temperature, rng, meta)
    if args.json:
        answer = {"input": start, "continuation": data.decode(new, meta)}
        print(json.dumps([answer], indent=1, ensure_ascii=False))
        return
    print(start, end="", flush=True)
    for token in new:
        print(data.decode([token], meta), end="", flush=True)
    print()


if __name__ == "__main__":
    common.run(main)
