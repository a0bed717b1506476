"""What is done and what is missing before you present: `python checklist.py`; --slow also tries it on a fresh clone."""

import importlib
import json
import pkgutil
from types import ModuleType
from typing import Any

import checks
import cli
import runs
from checks import evidence, git, page, results
from checks.item import AUTO, SECTIONS, Item
from support.wording import words


def main() -> int:
    parser = cli.Parser(__doc__)
    parser.add_argument("--slow", action="store_true", help="run the slow checks too, which take minutes")
    parser.add_argument("--only", metavar="ID", help="check one item and print it; PRESENTATION.md stays as it is")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    args = cli.parse_plain(parser)
    items = collected()
    if args.only:
        items = [item for item in items if item.id == args.only] or unknown(args.only, items)
    ticked, state = page.ticks(), git.state()
    kept = results.kept(state)
    found, section = [], ""
    for item in items:
        if item.section != section and not args.json:
            section = item.section
            print(f"\n{words(f'checklist_{section}')}")
        found.append(results.judged(item, item.id in ticked, kept, args.slow or bool(args.only)))
        if item.slow:
            results.keep(state, kept)
        if not args.json:
            print(page.line(found[-1]), flush=True)
    if args.json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        print(summary(found))
    if not args.only:
        page.refresh(found)
    return int(any(open_must(entry) for entry in found))


def collected() -> list[Item]:
    """The items of all modules in checks/, by section, each module's in its own order."""
    names = sorted(module.name for module in pkgutil.iter_modules(checks.__path__))
    modules = [loaded(f"checks.{name}") for name in names]
    items = [item for module in modules for item in getattr(module, "ITEMS", [])]
    return sorted(items, key=lambda item: (SECTIONS.index(item.section), item.kind != AUTO, not item.must))


def loaded(name: str) -> ModuleType:
    """A module of items; code of the project that it needs and that is broken is a `Fault`."""
    try:
        return importlib.import_module(name)
    except (ImportError, SyntaxError, NameError, AttributeError) as error:
        place = f"{error.filename}, line {error.lineno}: " if isinstance(error, SyntaxError) else ""
        raise cli.Fault(words("checklist_broken", why=f"{place}{error}")) from None


def unknown(name: str, items: list[Item]) -> list[Item]:
    raise cli.Misuse(f"no item {name!r}; there is: {', '.join(item.id for item in items)}")


def open_must(entry: dict[str, Any]) -> bool:
    return entry["must"] and entry["state"] in ("open", "unverified")


def summary(found: list[dict[str, Any]]) -> str:
    """How much is done, and what comes first."""
    done = sum(entry["state"] == "done" for entry in found)
    asked = sum(entry["state"] != "does not apply" for entry in found)
    lines = ["", words("checklist_summary", done=done, all=asked, must=sum(map(open_must, found)))]
    if slow := [entry["id"] for entry in found if entry["state"] == "unverified"]:
        lines.append(words("checklist_unverified", items=", ".join(slow)))
    if not (runs.PUBLISHED / "report.json").is_file():
        lines.append(evidence.first_command())
    return "\n".join(lines)


if __name__ == "__main__":
    cli.run(main)
