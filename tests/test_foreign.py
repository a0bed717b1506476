"""`hackgen new --template`: small templates of others, rendered by the real copier and cookiecutter."""

import os
import sys
from pathlib import Path

import pytest
from conftest import refused
from hackgen.living import foreign
from hackgen.living.laying import with_dependencies
from hackgen.parts import tomllib
from lived import committed, git
from projects import run

PYPROJECT = """[project]
name = "{{ name }}"
dependencies = [
    "numpy<3",  # ours needs it
]
"""
COPIER = {
    "copier.yml": "name:\n  type: str\n  default: birds\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    "pyproject.toml.jinja": PYPROJECT,
    "README.md.jinja": "# {{ name }}\n\nTheirs.\n",
    "LICENSE": "All rights theirs.\n",
    ".gitignore": "*.log\nruns/\n",
    ".gitattributes": "*.bat eol=crlf\n",
    ".github/workflows/ci.yml": "name: theirs\n",
    "src/{{ name }}/__init__.py.jinja": "NAME = '{{ name }}'\n",
    "bin/run": "#!/bin/sh\n",
}
COOKIECUTTER = {
    "cookiecutter.json": '{"slug": "birds", "kind": ["a", "b"]}',
    "{{cookiecutter.slug}}/setup.py": "name = '{{ cookiecutter.slug }}'\n",
    "{{cookiecutter.slug}}/notes/{{ cookiecutter.kind }}.txt": "{{ cookiecutter.kind }}\n",
}
MINIMAL = ["--yes", "--minimal", "--task", "text-generation"]


@pytest.fixture
def template(tmp_path):
    """Write a template of {path: text} to a folder beside the work; some of them in git, with a tag."""

    def write(files: dict[str, str], name: str = "theirs", tag: str = "") -> Path:
        folder = tmp_path / name
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="\n")
            (folder / path).chmod(0o755 if text.startswith("#!") else 0o644)
        return tagged(folder, tag) if tag else folder

    return write


def tagged(folder: Path, tag: str) -> Path:
    git(committed(folder, tag), "tag", tag)
    return folder


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def nothing(hackgen) -> None:
    """No file is left of a refused command."""
    assert not [path for path in hackgen.work.rglob("*") if path.is_file()]


@pytest.mark.slow
def test_hackgens_parts_lie_on_top_of_theirs_and_each_is_updated_by_its_own(hackgen, template):
    import copier

    theirs = template(COPIER | {"copier.yml": COPIER["copier.yml"] + "_preserve_symlinks: true\n"})
    (theirs / "bin" / "start").symlink_to("run")
    address = f"file://{tagged(theirs, 'v1')}"
    template({"README.md.jinja": "# {{ name }}\n\nTheirs, and more.\n", "news.md": "news\n"}, tag="v2")
    asked = ["--ref", "v1", "--template-answer", "name=owls", "--author", "Ada"]
    done = hackgen("new", "x", "--template", address, *asked, *MINIMAL)
    told = 'hackgen: pyproject.toml keeps "numpy<3"; hackgen was tested with "numpy>=1.26"\n'
    assert (done.returncode, done.stderr) == (0, told)
    project = hackgen.work / "x"
    assert text(project / "src/owls/__init__.py") == "NAME = 'owls'\n" and not (project / "news.md").exists()
    assert text(project / "LICENSE") == "All rights theirs.\n" and "Ada" in text(project / "LICENSE-hackgen")
    assert text(project / ".github/workflows/ci.yml") == "name: theirs\n"
    assert (project / ".github/workflows/hackgen.yml").is_file()
    readme, attributes = text(project / "README.md"), text(project / ".gitattributes")
    assert readme.startswith("# owls\n\nTheirs.\n\n# X\n") and "train.py" in readme
    assert "* text=auto" not in attributes and "*.bat eol=crlf" in attributes
    ignored = text(project / ".gitignore").splitlines()
    assert ignored[:2] == ["*.log", "runs/"] and ignored.count("runs/") == 1 and "__pycache__/" in ignored
    merged = tomllib.loads(text(project / "pyproject.toml"))["project"]
    assert merged["name"] == "owls" and merged["dependencies"][0] == "numpy<3"
    assert "dev" in merged["optional-dependencies"] and any(line.startswith("torch") for line in merged["dependencies"])
    assert "# ours needs it" in text(project / "pyproject.toml")
    assert f"_src_path: git+{address}\n" in text(project / ".copier-answers.yml")
    assert os.access(project / "bin/run", os.X_OK) and os.readlink(project / "bin/start") == "run"
    assert git(project, "status", "--porcelain") == "" and git(project, "log", "--format=%s").count("\n") == 1
    run(project, "train.py", "--smoke").ok()
    (project / "train.py").write_text("# mine\n" + text(project / "train.py"), encoding="utf-8")
    committed(project)
    copier.run_update(project, defaults=True, overwrite=True, quiet=True, settings=copier.Settings())
    assert "Theirs, and more.\n" in text(project / "README.md") and "python train.py" in text(project / "README.md")
    assert text(project / "news.md") == "news\n" and text(project / "train.py").startswith("# mine\n")
    assert "torch" in text(project / "pyproject.toml") and "_commit: v2" in text(project / ".copier-answers.yml")
    committed(project)
    done = hackgen("update", str(project))
    assert (done.returncode, done.stderr) == (0, "") and "nothing to do" in done.stdout
    added = hackgen("add", "demo", "--project", str(project))
    assert added.returncode == 0 and (project / "demo.py").is_file(), added.stderr
    assert "README.md, pyproject.toml: the template's too; only new dependencies go in" in added.stdout
    merged = tomllib.loads(text(project / "pyproject.toml"))["project"]
    assert "gradio" in str(merged["optional-dependencies"]["demo"]) and merged["name"] == "owls"
    assert "kind = " in text(project / ".hackgen.toml") and text(project / "LICENSE") == "All rights theirs.\n"


