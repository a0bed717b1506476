"""templates/README.md says how to add a model: followed to the letter, it gives a project that trains."""

import re
import shutil
from pathlib import Path

import pytest
from hackgen.making.choice import choices
from hackgen.parts import TEMPLATES
from projects import generate, run


@pytest.mark.slow
def test_the_recipe_for_a_model_works(tmp_path: Path) -> None:
    root = tmp_path / "templates"
    shutil.copytree(TEMPLATES, root)
    recipe = (root / "README.md").read_text(encoding="utf-8").split("## How to add a model")[1].split("\n## ")[0]
    files = re.findall(r"^`(models/[^`]+)`\n\n```\w+\n(.*?)^```", recipe, re.MULTILINE | re.DOTALL)
    assert len(files) == 2
    before = {choice.label for choice in choices(root)}
    for path, content in files:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    added = {choice.label for choice in choices(root)} - before
    assert added == {f"image-classification/{framework}/linear" for framework in ("pytorch", "lightning")}
    project = generate(tmp_path / "p", root, task="image-classification", models=("linear",))
    run(project, "train.py", "--smoke").ok()
    run(project, "evaluate.py").ok()
    run(project, "check.py").ok()
