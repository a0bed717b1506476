"""Make the deck from deck.toml and the published run: `python slides.py`; --check says what is still open."""

import json

import cli
import runs
from deck import assembly, files, limits


def main() -> int:
    parser = cli.Parser(__doc__)
    parser.add_argument("--minutes", type=float, default=3.0, help="how long the talk is, the demo included [3]")
    parser.add_argument("--out", default="presentation", help="the folder to write to [presentation]")
    parser.add_argument("--check", action="store_true", help="write nothing; say what is open, and fail if anything is")
    parser.add_argument("--json", action="store_true", help="with --check: print JSON for machines")
    args = cli.parse_plain(parser)
    if not 0.5 <= args.minutes <= 60:
        raise cli.Misuse(f"--minutes is a number from 0.5 to 60, got {args.minutes:g}")
    if args.json and not args.check:
        raise cli.Misuse("--json goes with --check")
    deck = assembly.assemble(args.minutes)
    folder = runs.ROOT / args.out
    if args.check:
        found = limits.found(deck, folder)
        print(json.dumps(found, indent=1, ensure_ascii=False) if args.json else limits.text(found))
        return int(bool(found["open"]))
    files.write(deck, folder)
    print(limits.text(limits.found(deck, folder)))
    return 0


if __name__ == "__main__":
    cli.run(main)