def test_a_cookiecutter_template_needs_trust_and_is_rendered_apart(hackgen, template):
    hook = "import os\nopen('home.txt', 'w').write(os.environ['HOME'])\n"
    hook += "open(os.path.expanduser('~/trace'), 'w').close()\n"
    theirs = template(COOKIECUTTER | {"hooks/post_gen_project.py": hook}, tag="v1")
    (theirs / "cookiecutter.json").write_text("{}", encoding="utf-8")
    committed(theirs, "broken since")
    refused(hackgen("new", "x", "--template", str(theirs), *MINIMAL), 2, "cookiecutter", "--trust")
    nothing(hackgen)
    asked = ["--trust", "--ref", "v1", "--template-answer", "kind=b"]
    done = hackgen("new", "x", "--template", str(theirs), *asked, *MINIMAL)
    project = hackgen.work / "x"
    assert done.returncode == 0 and "hackgen update is for hackgen's part" in done.stderr
    assert "add these dependencies" in done.stderr and "torch" in done.stderr
    assert not (project / "pyproject.toml").exists()
    assert text(project / "notes/b.txt") == "b\n" and text(project / "setup.py") == "name = 'birds'\n"
    home = text(project / "home.txt")
    assert not Path(home).exists() and not list(hackgen.work.parent.rglob("trace"))


@pytest.mark.slow
def test_one_of_several_templates_is_chosen_and_gets_its_answers(hackgen, template):
    several = '{"templates": {"a": {"path": "a"}, "b": {"path": "b"}}}'
    files = {"cookiecutter.json": several, "a/cookiecutter.json": "{}"}
    theirs = template(files | {f"b/{path}": content for path, content in COOKIECUTTER.items()})
    asked = ["--trust", "--template", str(theirs), "--template-answer"]
    refused(hackgen("new", "x", *asked, "templates=c", *MINIMAL), 1, "there is: a, b")
    asked += ["templates=b", "--template-answer", "slug=owls"]
    done = hackgen("new", "x", *asked, *MINIMAL)
    assert done.returncode == 0 and text(hackgen.work / "x/setup.py") == "name = 'owls'\n"


