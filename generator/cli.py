"""The command line: ask, refuse politely, hand over."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import __version__
from .archive import sealed
from .completion import flag
from .conversion.command import convert
from .errors import Misuse
from .living.commands import COMMANDS as LIVING
from .living.commands import add_command, export_command, switch_command
from .making import extras, fitting, git, own_data
from .making.answers import checked, from_flags, from_toml
from .making.choice import OF_DATA, Answers, choices, choose, refuse_idle, settled, title_from
from .making.write import is_here, place, tree, write
from .parts import TEMPLATES, backends, read_toml, tasks
from .pitch.commands import COMMANDS, told
from .text import acceptable, printable, quoted

if TYPE_CHECKING:
    from .inspection import Findings

_WHEN = {"always": "always; --without leaves it out", "event": "--event NAME, or --with"}


NEXT = [  # what to run in a new project, and what it does; what it does not have is not named
    ("train.py", "python train.py", "trains, and shows each epoch"),
    ("evaluate.py", "python evaluate.py", "scores it on the test split, beside baselines"),
    ("predict.py", "python predict.py INPUT", "answers for new input; README.md says for which"),
    ("check.py", "python check.py", "looks for what is wrong with data and training"),
    ("KICKOFF.md", "KICKOFF.md", "the plan of your event: read it first"),
]
GROUPS = {
    "Make a project": ("new", "list", "export"),
    "Look at data": ("inspect", "convert"),
    "Change a project": ("update", "add", "remove", "switch"),
    "Teach a course": ("assignment",),
}
OTHERS = "Work on a project"
SENTENCE = 200  # letters: the first of each command is shown whole, wrapped where it is long


class Assignment(click.Group):
    """Its commands are imported when one of them is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        from .course.commands import COMMANDS as COURSE

        self.commands.update({command.name: command for command in COURSE})
        return list(self.commands)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return self.commands[name] if name in self.list_commands(context) else None

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands, in the order in which one needs them"):
            known = [self.commands[name] for name in self.list_commands(context)]
            formatter.write_dl([(one.name, one.get_short_help_str(SENTENCE)) for one in known])


class Grouped(click.Group):
    """Commands by what they are for, each group in the order in which one needs them."""

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        listed = {name for names in GROUPS.values() for name in names}
        others = tuple(name for name in self.commands if name not in listed)
        wide = max(map(len, self.commands))
        for title, names in {**GROUPS, OTHERS: others}.items():
            with formatter.section(title):
                known = [self.commands[name] for name in names if name in self.commands]
                formatter.write_dl([(f"{one.name:{wide}}", one.get_short_help_str(SENTENCE)) for one in known])


