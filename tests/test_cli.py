"""The commands as people and scripts meet them: what is asked, written, committed, refused, and how it ends."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import contents, refused
from hackgen import __version__
from hackgen.cli import cli
from hackgen.making.choice import OF_DATA
from hackgen.making.language import languages
from hackgen.parts import TEMPLATES

HEAVY = [
    "pandas",
    "numpy",
    "torch",
    "copier",
    "cookiecutter",
    "questionary",
    "prompt_toolkit",
    "rich",
    "duckdb",
    "PIL",
    "pptx",
]


NEXT = ["train.py", "evaluate.py", "predict.py", "check.py"]


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, encoding="utf-8"
    ).stdout.strip()


def test_new_writes_a_project_and_ends_with_the_next_commands_in_order(hackgen_process):
    done = hackgen_process("new", "iris-demo", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    where, *commands, _ = done.stdout.splitlines()  # the last line says which extras were left out
    assert where == f"{hackgen_process.work / 'iris-demo'}: image-classification with pytorch (cnn)"
    assert commands[:2] == ["  cd iris-demo", "  pip install -e . -c constraints.txt"]
    assert [line.partition("#")[0].split()[1] for line in commands[2:]] == NEXT
    assert 'title = "Iris demo"' in (hackgen_process.work / "iris-demo" / ".hackgen.toml").read_text(encoding="utf-8")
    assert os.listdir(hackgen_process.work) == ["iris-demo"]


def test_without_a_terminal_nothing_is_asked_and_the_folder_is_named_after_the_task(hackgen):
    assert hackgen("new", "--no-git").returncode == 0
    assert (hackgen.work / "image-classification" / "train.py").exists()


def test_dot_generates_into_the_current_folder(hackgen):
    (hackgen.work / "notes.txt").write_text("mine")
    done = hackgen("new", ".", "--yes", "--title", "Here")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1] == "  pip install -e . -c constraints.txt"
    assert done.stdout.count("\n  python ") == len(NEXT)
    assert (hackgen.work / "notes.txt").read_text() == "mine"
    assert git(hackgen.work, "status", "--short") == "?? notes.txt"
    assert not [name for name in os.listdir(hackgen.work) if name.startswith(".hackgen-")]


def test_dot_refuses_when_something_collides_and_touches_nothing(hackgen):
    (hackgen.work / "train.py").write_text("mine")
    (hackgen.work / "models").write_text("a file where a folder must be")
    refused(hackgen("new", ".", "--yes"), 1, "train.py", "models", "nothing was written")
    assert sorted(os.listdir(hackgen.work)) == ["models", "train.py"]


def test_dot_over_a_project_is_refused(hackgen):
    assert hackgen("new", ".", "--yes", "--no-git").returncode == 0
    before = contents(hackgen.work)
    refused(hackgen("new", ".", "--yes"), 1, ".hackgen.toml")
    assert contents(hackgen.work) == before


def test_an_empty_folder_is_filled_and_an_occupied_one_refused(hackgen):
    (hackgen.work / "a").mkdir()
    assert hackgen("new", "a", "--yes").returncode == 0
    refused(hackgen("new", "a", "--yes"), 1, "a is not empty", "(it has .git, ", "(+")


def test_a_file_at_dest_and_a_file_above_it_are_refused(hackgen):
    (hackgen.work / "a").write_text("file")
    refused(hackgen("new", "a", "--yes"), 1, "a exists and is not a folder")
    refused(hackgen("new", "a/b", "--yes"), 1, "cannot write")


def test_missing_parents_are_made(hackgen):
    assert hackgen("new", "x/y/z", "--yes", "--no-git").returncode == 0
    assert (hackgen.work / "x/y/z/train.py").exists()


def test_a_link_to_an_empty_folder_is_followed(hackgen):
    (hackgen.work / "real").mkdir()
    (hackgen.work / "link").symlink_to("real")
    assert hackgen("new", "link", "--yes", "--no-git").returncode == 0
    assert (hackgen.work / "link").is_symlink() and (hackgen.work / "real/train.py").exists()


@pytest.mark.parametrize(
    "name", ["CON", "nul.txt", "com1", "a.", "a ", "a:b", "what?", "a<b", "", "  ", "a\nb", "x" * 300]
)
def test_a_folder_that_some_system_cannot_have_is_refused(hackgen, name):
    done = hackgen("new", name, "--yes")
    refused(done, 1 if len(name) == 300 else 2)
    assert os.listdir(hackgen.work) == []


@pytest.mark.parametrize("name", ["it's here", "-x", "$HOME", "a;b", "übung", "日本"])
def test_the_cd_line_can_be_pasted(hackgen, name):
    done = hackgen("new", "--yes", "--no-git", "--", name)
    assert done.returncode == 0, done.stderr
    cd = done.stdout.splitlines()[1].strip()
    if os.name == "posix":
        subprocess.run(["sh", "-c", f"{cd} && test -f train.py"], cwd=hackgen.work, check=True)


def test_dry_run_shows_the_tree_and_writes_nothing(hackgen):
    done = hackgen("new", "demo", "--dry-run", "--model", "cnn")
    assert done.returncode == 0
    assert done.stdout.startswith("demo/\n") and "\n  models/\n" in done.stdout and "cnn.py" in done.stdout
    assert "bytes; nothing was written" in done.stdout.splitlines()[-1]
    assert os.listdir(hackgen.work) == []


def test_same_answers_same_bytes_whatever_the_folder_is_called(hackgen):
    flags = ["--model", "cnn", "--model", "mlp", "--title", "Ä \"q\" 'r' {{x}}", "--author", "A", "--event", "E"]
    assert hackgen("new", "one", "--no-git", *flags).returncode == 0
    for other in ("two", "deep/three"):
        assert hackgen("new", other, "--answers", "one/.hackgen.toml", "--no-git").returncode == 0
        assert contents(hackgen.work / other) == contents(hackgen.work / "one")


def test_flags_override_answers(hackgen):
    assert hackgen("new", "one", "--title", "One", "--event", "E", "--no-git").returncode == 0
    done = hackgen("new", "two", "--answers", "one/.hackgen.toml", "--event", "", "--model", "mlp", "--no-git")
    assert done.returncode == 0
    recorded = (hackgen.work / "two/.hackgen.toml").read_text(encoding="utf-8")
    assert 'title = "One"' in recorded and 'event = ""' in recorded and 'models = ["mlp"]' in recorded


@pytest.mark.parametrize(
    ("text", "code", "mentioned"),
    [
        ("", 2, "no table [answers]"),
        ("a = ", 1, "not valid TOML"),
        ("b'\\xff'", 1, "not UTF-8"),
        ('[answers]\ntask = "nope"\n', 2, 'no task "nope"'),
        ('[answers]\ntaks = "x"\n', 2, 'unknown answer "taks"; did you mean "task"?'),
        ("[answers]\ntitle = 3\n", 2, 'answer "title" must be text'),
        ('[answers]\nmodels = "cnn"\n', 2, 'answer "models" must be a list of names'),
        ('[answers]\ntitle = "a\\nb"\n', 2, "the title must be one line of text"),
        ("[other]\n", 2, 'unknown entry "other"'),
    ],
)
def test_a_bad_answers_file_gets_one_line(hackgen, text, code, mentioned):
    (hackgen.work / "a.toml").write_bytes(b"\xff" if text.startswith("b'") else text.encode())
    refused(hackgen("new", "x", "--answers", "a.toml"), code, mentioned)
    assert os.listdir(hackgen.work) == ["a.toml"]


def test_a_missing_answers_file_or_a_folder_gets_one_line(hackgen):
    refused(hackgen("new", "x", "--answers", "none.toml"), 1, "none.toml does not exist")
    refused(hackgen("new", "x", "--answers", "."), 1, "cannot be read")


@pytest.mark.parametrize(
    ("flags", "code", "mentioned"),
    [
        (["--task", "image-clasification"], 2, 'no task "image-clasification"; did you mean "image-classification"?'),
        (["--model", "cn"], 2, 'did you mean "cnn"?'),
        (["--framework", "pytroch"], 2, 'did you mean "pytorch"?'),
        (["--data", "no/such"], 1, "no/such does not exist"),
        (["--target", "label", "--task", "text-generation"], 2, "--target means nothing to text-generation"),
        (["--backend", "jax"], 2, "pytorch has no backends"),
        (["--framework", "tensorflow", "--backend", "jax"], 2, "computes with tensorflow, not with jax"),
        (["--hours", "24"], 2, "--hours is for the extra kickoff"),
        (["--titel", "x"], 2, "--titel"),
        (["--title"], 2, "--title"),
        (["--title", "a\nb"], 2, "the title must be one line of text; it holds the character U+000A"),
        (["--author", "a\u2028b"], 2, "the author must be one line"),
        (["--event", "x" * 1001], 2, "the event must be at most 1000 characters"),
        (["extra"], 2, "extra"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(hackgen, flags, code, mentioned):
    refused(hackgen("new", "x", *flags), code, mentioned)
    assert os.listdir(hackgen.work) == []


IDLE = [option for option in cli.commands["new"].params if option.name in OF_DATA]


@pytest.mark.parametrize("option", IDLE, ids=lambda option: option.name)
@pytest.mark.parametrize("task", ["tabular-classification", "time-series-forecasting", "image-classification"])
def test_flags_about_data_are_refused_without_data(hackgen, option, task):
    words = [] if option.is_flag else ["30"]
    for flag in [*option.opts, *option.secondary_opts]:
        refused(hackgen("new", "x", "--task", task, flag, *words), 2, flag)
    assert len(IDLE) == len(OF_DATA) and os.listdir(hackgen.work) == []


@pytest.mark.parametrize("flags", [["--target", "x"], ["--group", "x"], ["--time", "x"], ["--size", "30"]])
def test_flags_that_say_nothing_about_the_data_at_hand_are_refused(hackgen, flags):
    """A story has no columns and no pixels, and folders of texts have only a class each."""
    (hackgen.work / "story.txt").write_text("Once upon a time there was a house. " * 200, encoding="utf-8")
    for label in ("good", "bad"):
        (hackgen.work / "texts" / label).mkdir(parents=True)
        for number in range(12):
            (hackgen.work / "texts" / label / f"{number}.txt").write_text(f"{label} word {number}", encoding="utf-8")
    for data in ("story.txt", "texts"):
        refused(hackgen("new", "x", "--data", data, *flags), 2, flags[0])
    if flags[0] == "--target":
        refused(hackgen("inspect", "story.txt", *flags), 2, "has no columns")
        refused(hackgen("convert", "texts", "y", *flags), 2, "has no columns")
    assert sorted(os.listdir(hackgen.work)) == ["story.txt", "texts"]


def test_bytes_that_are_no_text_are_refused(hackgen_process):
    if os.name == "posix":
        refused(hackgen_process("new", "x", "--title", b"\xff"), 2, "U+DCFF")
        refused(hackgen_process("new", b"\xff"), 2, "the folder's name")


def test_list_json_has_one_object_for_each_project(hackgen):
    rows = json.loads(hackgen("list", "--json").stdout)
    assert all(set(row) == {"task", "framework", "backend", "model", "kind", "metric", "sample"} for row in rows)
    assert {"task": "image-classification", "framework": "pytorch", "backend": None, "model": "cnn"}.items() <= {
        key: row[key]
        for row in rows
        if (row["task"], row["framework"], row["model"]) == ("image-classification", "pytorch", "cnn")
        for key in row
    }.items()


def test_list_shows_a_table(hackgen):
    done = hackgen("list")
    assert done.returncode == 0 and "image-classification" in done.stdout and "cnn" in done.stdout


@pytest.mark.parametrize("flags", [[], ["--help"], ["new", "--help"], ["list", "--help"], ["--version"]])
def test_help(hackgen, flags):
    done = hackgen(*flags)
    assert (done.returncode, done.stderr) == (0, "") and ("Usage" in done.stdout or __version__ in done.stdout)


def test_an_event_begins_with_its_plan(hackgen):
    assert "KICKOFF.md" not in hackgen("new", "x", "--yes").stdout
    done = hackgen("new", "y", "--yes", "--event", "Night")
    assert done.stdout.splitlines()[-1].split()[0] == "KICKOFF.md" and (hackgen.work / "y/KICKOFF.md").is_file()


def test_help_groups_the_commands_and_names_each(hackgen):
    sections = re.findall(r"^(\w[\w ]*):\n((?:  .*\n)+)", hackgen("--help").stdout, re.MULTILINE)
    listed = {title: re.findall(r"^  ([a-z]+) ", rows, re.MULTILINE) for title, rows in sections if title != "Options"}
    assert list(listed) == ["Make a project", "Look at data", "Change a project", "Teach a course", "Work on a project"]
    assert listed["Make a project"] == ["new", "list", "export"] and "inspect" in listed["Look at data"]
    assert sorted(name for names in listed.values() for name in names) == sorted(cli.commands)


COMPLETED = {
    "new --task text-": ["text-classification", "text-generation"],
    "new --task image-generation --model ": ["gan"],
    "new --task text-generation --framework jax --model l": ["lstm"],
    "new --framework k": ["keras"],
    "new --backend ": ["tensorflow", "jax", "torch"],
    "new --framework pytorch --backend ": [],
    "new --with demo,sl": ["demo,slides"],
    "new --without demo,de": [],
    "new --lang ": languages(TEMPLATES),
    "new --hours ": ["24", "36", "48", "168"],
    "export x --to c": ["copier", "cookiecutter"],
    "export x --task text-generation --model l": ["lstm"],
    "pro": ["provenance"],
    "add mo": ["model"],
    "add model ls": ["lstm"],
    "add de": ["demo"],
    "remove ki": ["kickoff"],
    "switch --framework j": ["jax"],
}


@pytest.mark.parametrize("words", COMPLETED)
def test_a_shell_completes_names(hackgen, words):
    typed = f"hackgen {words}"
    asked = {"_HACKGEN_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    done = hackgen(env=asked)
    assert done.returncode == 0 and done.stdout.split() == [f"plain,{name}" for name in COMPLETED[words]]


def test_nothing_heavy_is_imported(hackgen):
    code = f"""
