"""`hackgen inspect`: look at data, say what is in it and what could be learned from it."""

import json
import sys

import click


@click.command("inspect")
@click.argument("path")
@click.option("--target", help="The column to predict; the likely one otherwise.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, for machines.")
def inspect_command(path: str, target: str | None, as_json: bool) -> None:
    """Say what the file or folder PATH holds: columns, suspects, and what could be learned from it."""
    from . import inspect  # DuckDB and what else reads data: imported only here
    from .show import text

    findings = inspect(path, target)
    if as_json:
        click.echo(json.dumps(findings.to_json(), indent=2, ensure_ascii=False))
    else:
        click.echo(text(findings, colour=sys.stdout.isatty()))
