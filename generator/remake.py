"""A project in memory, from its answers to every file: what provenance and the tests compare with."""

from . import own_data
from .compose import plan
from .project import Answers, choose, settled


def planned(answers: Answers) -> dict[str, bytes]:
    """All files that `hackgen new` writes for the answers, of own data or of the sample."""
    findings = None
    if answers.data:
        from .inspection import inspect  # DuckDB and what else reads data: imported only for own data

        findings = inspect(answers.data, answers.target or None)
        answers = own_data.proposed(answers, findings)
    choice = choose(answers, format=findings.format if findings else "")
    final = settled(answers, choice)
    return plan(choice, final, own_data.bring(findings, choice, final) if findings else None)
