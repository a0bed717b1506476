"""The installed wheel, outside the checkout, generates the same bytes as the checkout does."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from conftest import contents
from hackgen.living.export import export
from hackgen.making.choice import Answers, choices
from hackgen.parts import TEMPLATES

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]

# One process generates everything, so that only the first pays for starting up.
GENERATE = """
import sys
from hackgen import parts
from hackgen.cli import cli
for line in sys.stdin.read().splitlines():
    cli.main(["new", "--no-git", "--author", "A", *line.split("\\t")], standalone_mode=False)
print(parts.TEMPLATES)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The folder with a source distribution and the wheel that was built from it."""
    out = tmp_path_factory.mktemp("dist")
    # The sources alone: what an earlier build left in the checkout must not reach the wheel.
    copy = tmp_path_factory.mktemp("copy")
    for name in ("generator", "templates"):
        for path in (ROOT / name).rglob("*"):
            if path.is_file():
                target = copy / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
    for name in filter(lambda name: (ROOT / name).exists(), ("pyproject.toml", "README.md", "LICENSE")):
        (copy / name).write_bytes((ROOT / name).read_bytes())
    (copy / "templates/base/__pycache__").mkdir(exist_ok=True)
    (copy / "templates/base/__pycache__/data.pyc").write_bytes(b"left by an import")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(copy)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory) -> Path:
    """The Python of a fresh environment that holds the wheel, and borrows only hackgen's own dependencies."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.check_output([python, "-c", where], encoding="utf-8").strip())
    wheel = next(built.glob("*.whl"))
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    import click
    import jinja2
    import markupsafe

    for module in (click, jinja2, markupsafe):
        source = Path(module.__file__).parent
        (packages / source.name).symlink_to(source, target_is_directory=True)
    return python


def test_the_wheel_holds_every_template_and_no_leftovers(built):
    names = set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())
    source = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file()}
    kept = {f"hackgen/templates/{path}" for path in source if "__pycache__" not in path and not path.endswith(".pyc")}
    assert kept <= names
    assert not [name for name in names if "pycache" in name or name.endswith(".pyc")]


def test_the_installed_wheel_generates_the_same_bytes(installed, tmp_path):
    groups = {}
    for choice in choices():
        groups.setdefault((choice.task.name, choice.framework.name), []).append(choice.models[0].name)
    lines = [
        "\t".join([f"{task}-{framework}", "--task", task, "--framework", framework, *[f"--model={m}" for m in models]])
        for (task, framework), models in groups.items()
    ]
    made = {}
    for python in (installed, Path(sys.executable)):
        work = tmp_path / str(len(made))
        work.mkdir()
        # What is imported from elsewhere here must not hide what the wheel holds.
        command = [python, *(["-I"] if python == installed else []), "-c", GENERATE]
        done = subprocess.run(command, cwd=work, input="\n".join(lines), capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stderr
        made[done.stdout.splitlines()[-1]] = contents(work)
    from_wheel, from_checkout = made.values()
    assert from_wheel == from_checkout and len(from_wheel) > 20 * len(groups)
    assert len(made) == 2  # from two different template folders


def test_the_installed_command_runs(installed, tmp_path):
    command = installed.with_name("hackgen.exe" if os.name == "nt" else "hackgen")
    told = subprocess.check_output([command, "--version"], cwd=tmp_path, encoding="utf-8")
    assert told.startswith("hackgen, version 0.")
    for tool in ("copier", "cookiecutter"):  # what stands around an export is in the wheel too
        subprocess.check_call([command, "export", tool, "--to", tool], cwd=tmp_path)
        assert contents(tmp_path / tool) == export(Answers(), tool)
