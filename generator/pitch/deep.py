"""What takes training to find out about a table: columns that tell the target nearly alone."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Problem
from ..making.choice import Answers
from ..making.compose import written
from ..making.own_data import TABULAR
from ..making.write import write
from .project import Project
from .results import number

if TYPE_CHECKING:
    from ..inspection import Findings, Suspect


def lone_columns(findings: "Findings") -> list["Suspect"]:
    """Suspects that scores of small trees show, as the project's own check has them: a project is made, and asked."""
    from ..inspection import Suspect

    if not findings.suggestion or findings.suggestion.task not in TABULAR:
        raise Problem(f"{findings.path}: --deep looks at tables with a class or a number to predict; leave it out")
    about = {"title": "deep", "models": ("boosting",), "extras": ()}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder).resolve() / "project"
        write(written(Answers(data=findings.path, target=findings.suggestion.target, **about)), place)
        try:
            found = Project(place, {}).ask("alone")
        except Problem as problem:
            raise Problem(f"{problem}; --deep needs pandas, scikit-learn and SciPy here") from None
    of = f"{found.get('metric')} on rows that trees had not seen: would you know it when you predict?"
    return [
        Suspect("lone-column", name, f"alone scores {number(score)} of {number(found['whole'])}, {of}")
        for name, score in found["asked"].items()
    ]
