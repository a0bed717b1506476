"""`hackgen list` for people: task × frameworks × models."""

from rich.console import Console
from rich.table import Column, Table

from .extras import extras
from .parts import TEMPLATES
from .project import Choice, backends

_WHEN = {"always": "always; --without leaves it out", "event": "--event NAME, or --with"}


def show(found: list[Choice]) -> None:
    rows: dict[str, dict[str, dict[str, None]]] = {}  # task: framework: its models, each once and in order
    for choice in found:
        frameworks = rows.setdefault(choice.task.name, {})
        frameworks.setdefault(choice.framework.name, {})[choice.models[0].name] = None
    metrics = {choice.task.name: choice.task["metric"] for choice in found}
    heads = Column("task", no_wrap=True), "frameworks", "models", "metric"  # fits into 80 columns
    table = Table(*heads, box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold underline")
    for task, frameworks in rows.items():
        for models in dict.fromkeys(tuple(of_one) for of_one in frameworks.values()):
            names = [name for name, of_one in frameworks.items() if tuple(of_one) == models]
            table.add_row(task, ", ".join(names), ", ".join(models), metrics[task])
    Console().print(table)
    for framework in {choice.framework.name: choice.framework for choice in found}.values():
        if known := [name for name in backends(framework) if name]:
            Console().print(f"{framework.name} computes with {known[0]}, or by --backend with {' or '.join(known[1:])}")
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