@click.group(cls=Grouped, context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.version_option(__version__, prog_name="hackgen")
@click.pass_context
def cli(context: click.Context) -> None:
    """From an idea or a data file to a trained, evaluated, checked machine-learning project."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.group(cls=Assignment, invoke_without_command=True)
@click.pass_context
def assignment(context: click.Context) -> None:
    """Make homework of a project: what students get, a grader, and a proof that both are right."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.command()
@click.argument("dest", required=False)
@flag("--task", help="What the project learns, e.g. image-classification.")
@flag("--framework", help="What it is written with, e.g. pytorch.")
@flag("--backend", help="What Keras computes with: tensorflow, jax or torch.")
@flag("--model", "models", multiple=True, help="A model to include; repeat it for several in one project.")
@click.option("--title", help="The project's title; the folder's name says it otherwise.")
@click.option("--author", help="Who made it; git's user.name otherwise.")
@click.option("--event", help="The course or hackathon it is for; lays in all extras.")
@click.option("--data", help="Your own data, a file or folder; the sample otherwise.")
@click.option("--target", help="The column to predict, where data has columns.")
@click.option("--group", help="A column whose equal values stay in one split, such as a person.")
@click.option("--time", help="A column by which rows are ordered: the oldest are for training, the newest for testing.")
@click.option("--copy/--no-copy", default=None, help="Whether data of up to 20 MB become part of the project [yes].")
@click.option("--size", type=click.IntRange(min=8), help="Most pixels a side of copied pictures [256].")
@flag("--hours", type=int, help="How long the event lasts: 24, 36, 48 or 168 hours.")
@click.option("--team", help="Who takes part: names with commas between.")
@click.option("--start", help="When the event starts, in local time: 2026-11-22 18:00.")
@flag("--rubric", help="By which criteria you are judged: mlh, datathon, execution or modelling.")
@flag("--with", "adding", default="", help="Extras to add, with commas between; hackgen list shows all.")
@flag("--without", "leaving", default="", help="Extras to leave out.")
@click.option("--minimal", is_flag=True, help="No extras: the training core alone.")
@flag("--lang", help="The language of README and the other texts [en].")
@click.option("--template", help="Somebody's copier or cookiecutter template, a folder or git address, to lay it upon.")
@click.option("--ref", help="The branch, tag or commit of the template [copier: its newest tag].")
@click.option("--trust", is_flag=True, help="Let the template run code: a cookiecutter template always can.")
@click.option("--template-answer", "replies", multiple=True, metavar="NAME=VALUE", help="Its question; repeat it.")
@click.option("--answers", type=click.Path(path_type=Path), help="Take the answers from a project's .hackgen.toml.")
@click.option("--yes", is_flag=True, help="Ask nothing: what no flag says gets its default.")
@click.option("--dry-run", is_flag=True, help="Show the files and their sizes, write nothing.")
@click.option("--no-git", is_flag=True, help="Make no repository and no commit.")
def new(
    dest: str | None,
    template: str | None,
    ref: str | None,
    trust: bool,
    replies: tuple[str, ...],
    answers: Path | None,
    adding: str,
    leaving: str,
    minimal: bool,
    yes: bool,
    dry_run: bool,
    no_git: bool,
    **flags: str,
) -> None:
    """Generate a project into the folder DEST (`.`: the current one), named after the task otherwise."""
    from .making.compose import plan  # with Jinja2, which neither --help nor completion needs

    if template is None and (ref or trust or replies):
        raise click.UsageError("--ref, --trust and --template-answer are about a --template; name it")
    flags = from_flags(flags)
    flags |= {"backend": flags.get("backend")} if "framework" in flags else {}  # a recorded one is of another framework
    given = checked(replace(from_toml(answers) if answers else Answers(), **flags))
    if flags.get("event"):
        given = replace(given, extras=None)  # an event lays in all of them, whatever was recorded
    notes: list[str] = []
    wanted = _extras_by_flags(adding, leaving, minimal, notes)
    if dest is not None:
        place(dest, {})  # an occupied folder is refused before anything is asked
    person = git.identity() if given.author is None or not no_git else {}

    def prepared(given: Answers, dest: str | None, findings: "Findings | None") -> tuple:
        """All that is to be written, or a `Problem` that says why it cannot be."""
        given = own_data.modelled(own_data.proposed(given, findings), findings) if findings else given
        given = wanted(given) if wanted else given
        choice = choose(given, format=findings.format if findings else "")
        extras.unasked(flags, choice.extras, TEMPLATES)
        dest = choice.task.name if dest is None else dest
        author = acceptable(person.get("name", "")) if given.author is None else given.author
        given = replace(given, title=given.title or title_from(dest), author=author)
        final = settled(checked(given), choice)
        refuse_idle(flags, final)
        own = own_data.bring(findings, choice, final) if findings else None
        files = plan(choice, final, own)
        place(dest, {} if template is not None else files)
        return choice, dest, final, own, files

    asks = not (answers or yes) and sys.stdin.isatty() and sys.stdout.isatty()
    if asks:
        from .making.ask import complete  # questionary is slow to import, and needed only here

        choice, dest, final, own, files = complete(given, dest, prepared, _inspected, wanted)
    else:
        found = _inspected(given)
        choice, dest, final, own, files = prepared(given, dest, found)
        if found and not given.models and (better := own_data.left_out(found, choice)):
            notes.append(f"{better} suits so few labels better and needs a package more: hackgen add model {better}")
    theirs, copies = None, own.files if own else ()
    if template is not None:
        from .living.foreign import render
        from .living.laying import laid_on

        theirs = render(template, ref, trust, replies, asks)
        files, said = laid_on(theirs, files, copies)
        notes += said
    else:
        files = sealed(files, copies)
        source = read_toml(answers).get("template", {}).get("source") if answers else None
        notes += [f"{answers} is of a project upon {source}, whose part --template {source} brings"] if source else []
    where = place(dest, files)
    if dry_run:
        return click.echo(tree(dest, files))
    here, faults = is_here(where), []
    commits = not no_git and not git.inside_work_tree(where)

    def finish(folder: Path) -> None:
        if theirs:
            theirs.finish(folder)
        faults.extend(git.scaffold(folder, choice, person) if commits else [])

    write(files, where, finish)
    if own:
        click.echo(printable(f"data: {own.told(final)}"))
    for fault in faults:
        click.echo(f"hackgen: no commit was made: {printable(fault)}", err=True)
    for note in notes:
        click.echo(f"hackgen: {note}", err=True)
    click.echo(printable(f"{where}: {choice}"))
    for line in _next_steps(dest, here, files):
        click.echo(f"  {line}")
    if (left_out := extras.absent(choice.extras, choice.task["kind"], choice.root)) and not wanted:
        click.echo(f"left out: {', '.join(left_out)}; --event NAME lays in all extras, --with {left_out[0]} just one")


def _next_steps(dest: str, here: bool, files: Iterable[str]) -> list[str]:
    """The commands to run next, in their order; what those of the project do stands beside them."""
    folder = [] if here else [f"cd {quoted(f'./{dest}' if dest.startswith('-') else dest)}"]
    there = [(command, what) for file, command, what in NEXT if file in files]
    wide = max((len(command) for command, _ in there), default=0)
    return [*folder, "pip install -e . -c constraints.txt", *(f"{command:{wide}}  # {what}" for command, what in there)]


def _extras_by_flags(adding: str, leaving: str, minimal: bool, notes: list[str]) -> Callable[[Answers], Answers] | None:
    """What gives answers the extras that --with, --without and --minimal ask for; None without these flags."""

    def wanted(answers: Answers) -> Answers:
        kind = choose(replace(answers, extras=())).task["kind"]
        base = extras.laid_in(bool(answers.event), kind, TEMPLATES) if answers.extras is None else answers.extras
        names, gone = extras.resolve(() if minimal else base, adding, leaving, TEMPLATES)
        notes[:] = gone
        return replace(answers, extras=names)

    return wanted if adding or leaving or minimal else None


def _inspected(given: Answers) -> "Findings | None":
    """What is in the own data, shown; nothing where the sample is used."""
    if not given.data:
        return None
    from .inspection import inspect  # DuckDB and what else reads data: imported only with --data
    from .inspection.show import text as report

    findings = inspect(given.data, given.target or None)
    click.echo(report(findings, command=False, task=given.task))
    return findings


@cli.command("list")
@click.option("--json", "as_json", is_flag=True, help="One object for each project, for machines.")
def list_choices(as_json: bool) -> None:
    """Show every task with its frameworks and models, and the extras."""
    found = choices()
    if as_json:
        rows = [
            {"task": choice.task.name, "framework": choice.framework.name, "backend": choice.backend}
            | {"model": choice.models[0].name}
            | {name: choice.task[name] for name in ("kind", "metric", "sample")}
            for choice in found
        ]
        return told(rows)
    from rich.console import Console
    from rich.table import Column, Table

    offered: dict[str, dict[str, dict[str, None]]] = {}  # task: framework: its models, each once and in order
    for choice in found:
        frameworks = offered.setdefault(choice.task.name, {})
        frameworks.setdefault(choice.framework.name, {})[choice.models[0].name] = None
    metrics = {choice.task.name: choice.task["metric"] for choice in found}
    plain = {"box": None, "padding": (0, 2, 0, 0), "pad_edge": False, "header_style": "bold underline"}
    table = Table(Column("task", no_wrap=True), "frameworks", "models", "metric", **plain)  # fits into 80 columns
    for task, frameworks in offered.items():
        for models in dict.fromkeys(tuple(of_one) for of_one in frameworks.values()):
            names = [name for name, of_one in frameworks.items() if tuple(of_one) == models]
            table.add_row(task, ", ".join(names), ", ".join(models), metrics[task])
    Console().print(table)
    for framework in {choice.framework.name: choice.framework for choice in found}.values():
        if known := [name for name in backends(framework) if name]:
            Console().print(f"{framework.name} computes with {known[0]}, or by --backend with {' or '.join(known[1:])}")
    if parts := extras.extras(TEMPLATES):
        grid = Table("extra", "what it adds", "when", **plain)
        for part in parts:
            grid.add_row(part.name, part.summary, _WHEN[part["laid_in"]])
        Console().print()
        Console().print(grid)


@cli.command("inspect")
@click.argument("path")
@click.option("--target", help="The column to predict; the likely one otherwise.")
@click.option("--deep", is_flag=True, help="Train small trees too: which columns tell the target nearly alone?")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, for machines.")
def inspect_command(path: str, target: str | None, deep: bool, as_json: bool) -> None:
    """Say what the file or folder PATH holds: columns, suspects, and what could be learned from it."""
    from .inspection import inspect  # DuckDB and what else reads data: imported only here
    from .inspection.show import text

    findings = inspect(path, target)
    if target and findings.suggestion:  # nothing is suggested that `new` refuses
        task = next(task for task in tasks() if task.name == findings.suggestion.task)
        try:
            fitting.check(findings, task, Answers(target=target))
        except Misuse as problem:
            findings.notes.append(str(problem))
            findings.suggestion = None
    if deep:
        from .pitch.deep import lone_columns

        findings.suspects += lone_columns(findings)
    told(findings.to_json()) if as_json else click.echo(text(findings, colour=sys.stdout.isatty()))


OF_EXTRAS = {"hours", "team", "start", "rubric"}
for command, names in (  # the same answers, exported or changed later
    (add_command, OF_EXTRAS),
    (switch_command, {"framework", "backend", "data", *OF_DATA, "title", "author", "event", "lang", *OF_EXTRAS}),
    (export_command, {"task", "framework", "backend", "models", "minimal", "lang"}),
):
    command.params += [option for option in new.params if option.name in names]
for command in (convert, *LIVING, *COMMANDS):
    cli.add_command(command)
