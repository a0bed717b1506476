"""`hackgen export`: the flags, and what to do next."""

import click

from .. import completion
from ..making.choice import Answers
from ..text import printable, quoted

USE = {
    "copier": "copier copy . ../my-project",
    "cookiecutter": "cookiecutter . --output-dir ..",
}


@click.command("export")
@click.argument("dest")
@click.option("--to", required=True, metavar="TOOL", help="copier or cookiecutter.", shell_complete=completion.tool)
@click.option("--task", help="What the projects learn.", shell_complete=completion.task)
@click.option("--framework", help="What they are written with.", shell_complete=completion.framework)
@click.option("--backend", help="What Keras computes with.", shell_complete=completion.backend)
@click.option(
    "--model", "models", multiple=True, help="A model to include; repeat it.", shell_complete=completion.model
)
@click.option("--minimal", is_flag=True, help="No extras: the training core alone.")
@click.option("--lang", help="The language of README and the other texts [en].", shell_complete=completion.lang)
def export_command(dest: str, to: str, minimal: bool, **flags: str | tuple[str, ...] | None) -> None:
    """Write one choice as a template for copier or cookiecutter into the folder DEST, for those without hackgen.

    It asks for title, author, event and the main knobs; its README says how to change, test and host it.
    """
    from ..making.write import place, write
    from .export import export  # with Jinja2, which neither --help nor completion needs

    files = export(Answers(**flags, extras=() if minimal else None), to)  # type: ignore[arg-type]
    where = place(dest, files)
    write(files, where)
    click.echo(printable(f"{where}: {len(files)} files, a template for {to}"))
    for line in (f"cd {quoted(dest)}", 'git init && git add -A && git commit -m "Template" && git tag v1', USE[to]):
        click.echo(f"  {line}")
