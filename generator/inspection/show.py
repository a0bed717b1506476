"""The findings as a report of one screen, at most 80 columns wide."""

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ..text import printable, quoted
from .findings import Column, Findings, Suspect

WIDTH = 80
MOST_COLUMNS = 16  # lines of the table of columns
MOST_SUSPECTS, MOST_OF_A_KIND, MOST_NOTES = 9, 3, 4
UNITS = {name: "picture" for name in ("pictures", "picture-list", "npz", "idx")} | {"text": "text", "texts": "text"}
TOLD = ("corrupt", "duplicates", "near_duplicates", "empty")  # which suspects tell too
ORDER = "personal leakage lone-column one-hot unlabelled imbalance rare-classes several-values lost spellings".split()
ORDER += ["short-forms", "sentinel", "mixed-dates", "future-dates", "numbers-as-text", "duplicates", "near-duplicates"]


def text(
    findings: Findings, width: int = WIDTH, colour: bool = False, command: bool = True, task: str | None = None
) -> str:
    """The report; with `colour` for a terminal, else plain; without the `command` for who has given one.

    Who has named another `task` is not told what to do instead.
    """
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    out = io.StringIO()
    how = {"force_terminal": colour, "color_system": "auto" if colour else None, "highlight": False, "emoji": False}
    console = Console(file=out, width=width, **how)

    def say(line: str, style: str = "") -> None:
        whole = Text(printable(line), style=style)
        first, *more = whole.wrap(console, width) or [whole]
        console.print(first)
        if more:  # below it, so that one sees where the next begins
            console.print(Padding(Text(whole.plain[len(first.plain.rstrip()) :].lstrip(), style=style), (0, 0, 0, 4)))

    say(_head(findings), "bold")
    if findings.columns:
        target = findings.suggestion.target if findings.suggestion else None
        shown, hidden = _shown(findings.columns, target)
        for line, style in _rows(shown, target, width):
            console.print(Text(line, style=style), no_wrap=True, overflow="crop")
        if hidden:
            counts = Counter(column.role for column in hidden).most_common()
            roles = ", ".join(f"{count} {role}" for role, count in counts)
            say(f"… and {len(hidden)} more columns ({roles}; --json shows all)")
    for line in _facts(findings):
        say(line)
    if findings.suspects:
        say("")
        say("Look at", "bold")
        for suspect in (told := _told(findings.suspects)):
            where = f"{_cut(suspect.column, 28)}: " if suspect.column is not None else ""
            say(_cut(f"  {suspect.kind}  {where}{suspect.detail}", 2 * width - 4))
        if more := len(findings.suspects) - len(told):
            say(f"  … and {more} more (--json shows all)")
    for note in findings.notes[:MOST_NOTES]:
        say(_cut(f"Note: {note}", 2 * width - 4))
    if more := len(findings.notes[MOST_NOTES:]):
        say(f"… and {more} more notes (--json shows all)")
    if not findings.suggestion:
        say("")
        say("Nothing to suggest.")
    elif task in (None, findings.suggestion.task):
        say("")
        for line in _suggestion(findings):
            say(line)
        say("")
        if command:
            console.print(Text("  " + printable(findings.suggestion.command), style="bold"), soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _told(suspects: list[Suspect]) -> list[Suspect]:
    """The suspects that fit, the gravest first, and a few of each kind where they are many."""
    ordered = sorted(suspects, key=lambda s: ORDER.index(s.kind) if s.kind in ORDER else len(ORDER))
    if len(ordered) <= MOST_SUSPECTS:
        return ordered
    seen: Counter[str] = Counter()
    few = [s for s in ordered if seen.update([s.kind]) or seen[s.kind] <= MOST_OF_A_KIND]
    return few[:MOST_SUSPECTS]


def _rows(shown: list[Column], target: str | None, width: int) -> Iterator[tuple[str, str]]:
    """A line for each column with its style: name, role, missing share, values."""
    from rich.cells import cell_len, set_cell_size

    names = [printable(column.name) for column in shown]
    first = max(6, min(24, max(map(cell_len, names))))
    second = max(len(column.role) for column in shown)
    yield f"{'column':{first}}  {'role':{second}}  missing  values", "underline"
    for column, name in zip(shown, names, strict=True):
        missing = f"{column.missing:.0%}" if column.missing >= 0.005 else ("<1%" if column.missing else "")
        name = set_cell_size(name if cell_len(name) <= first else set_cell_size(name, first - 1) + "…", first)
        values = printable(_values(column))
        room = width - first - second - 13
        if cell_len(values) > room:
            values = set_cell_size(values, room - 1).rstrip() + "…"
        style = "bold" if column.name == target else "" if column.use else "dim"
        yield f"{name}  {column.role:{second}}  {missing:>7}  {values}", style


def _head(findings: Findings) -> str:
    parts = [f"{findings.path}: {findings.format}"]
    if findings.rows:
        unit = UNITS.get(findings.format, "row")
        beside = f" × {len(findings.columns):,} column{'s' * (len(findings.columns) != 1)}"
        counted = f"{findings.rows:,} {unit}{'s' * (findings.rows != 1)}"
        parts.append(counted + (beside if unit == "row" and findings.columns else ""))
    if findings.bytes:
        parts.append(_size(findings.bytes))
    dialect = findings.dialect
    if "delimiter" in dialect:
        named = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "\x1f": "one column"}
        parts.append(named.get(dialect["delimiter"], repr(dialect["delimiter"])))
        parts.append(dialect.get("encoding", ""))
        parts += [] if dialect.get("header") else ["no header"]
        parts += [] if dialect.get("quote") else ["no quotes"]
        parts += [f"{dialect['skip']} line(s) skipped"] if dialect.get("skip") else []
    sheet = "table" if findings.format == "sqlite" else "sheet"
    parts += [f'{sheet} "{dialect["sheet"]}"'] if "sheet" in dialect else []
    parts += [f"inside: {dialect['member']}"] if "member" in dialect else []
    return ", ".join(part for part in parts if part)


