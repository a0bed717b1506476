"""README shows what is: its table of choices and its tree come from the templates."""

import ast
import re
from pathlib import Path

import pytest
from hackgen.inspection import inspect
from hackgen.inspection.show import text as report
from hackgen.making.choice import Answers, choices, choose, settled
from hackgen.making.compose import plan

README = Path(__file__).parents[1] / "README.md"


def table() -> str:
    """Task, models and metric of all that can be generated, as Markdown."""
    rows: dict[str, list] = {}
    for choice in choices():
        rows.setdefault(choice.task.name, []).append(choice)
    lines = ["| task | what it learns | frameworks | models | metric | sample |", "|---|---|---|---|---|---|"]
    for task, found in rows.items():
        card = found[0].task
        models, frameworks = (
            ", ".join(dict.fromkeys(names))
            for names in ((c.models[0].name for c in found), (c.framework.name for c in found))
        )
        lines.append(f"| {task} | {card.summary} | {frameworks} | {models} | {card['metric']} | {card['sample']} |")
    return "\n".join(lines)


def shown_tree() -> str:
    """The files of the default project: lines of each of Python, and what it says of itself in its first line."""
    answers = Answers(title="Hackgen demo")
    files = plan(choose(answers), settled(answers, choose(answers)))
    modules = {path: content.decode() for path, content in files.items() if path.endswith(".py")}
    lines = []
    for path, code in sorted(modules.items(), key=lambda file: ("/" in file[0], file)):  # folders last
        said = (ast.get_docstring(ast.parse(code)) or "").splitlines()
        lines.append(f"{path:18} {len(code.splitlines()):4}  {said[0]}")
    total = sum(len(code.splitlines()) for code in modules.values())
    lines.append(f"{len(modules)} files{'':10} {total:5}")
    others = ", ".join(f"`{path}`" for path in sorted(files) if path not in modules)
    return "\n".join(["```", *lines, "```", "", f"with {others}."])


def inspection() -> str:
    """What `hackgen inspect` says of the data in an example."""
    return f"```\n$ hackgen inspect harvest.csv\n{report(inspect('harvest.csv')).strip()}\n```"


@pytest.mark.parametrize(("mark", "content"), [("choices", table), ("tree", shown_tree), ("inspect", inspection)])
def test_readme_is_up_to_date(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, mark: str, content
) -> None:
    monkeypatch.chdir(README.parent / "examples" / "own-data" / "data")
    text = README.read_text(encoding="utf-8")
    start = text.index("\n", text.index(f"<!-- {mark}")) + 1
    end = text.index(f"<!-- end of {mark} -->")
    if request.config.getoption("--refresh-examples"):
        README.write_text(f"{text[:start]}\n{content()}\n\n{text[end:]}", encoding="utf-8", newline="\n")
        return
    assert text[start:end].strip() == content(), (
        "refresh it with: python -m pytest tests/test_readme.py --refresh-examples"
    )


def test_nobody_is_sent_to_the_package_index_for_hackgen() -> None:
    """There the name is another program's, so all that people read says: from the repository."""
    pages = [path for room in ("templates", "generator", "examples") for path in (README.parent / room).rglob("*.*")]
    for path in [README, *pages]:
        if path.suffix in (".md", ".py", ".j2", ".toml"):
            assert not re.search(r"pip install [\"']?hackgen", path.read_text(encoding="utf-8")), path