@pytest.mark.slow
def test_code_of_a_copier_template_needs_trust_whatever_this_machine_trusts(hackgen, template, tmp_path):
    theirs = template({"copier.yml": COPIER["copier.yml"] + "_tasks:\n  - touch made\n", "a.txt": "a\n"})
    settings = tmp_path / "settings.yml"
    settings.write_text(f"trust:\n  - {tmp_path}/\n", encoding="utf-8")
    here = {"COPIER_SETTINGS_PATH": str(settings)}
    refused(hackgen("new", "x", "--template", str(theirs), *MINIMAL, env=here), 2, "tasks", "--trust")
    nothing(hackgen)
    done = hackgen("new", "x", "--template", str(theirs), "--trust", *MINIMAL)
    assert done.returncode == 0 and (hackgen.work / "x" / "made").is_file()
    assert "it writes no answers file, and it has no tag in git" in done.stderr


LEADING = {"copier.yml": "name: birds\n_preserve_symlinks: true\n"}
OUTSIDE = [  # files of a template, where a link in it leads from, the answer, what is said
    *((COOKIECUTTER, "", slug, "outside") for slug in ("../x", "../../x", "{tmp}/x")),
    *(({"copier.yml": "slug:\n  type: str\n", "{{ slug }}.txt": "x\n"}, "", slug, "") for slug in ("../x", "{tmp}/x")),
    (COOKIECUTTER, "{{cookiecutter.slug}}/notes/link", "birds", "link"),
    (COOKIECUTTER | {"hooks/post_gen_project.py": "import os\nos.symlink('/etc', 'link')\n"}, "", "birds", "link"),
    (COPIER | LEADING, "link", "", "link"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("files", "link", "slug", "said"), OUTSIDE)
def test_what_leads_outside_is_refused(hackgen, template, tmp_path, files, link, slug, said):
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    theirs, before = template(files), set(tmp_path.iterdir())
    if link:
        (theirs / link).symlink_to(tmp_path / "secret")
    asked = ["--template-answer", f"slug={slug.format(tmp=tmp_path)}"] if slug else []
    done = hackgen("new", "x", "--trust", "--template", str(theirs), *asked, *MINIMAL)
    refused(done, 1, said or str(theirs), "nothing was written")
    nothing(hackgen)
    assert set(tmp_path.iterdir()) == before


@pytest.mark.slow
def test_collisions_are_listed_and_refused_whatever_the_case(hackgen, template):
    theirs = template(COPIER | {"Train.py": "theirs\n", "models/gpt.py/x": "", "check.py": "", "data_card.md": ""})
    told = "both bring DATA_CARD.md, check.py", "train.py", "nothing"
    refused(hackgen("new", "x", "--template", str(theirs), *MINIMAL), 1, *told)
    assert hackgen("export", "../out", "--to", "copier").returncode == 0
    refused(hackgen("new", "x", "--template", "../out", *MINIMAL), 1, "both bring .hackgen.toml")
    nothing(hackgen)


@pytest.mark.slow
def test_a_repository_of_theirs_is_left_out_and_dots_and_dry_runs_work(hackgen, template):
    code = 'import os; os.makedirs(".git/hooks"); open(".git/hooks/theirs", "w")'
    task = f"_tasks:\n  - ['{sys.executable}', '-c', '{code}']\n"
    theirs = template(COPIER | {"copier.yml": COPIER["copier.yml"] + task})
    asked = ["--template", "../theirs", "--trust", *MINIMAL]
    done = hackgen("new", ".", *asked, "--dry-run")
    assert done.returncode == 0 and "pyproject.toml" in done.stdout
    nothing(hackgen)
    done = hackgen("new", ".", *asked)
    assert done.returncode == 0 and "repository that the template makes is left out" in done.stderr
    assert (hackgen.work / ".git" / "HEAD").is_file() and not (hackgen.work / ".git" / "hooks" / "theirs").exists()
    assert os.access(hackgen.work / "bin/run", os.X_OK)
    assert f"_src_path: {theirs}\n" in text(hackgen.work / ".copier-answers.yml")
    kept = hackgen("new", "../again", "--answers", ".hackgen.toml")
    assert kept.returncode == 0 and str(theirs) in kept.stderr


WRONG = [  # what is typed, the exit code, and what the one line says
    (["--template", "nowhere"], 1, "neither a folder nor the address"),
    (["--template", ""], 1, "neither a folder nor the address"),
    (["--template", "."], 1, "neither copier.yml nor cookiecutter.json"),
    (["--template", "../theirs", "--ref", "v1"], 1, "git clone"),
    (["--template", "../theirs", "--ref=-x"], 2, "--ref"),
    (["--template", "../theirs", "--template-answer", "nam=x"], 2, 'no question "nam"; did you mean "name"?'),
    (["--template", "../theirs", "--template-answer", "name"], 2, "NAME=VALUE"),
    (["--template", "../asks"], 2, "--template-answer NAME=VALUE: word (str); kind (a, b)"),
    (["--template", "../asks", "--template-answer", "word=no"], 1, "try another"),
    (["--template", "../broken"], 1, "expected the node content"),
    (["--template", "../syntax"], 1, "(a.txt.jinja, line 2)"),
    (["--template", "../cookie", "--trust", "--template-answer", "kind=c"], 1, "cookiecutter cannot render"),
    (["--template", "../cookie", "--trust"], 1, "(exit status: 3) (not today)"),
    (["--trust"], 2, "--template"),
]


@pytest.mark.slow
@pytest.mark.parametrize("typed", WRONG, ids=lambda typed: " ".join(typed[0]))
def test_what_is_wrong_is_one_line(hackgen, template, typed):
    template(COPIER)
    rule = '{% if word == "no" %}try another{% endif %}'
    kind = "kind:\n  choices: [a, b]\nlater:\n  when: '{{ word }}'\n"
    template({"copier.yml": f"word:\n  type: str\n  validator: '{rule}'\n{kind}"}, "asks")
    template({"copier.yml": "a: [\n"}, "broken")
    template({"copier.yml": "a: b\n", "a.txt.jinja": "\n{% if %}"}, "syntax")
    hook = "import sys\nsys.stderr.write('not today')\nsys.exit(3)\n"
    template(COOKIECUTTER | {"hooks/post_gen_project.py": hook}, "cookie")
    words, code, said = typed
    refused(hackgen("new", "x", *words, *MINIMAL), code, said)
    nothing(hackgen)


def test_without_the_libraries_one_line_names_the_extra(hackgen, template, monkeypatch):
    theirs = template(COPIER)
    monkeypatch.setattr(foreign, "find_spec", lambda name: None)
    done = hackgen("new", "x", "--template", str(theirs), *MINIMAL)
    refused(done, 1, "copier is not installed; get it with: pip install copier tomlkit")
    nothing(hackgen)


OURS = {"dependencies": ["numpy>=2", "torch>=2"], "optional-dependencies": {"dev": ["pytest"]}}
UNMERGED = ["", "[tool.poetry]\nname = 'x'\n", "[project]\ndynamic = ['dependencies']\n", "["]
UNMERGED += ["[project]\ndependencies = 3\n", "project = 3\n", "project = {name = 'x'}\n"]


@pytest.mark.parametrize("theirs", UNMERGED)
def test_dependencies_that_cannot_be_merged_are_printed(theirs):
    merged, (line,) = with_dependencies(theirs.encode(), OURS)
    assert merged is None and "numpy>=2, torch>=2" in line and "dev: pytest" in line


def test_dependencies_are_added_once_and_nothing_else_changes():
    theirs = '[project]\nname = "x"  # theirs\nrequires-python = ">=3.8"\n\n'
    theirs += '[project.scripts]\na = "b"\n\n[tool.x]\ny = 1\n'
    merged, notes = with_dependencies(theirs.encode(), OURS | {"requires-python": ">=3.11"})
    assert notes == ['pyproject.toml says requires-python = ">=3.8"; hackgen\'s part needs ">=3.11"']
    assert [line for line in theirs.splitlines() if line not in merged.decode().splitlines()] == []
    known = {"name": "x", "requires-python": ">=3.8", "scripts": {"a": "b"}}
    assert tomllib.loads(merged.decode()) == {"project": known | OURS, "tool": {"x": {"y": 1}}}
    assert with_dependencies(merged, OURS | {"requires-python": ">=3.8"}) == (merged, [])