import sys
from hackgen.__main__ import main
for words in (["--help"], ["new", "--help"], ["new", "x", "--yes", "--no-git"]):
    sys.argv = ["hackgen", *words]
    try:
        main()
    except SystemExit as end:
        print(words, end.code or 0, sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=hackgen.work, capture_output=True, encoding="utf-8")
    ended = done.stderr.splitlines()
    assert len(ended) == 3 and all(line.endswith("] 0 []") for line in ended), done.stderr
    assert (hackgen.work / "x").is_dir()


def test_a_terminal_that_lacks_characters_does_not_end_the_program(hackgen_process):
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    assert hackgen_process("list", env=ascii_only).returncode == 0
    assert hackgen_process("new", "日本", "--yes", "--no-git", env=ascii_only).returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="closes streams by a shell of POSIX")
@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_end_the_program(hackgen, alone, closed):
    command = f"{sys.executable} -m hackgen new x --yes {closed}"
    done = subprocess.run(command, shell=True, cwd=hackgen.work, env=alone, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "") and (hackgen.work / "x/.git").is_dir()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
def test_output_that_cannot_be_written_is_one_line(hackgen, alone):
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "hackgen", "list", "--json"]
        done = subprocess.run(command, env=alone, stdout=full, stderr=subprocess.PIPE, encoding="utf-8")
    refused(done, 1, "No space left on device")