def _size(number: int) -> str:
    power = next(power for power in range(4) if number < 1000 ** (power + 1) or power == 3)
    shown, unit = number / 1000**power, ("B", "kB", "MB", "GB")[power]
    return f"{shown:.0f} {unit}" if shown >= 10 or unit == "B" else f"{shown:.1f} {unit}"


def _shown(columns: list[Column], target: str | None) -> tuple[list[Column], list[Column]]:
    """The columns that fit, the target always among them, and the others."""
    first, last = (len(columns), 0) if len(columns) <= MOST_COLUMNS else (MOST_COLUMNS - 3, len(columns) - 2)
    places = [i for i, c in enumerate(columns) if i < first or i >= last or c.name == target]
    return [columns[i] for i in places], [c for i, c in enumerate(columns) if i not in places]


def _values(column: Column) -> str:
    """What is usual in a column, in a few words."""
    detail = column.detail
    about = "about " if detail.get("distinct_estimated") else ""
    if not column.use and column.why:
        return f"not used: {column.why}"
    if column.parse.get("clock") and detail.get("min") is not None:
        return f"{_clock(detail['min'])} to {_clock(detail['max'])}, mean {_clock(detail['mean'])} (read as seconds)"
    if column.role == "number" and detail.get("min") is not None:
        return f"{_number(detail['min'])} to {_number(detail['max'])}, mean {_number(detail['mean'])}"
    if column.role == "date":
        spoken = f"{detail.get('first', '?')} to {detail.get('last', '?')}"
        return spoken + (" (mixed forms)" if len(detail.get("formats", [])) > 1 else "")
    if column.role == "text":
        return f"{detail['words']:g} words on average" + (f", e.g. {shown}" if (shown := detail.get("example")) else "")
    if column.role == "list":
        return f"{detail.get('elements')} numbers"
    if "top" in detail:
        return f"{about}{column.distinct:,}: " + ", ".join(_cut(str(value), 20) for value, _ in detail["top"][:6])
    return detail.get("example", "")


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02d}:{int(seconds) % 60:02d}"


