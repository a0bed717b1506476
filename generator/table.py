"""`hackgen list` for people: task × framework × models."""

from rich.console import Console
from rich.table import Column, Table

from .extras import extras
from .parts import TEMPLATES
from .project import Choice

_WHEN = {"always": "always; --without leaves it out", "event": "--event NAME, or --with"}


def show(found: list[Choice]) -> None:
    models: dict[tuple[str, str], list[Choice]] = {}
    for choice in found:
        framework = f"{choice.framework.name} ({choice.backend})" if choice.backend else choice.framework.name
        models.setdefault((choice.task.name, framework), []).append(choice)
    heads = Column("task", no_wrap=True), Column("framework", no_wrap=True), "models", "metric"  # fits into 80 columns
    table = Table(*heads, box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold underline")
    for (task, framework), of_one in models.items():
        names = ", ".join(choice.models[0].name for choice in of_one)
        table.add_row(task, framework, names, of_one[0].task["metric"])
    Console().print(table)
    parts = extras(TEMPLATES)
    if parts:
        grid = Table(
            "extra",
            "what it adds",
            "when",
            box=None,
            padding=(0, 2, 0, 0),
            pad_edge=False,
            header_style=table.header_style,
        )
        for part in parts:
            grid.add_row(part.name, part.summary, _WHEN[part["laid_in"]])
        Console().print()
        Console().print(grid)
