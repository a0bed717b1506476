"""Answer for new input, with the newest run: `python predict.py INPUT`, where INPUT is what README.md says."""

import cli  # before all others, to say which package is missing

# isort: split
import json

import data
import runs
from engine import checkpoint, inference


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("input", help=f"{data.INPUT}; - reads standard input")
    parser.add_argument("--run", help="a run's name or folder [the newest, else the published one]")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [as trained, where it is there]")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    args = cli.parse_plain(parser)
    run = runs.find(args.run)
    config, _ = runs.read_config(run)
    meta = runs.read_json(run / "meta.json")
    names, raw = data.read_new(args.input, meta)
    model = checkpoint.restore(run, config, meta, args.device)
    answers = data.decode(inference.answers(model, data.encode(raw, meta), meta), meta)
    rows = [{"input": name, **answer} for name, answer in zip(names, answers, strict=True)]
    print(json.dumps(rows, indent=1, ensure_ascii=False) if args.json else table(rows))


def table(rows: list[dict]) -> str:
    """Rows of equal keys as an aligned table."""
    heads = list(rows[0])
    cells = [[cell(row[head]) for head in heads] for row in rows]
    wide = [max(len(line[i]) for line in [heads, *cells]) for i in range(len(heads))]
    lines = ("  ".join(f"{cell:{width}}" for cell, width in zip(line, wide, strict=True)) for line in [heads, *cells])
    return "\n".join(line.rstrip() for line in lines)


def cell(value: object) -> str:
    """A value on one short line; --json has it whole."""
    text = f"{value:.4g}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= 60 else text[:59] + "…"


if __name__ == "__main__":
    cli.run(main)
