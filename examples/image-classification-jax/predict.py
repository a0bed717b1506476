"""Answer for new input, with the newest run: `python predict.py INPUT`, where INPUT is what README.md says."""

import csv
import io
import json
from pathlib import Path

import common
import data
import net
import runs


def main() -> None:
    parser = common.Parser(__doc__)
    parser.add_argument("input", help=f"{data.INPUT}; - reads standard input")
    parser.add_argument("--run", help="a run's name or folder [the newest, else the published one]")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [auto]")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    parser.add_argument("--csv", metavar="FILE", help="write the answers there, a row each, as contests want them")
    args, _ = parser.parse()
    run, config, meta, _ = runs.find(args.run)
    names, inputs = data.read_new(args.input, meta)
    model = net.restore(run, config, meta, args.device)
    answers = data.decode(net.outputs(model, inputs, None, meta, config.precision), meta)
    rows = [{"input": name, **answer} for name, answer in zip(names, answers, strict=True)]
    if args.csv:
        common.write(Path(args.csv), as_csv(rows, meta))
    print(json.dumps(rows, indent=1, ensure_ascii=False) if args.json else table(rows))


def as_csv(rows: list[dict], meta: dict) -> str:
    """Rows of equal keys as CSV; of a table with a target, its identifier and the answer alone, by their names."""
    names = list(rows[0])[: 2 if meta.get("target") else None]
    heads = [meta.get("id") or names[0], meta.get("target") or names[1], *names[2:]]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([heads, *([row[name] for name in names] for row in rows)])
    return text.getvalue()


def table(rows: list[dict]) -> str:
    """Rows of equal keys as an aligned table."""
    lines = [list(rows[0]), *([cell(value) for value in row.values()] for row in rows)]
    wide = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, wide)).rstrip() for line in lines)


def cell(value: object) -> str:
    """A value on one short line; --json has it whole."""
    text = f"{value:.4g}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= 60 else text[:59] + "…"


if __name__ == "__main__":
    common.run(main)