def _number(value: float | None) -> str:
    """A whole number with commas where it is long, as four digits may be a year; of others four digits."""
    if value is None or value != int(value) or abs(value) >= 1e12:
        return "?" if value is None else f"{value:.4g}"
    return f"{value:.0f}" if abs(value) < 10_000 else f"{value:,.0f}"


def _facts(findings: Findings) -> list[str]:
    lines = []
    shares = findings.facts.get("class_shares") or {}
    if shares:
        listed = [f"{_cut(name, 20)} {share:.1%}" for name, share in list(shares.items())[:6]]
        more = f" … {len(shares)} in all" if len(shares) > 6 else ""
        lines.append(f"classes: {', '.join(listed)}{more}")
    if series := findings.facts.get("series"):
        lines.append(_series(series))
    hidden = {"class_shares", "sample", "series", "alike", "annotated", *(TOLD if findings.suspects else ())}
    hidden |= {"classes"} if shares else set()
    for name, value in findings.facts.items():
        if name not in hidden and not name.startswith("in_") and value not in ({}, [], "", 0):
            lines.append(_cut(f"{name.replace('_', ' ')}: {_spoken(value)}", WIDTH))
    return lines


def _series(facts: dict[str, Any]) -> str:
    """How many series there are, their steps and span, what is missing of them, and after how many they repeat."""
    several, averaged, gaps = facts.get("series"), facts.get("averaged_over"), facts["gaps"]
    season, tried = facts["season"].get("steps", 0), facts["season"].get("tried", {})  # 0: nobody knows
    shown = f" (tried: {', '.join(f'{steps} {alike:.2f}' for steps, alike in tried.items())})" if tried else ""
    parts = [
        f"{several['count']:,} ({facts['shape']})" if several else "one",
        f"{facts['steps']:,} steps ({averaged or facts['frequency']})" + (" as a rule" if several else ""),
        f"{facts['first']} to {facts['last']}",
        "averaged as it is irregular" if averaged else f"{gaps['share']:.1%} missing" if gaps["missing"] else "no gaps",
        (f"repeats after {season:,} steps" if season > 1 else "no season") + shown if season else "",
    ]
    return "series: " + ", ".join(part for part in parts if part)


def _spoken(value: object) -> str:
    if isinstance(value, dict):
        said = [(key, inner) for key, inner in value.items() if inner not in ({}, [])]
        return ", ".join(f"{key} {_spoken(inner)}" for key, inner in said[:8])
    if isinstance(value, (list, tuple)):
        return ", ".join(_spoken(inner) for inner in value[:8]) + (" …" if len(value) > 8 else "")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _suggestion(findings: Findings) -> list[str]:
    found = findings.suggestion
    target = f' of "{_cut(found.target, 40)}"' if found.target is not None else ""
    lines = [f"Suggested: {found.task}{target} ({_cut(found.why, 300)})"]
    if found.alternatives:
        lines.append(f"  or --target {' or '.join(quoted(_cut(name, 80)) for name in found.alternatives)}")
    lines.append(f"  metric {found.metric}; models {', '.join(found.models)}")
    if found.group:
        own = "are a series" if found.task == "time-series-forecasting" else "stay in one split"
        rows = "pictures" if found.task == "image-classification" else "rows"
        lines.append(f'  {rows} of one "{_cut(found.group, 40)}" {own}')
    if found.time and found.task == "time-series-forecasting":
        lines.append(f'  rows are ordered by "{_cut(found.time, 40)}"')
    elif found.time:
        name = _cut(found.time, 40)
        lines.append(f'  rows are divided by chance; if newer ones are to be predicted, by "{name}" with --time')
    return lines


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
