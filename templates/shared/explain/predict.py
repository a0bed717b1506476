"""Answer for new input, with the newest run: `python predict.py INPUT`, where INPUT is what README.md says.

A single row's answer is explained: by how much a column moved it, compared with a typical value there.
"""

import json
from functools import partial
from pathlib import Path

import common
import data
import explain
import runs

import numpy as np
import pandas

EACH_ROW = True  # each row gets an answer, so check.py can compare it with that of evaluate.py
MOST = 3  # columns shown beside an answer; --json has all


def main() -> None:
    parser = common.Parser(__doc__)
    parser.add_argument("input", help=f"{data.INPUT}; - reads standard input")
    parser.add_argument("--run", help="a run's name or folder [the newest, else the published one]")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [auto]")
    parser.add_argument("--explain", action="store_true", help="say of many rows too which columns moved the answer")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    parser.add_argument("--csv", metavar="FILE", help="write answers as sample_submission.csv beside INPUT asks")
    args, _ = parser.parse()
    run, config, meta, _ = runs.find(args.run)
    names, inputs = data.read_new(args.input, meta)
    net = common.kit(config)
    model = net.restore(run, config, meta, args.device)
    ask = partial(net.outputs, model, targets=None, meta=meta, precision=config.precision)
    output = ask(inputs)
    answers = data.decode(output, meta)
    rows = [{"input": name, **answer} for name, answer in zip(names, answers, strict=True)]
    table = shown = pandas.DataFrame(rows)
    if args.explain or len(rows) == 1:
        why = explain.moved(inputs, output, meta, ask)
        rows = [row | {"moved_by": added} for row, added in zip(rows, why, strict=True)]
        most = [list(added.items())[:MOST] for added in why]
        said = [", ".join(f"{name} {by:+,.5g}" for name, by in some) for some in most]
        shown = table.assign(moved_by=said)
    if args.csv:  # the identifier and the answer alone, by their names
        columns = [meta.get("id") or "input", meta["target"]]
        answers = table.iloc[:, :2].set_axis(columns, axis=1)
        beside = Path(args.input).parent
        for sample in beside.glob("sample*ubmission*.csv"):
            if asked := chances(sample, output, meta.get("classes", [])):
                answers = answers.iloc[:, :1].assign(**asked)
        text = answers.to_csv(index=False, lineterminator="\n")
        common.write(Path(args.csv), text)
    if args.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        print(shown.to_string(index=False, float_format="{:,.7g}".format, max_colwidth=80))


def chances(sample: Path, output: np.ndarray, classes: list[str]) -> dict[str, np.ndarray]:
    """Columns of the probabilities, (rows, classes), that a contest's sample asks for; {} where it asks for classes."""
    asked = pandas.read_csv(sample).iloc[:, 1:]
    if len(classes) == 2 and list(asked.dtypes) == [float]:
        return {asked.columns[0]: output[:, 1]}
    found = {}
    for name in asked:
        for label in sorted(classes, key=len):  # Status_CL is of CL, not of L
            if name.lower().endswith(label.lower()):
                found[name] = output[:, classes.index(label)]
    return found if len(found) == len(classes) else {}


if __name__ == "__main__":
    common.run(main)
