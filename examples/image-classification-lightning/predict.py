"""Answer for new input, with the newest run: `python predict.py INPUT`, where INPUT is what README.md says."""

import json
from pathlib import Path

import common
import data
import runs

import pandas

EACH_ROW = True  # each row gets an answer, so check.py can compare it with that of evaluate.py


def main() -> None:
    parser = common.Parser(__doc__)
    parser.add_argument("input", help=data.INPUT)
    parser.add_argument("--run", help="a run's name or folder [the newest, else the published one]")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [auto]")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    parser.add_argument("--csv", metavar="FILE", help="write the answers there, a row each, as contests want them")
    args, _ = parser.parse()
    run, config, meta, _ = runs.find(args.run)
    names, inputs = data.read_new(args.input, meta)
    net = common.kit(config)
    model = net.restore(run, config, meta, args.device)
    answers = data.decode(net.outputs(model, inputs, None, meta, config.precision), meta)
    rows = [{"input": name, **answer} for name, answer in zip(names, answers, strict=True)]
    table = pandas.DataFrame(rows)
    if args.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        print(table.to_string(index=False, float_format="{:,.7g}".format, max_colwidth=60))
    if args.csv:
        common.write(Path(args.csv), table.to_csv(index=False, lineterminator="\n"))


if __name__ == "__main__":
    common.run(main)