@pytest.mark.skipif(os.name != "posix", reason="elsewhere names of files are Unicode in any locale")
def test_a_locale_of_ascii_alone_reads_names_as_they_are(hackgen_process):
    place = hackgen_process.work / "Käse 日本"
    place.mkdir()
    (place / "größe.csv").write_text("a,b\n" + "1,x\n2,y\n" * 30, encoding="utf-8")
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = hackgen_process("new", "übung", "--data", "größe.csv", "--no-copy", "--no-git", env=ascii_only, cwd=place)
    assert (done.returncode, done.stderr) == (0, "") and "Käse 日本/übung" in done.stdout
    assert 'title = "Übung"' in (place / "übung/.hackgen.toml").read_text(encoding="utf-8")
    assert str(place / "größe.csv") in (place / "übung/data/location.txt").read_text(encoding="utf-8")


# The scaffold's commit


def test_the_scaffold_is_one_labelled_commit(hackgen):
    assert hackgen("new", "x", "--model", "cnn", "--model", "mlp").returncode == 0
    folder = hackgen.work / "x"
    assert git(folder, "log", "--format=%an <%ae> %D") == "hackgen <hackgen@localhost> HEAD -> main"
    assert git(folder, "log", "--format=%B").splitlines() == [
        "Scaffold: image-classification with pytorch (cnn, mlp)",
        "",
        f"Hackgen-Version: {__version__}",
        "Hackgen-Choice: image-classification/pytorch/cnn+mlp",
    ]
    assert git(folder, "log", "--format=%(trailers:key=Hackgen-Choice,valueonly)").strip().endswith("cnn+mlp")
    assert git(folder, "status", "--porcelain", "--ignored") == ""
    assert set(git(folder, "ls-files").splitlines()) == set(contents(folder))


