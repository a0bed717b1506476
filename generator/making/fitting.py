"""Whether what was asked for can be learned from the data at hand: said before anything is written."""

from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import Misuse, nearest
from ..parts import Part
from ..text import quoted
from .choice import Answers

if TYPE_CHECKING:
    from ..inspection import Column, Findings

FEWEST = 2  # classes
FEWEST_OF_CLASS = 3  # rows, one for train, valid and test each
FEW = 5  # different values that may be classes even where most rows have one of their own


def spelled(findings: "Findings", answers: Answers) -> Answers:
    """The answers with columns spelled as the data have them, where only the case of letters differs."""
    names = [column.name for column in findings.columns]
    changed = {}
    for flag in ("target", "group", "time"):
        given = getattr(answers, flag)
        alike = [name for name in names if given and name.casefold() == given.casefold()]
        if given not in names and len(alike) == 1:
            changed[flag] = alike[0]
    return replace(answers, **changed)


def check(findings: "Findings", task: Part, answers: Answers) -> None:
    """Raise a `Misuse` for columns that do not exist or cannot be what they are named for, and for missing labels.

    Only what is certain is refused: the same rules hold in the project, where they would come after it is made.
    """
    if answers.size and findings.format not in ("pictures", "picture-list"):
        raise Misuse(f"--size is for pictures that are copied, and {findings.path} is {findings.format}; leave it out")
    if answers.size and answers.copy is False:
        raise Misuse("--size is for pictures that are copied, and --no-copy leaves them where they are; leave one out")
    from ..inspection import TABLES  # its libraries are slow to import

    if annotated := findings.facts.get("annotated"):
        raise Misuse(f"{findings.path}: {annotated}")
    is_table = findings.dialect or findings.format in TABLES
    known = {column.name: column for column in findings.columns}
    for flag in ("target", "group", "time"):
        name = getattr(answers, flag)
        if name and name not in known and not (name == "none" and flag != "target"):
            if is_table:
                raise Misuse(f'{findings.path} has no column "{name}" for --{flag}{nearest(name, list(known)[:20])}')
            if findings.format != "picture-list":
                raise Misuse(f'{findings.path} has no columns, so --{flag} "{name}" means nothing; leave it out')
    if not is_table:
        return _check_labels(findings, task)
    for flag in ("group", "time"):
        if answers.target and getattr(answers, flag) == answers.target:
            raise Misuse(f'"{answers.target}" is what is predicted, so it cannot be --{flag} too; name another column')
    time = known.get(answers.time or "")
    if time and not (time.role == "date" or is_numeric(time)):
        raise Misuse(f'column "{time.name}" holds no dates or numbers to order rows by; name another with --time')
    source, _, predicted = task["kind"].partition("-to-")
    if predicted != "series":
        _check_target(findings, source, predicted, answers, known)


def _check_target(
    findings: "Findings", source: str, predicted: str, answers: Answers, known: dict[str, "Column"]
) -> None:
    """The column to predict suits the task, and there are others to predict it from."""
    if len(known) < 2:
        raise Misuse(f"{findings.path} has one column only; there is nothing to predict it from")
    if answers.target:
        why = unsuited(known[answers.target], predicted, findings.rows)
        if why := why or too_few(findings, known[answers.target], predicted):
            raise Misuse(f'{findings.path}: column "{answers.target}" {why}')
        others = [column for name, column in known.items() if name not in (answers.target, answers.group)]
        if source == "table" and not any(column.use for column in others):
            given = "; ".join(f"{c.name}: {c.why}" for c in list(known.values())[:4] if c.why)
            raise Misuse(f"{findings.path} has no other column to learn {answers.target} from ({given})")
        return
    fitting = [name for name, column in known.items() if not unsuited(column, predicted, findings.rows)]
    texts = [name for name, column in known.items() if column.role == "text"]
    if source == "tokens" and not texts:
        raise Misuse(f"{findings.path} has no column of texts{instead(findings)}")
    if source != "tokens" and list(known)[-1] not in fitting:  # which is taken where none is named
        could = f"; it could be {', '.join(fitting[:8])}" if fitting else instead(findings)
        raise Misuse(f"{findings.path}: name the column to predict with --target{could}")


def unsuited(column: "Column", predicted: str, rows: int) -> str:
    """Why a column cannot be what is predicted (number, class …), and what to do; nothing where it can."""
    if column.role in ("empty", "constant"):
        return "has no two different values; name another with --target"
    if column.role == "date" and column.distinct > FEW:
        return "holds dates, which nothing here predicts; make numbers of them, such as days since another date"
    if predicted == "number":
        return "" if is_numeric(column) else "holds no numbers; name another, or take --task tabular-classification"
    if column.distinct > FEW and column.distinct > rows * (1 - column.missing) / 2:
        instead = ", or take --task tabular-regression" if is_numeric(column) else ""
        return f"has {column.distinct:,} different values in {rows:,} rows, so it is no class; name another{instead}"
    return ""


def too_few(findings: "Findings", column: "Column", predicted: str) -> str:
    """Why the rows that have a value cannot be divided into train, valid and test; nothing where they can."""
    known = round(findings.rows * (1 - column.missing))
    if known < FEWEST_OF_CLASS:
        return f"is known in {known} row(s), and it takes {FEWEST_OF_CLASS} at the very least, better hundreds"
    top = column.detail.get("top", [])
    if predicted != "class" or column.distinct > len(top):
        return ""
    return _too_rare(dict(top))


def _too_rare(counts: dict[str, int]) -> str:
    """Why classes of so many rows each cannot be divided; nothing where two or more can."""
    if sum(count >= FEWEST_OF_CLASS for count in counts.values()) >= FEWEST:
        return ""
    shown = ", ".join(f'"{name}" {count}×' for name, count in list(counts.items())[:4])
    return f"has no two classes with {FEWEST_OF_CLASS} rows or more, one for train, valid and test each ({shown})"


def is_numeric(column: "Column") -> bool:
    """Whether the inspection read the cells as numbers, whatever role they have."""
    return "min" in column.detail


def _check_labels(findings: "Findings", task: Part) -> None:
    """Pictures and texts have the labels that the task needs."""
    source, _, predicted = task["kind"].partition("-to-")
    if predicted == "class" and len(findings.facts.get("classes", {})) < FEWEST:
        what = "pictures" if source == "image" else "texts"
        remedy = f"put the {what} into a folder for each class, or name their labels in a table"
        raise Misuse(f"{findings.path} has no two classes; {remedy}{instead(findings)}")
    if predicted == "class" and (why := _too_rare(findings.facts["classes"])):
        raise Misuse(f"{findings.path} {why}")
    if source == "noise" and findings.rows < FEWEST_OF_CLASS:
        raise Misuse(f"{findings.path} holds {findings.rows} picture(s), and it takes dozens to learn from")


def instead(findings: "Findings") -> str:
    """The line that makes a project of what such data suit, behind a reason why another does not; or ""."""
    fits, where = findings.suggestion, quoted(findings.path)
    return f"; what fits: hackgen new --data {where} --task {fits.task}" if fits else ""
