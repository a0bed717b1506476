"""Hold all full runs against each other on the same test rows, without opening these again: `python compare.py`."""

import json
from typing import Any

import cli
import runs
from reporting import comparison, comparison_text
from support import marked

FOLDER = runs.ROOT / "comparison"


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("run", nargs="*", help="runs to compare [all on the newest one's data, split and metric]")
    parser.add_argument("--json", action="store_true", help="print JSON for machines, and write nothing")
    parser.add_argument("--publish", action="store_true", help="write comparison/ and refresh README.md")
    args = cli.parse_plain(parser)
    table = comparison.compare(args.run)
    if args.json:
        print(json.dumps(table, indent=1, ensure_ascii=False))
        return
    print(comparison_text.text(table))
    if args.publish:
        publish(table)
        print("\ncomparison/ and README.md are refreshed; commit both")
    else:
        picture = draw(table, runs.RUNS)
        print(f"\n{picture} shows it; --publish puts table and figure into README.md")


def draw(table: dict[str, Any], folder: Any) -> Any:
    """Draw the figure into a folder; returns its path."""
    from reporting import comparison_figure  # matplotlib takes a second, which --json need not wait

    return comparison_figure.draw(table, folder)


def publish(table: dict[str, Any]) -> None:
    """Write comparison/ and put table and figure between the two markers of README.md."""
    runs.write_json(FOLDER / "comparison.json", table)
    picture = draw(table, FOLDER).relative_to(runs.ROOT).as_posix()
    section = comparison_text.markdown(table, picture)
    marked.replace(runs.ROOT / "README.md", comparison_text.START, comparison_text.END, section)


if __name__ == "__main__":
    cli.run(main)