def test_the_configured_identity_is_used_and_is_the_author(hackgen, alone):
    Path(alone["HOME"], ".gitconfig").write_text('[user]\nname = "Ada Ö"\nemail = ada@example.org\n', encoding="utf-8")
    assert hackgen("new", "x").returncode == 0
    assert git(hackgen.work / "x", "log", "--format=%an <%ae>") == "Ada Ö <ada@example.org>"
    assert 'author = "Ada Ö"' in (hackgen.work / "x/.hackgen.toml").read_text(encoding="utf-8")


HOSTILE_CONFIG = """
[core]
    hooksPath = {hooks}
    autocrlf = true
    excludesFile = {home}/ignored
    attributesFile = {home}/attributes
[init]
    templateDir = {home}/template
    defaultBranch = trunk
[commit]
    gpgSign = true
    template = {home}/missing
[filter "spoil"]
    clean = tr a-z A-Z
[user]
    signingKey = nonsense
"""


@pytest.mark.skipif(os.name != "posix", reason="the hooks are shell scripts")
def test_nothing_that_the_users_git_is_set_up_to_do_happens(hackgen, alone):
    home = Path(alone["HOME"])
    for hooks in (home / "hooks", home / "template/hooks"):
        hooks.mkdir(parents=True)
        for hook in ("pre-commit", "commit-msg", "post-commit", "prepare-commit-msg", "reference-transaction"):
            (hooks / hook).write_text(f"#!/bin/sh\ntouch {home}/hook-ran\nexit 1\n")
            (hooks / hook).chmod(0o755)
    (home / "ignored").write_text("*.py\n")
    (home / "attributes").write_text("* filter=spoil\n")
    (home / "git").mkdir()  # what $XDG_CONFIG_HOME holds is read without being named
    (home / "git/ignore").write_text("*.toml\n")
    (home / "git/attributes").write_text("* filter=spoil\n")
    (home / ".gitconfig").write_text(HOSTILE_CONFIG.format(home=home, hooks=home / "hooks"))
    done = hackgen("new", "x")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (home / "hook-ran").exists()
    folder = hackgen.work / "x"
    assert set(git(folder, "ls-files").splitlines()) == set(contents(folder))
    assert git(folder, "show", "HEAD:train.py") == (folder / "train.py").read_text(encoding="utf-8").strip()
    assert git(folder, "branch", "--show-current") == "main"


def test_a_broken_git_setup_does_not_matter(hackgen, alone):
    Path(alone["HOME"], ".gitconfig").write_text("[broken\n")
    done = hackgen("new", "x")
    assert (done.returncode, done.stderr) == (0, "")
    assert (hackgen.work / "x/.git").is_dir()


def test_variables_that_point_git_elsewhere_are_ignored(hackgen, tmp_path):
    subprocess.run(["git", "init", "--quiet", "other"], cwd=tmp_path, check=True)
    elsewhere = {
        "GIT_DIR": str(tmp_path / "other/.git"),
        "GIT_WORK_TREE": str(tmp_path / "other"),
        "GIT_INDEX_FILE": str(tmp_path / "other/.git/index"),
        "GIT_OBJECT_DIRECTORY": str(tmp_path / "objects"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.bare",
        "GIT_CONFIG_VALUE_0": "true",
    }
    done = hackgen("new", "x", env=elsewhere)
    assert (done.returncode, done.stderr) == (0, "")
    assert git(hackgen.work / "x", "rev-list", "--count", "HEAD") == "1"
    assert not list((tmp_path / "other/.git").glob("objects/??"))


def test_inside_a_repository_no_second_one_is_made(hackgen):
    subprocess.run(["git", "init", "--quiet"], cwd=hackgen.work, check=True)
    assert hackgen("new", "x").returncode == 0
    assert not (hackgen.work / "x/.git").exists()
    assert hackgen("new", ".").returncode == 0
    assert "nothing" not in git(hackgen.work, "status", "--porcelain") and git(hackgen.work, "rev-list", "--all") == ""


def test_no_git_makes_no_repository(hackgen):
    assert hackgen("new", "x", "--no-git").returncode == 0
    assert not (hackgen.work / "x/.git").exists()


def test_without_git_the_project_is_written_with_a_note(hackgen, tmp_path):
    done = hackgen("new", "x", env={"PATH": str(tmp_path)})
    assert done.returncode == 0 and (hackgen.work / "x/train.py").exists()
    assert done.stderr == "hackgen: no commit was made: git is not installed; install it\n"


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for git is a shell script")
def test_a_git_that_fails_leaves_the_project_and_no_half_repository(hackgen, tmp_path):
    stand_in = tmp_path / "bin/git"
    stand_in.parent.mkdir()
    real = shutil.which("git")
    stand_in.write_text(f'#!/bin/sh\ncase "$*" in *commit*) echo "fatal: no" >&2; exit 128;; esac\nexec {real} "$@"\n')
    stand_in.chmod(0o755)
    done = hackgen("new", "x", env={"PATH": f"{stand_in.parent}:{os.environ['PATH']}"})
    assert done.returncode == 0 and (hackgen.work / "x/train.py").exists()
    assert done.stderr == "hackgen: no commit was made: git init failed: fatal: no\n"
    assert not (hackgen.work / "x/.git").exists()
