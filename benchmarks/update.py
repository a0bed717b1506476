"""`hackgen update` of a project beside `copier update` of one with the same files and the same changes, in turn.

The templates change in five files; the team has changed two of these, one of them in a way that has to be merged.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent.parent
CHANGED = ["train.py", "data.py", "runs.py", "predict.py", "README.md"]
IDENTITY = ["-c", "user.name=b", "-c", "user.email=b@localhost"]


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *IDENTITY, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def committed(folder: Path, message: str) -> None:
    git(folder, "init", "--quiet")
    git(folder, "add", "--force", "--all")
    git(folder, "commit", "--quiet", "--message", message)


def changed(path: Path) -> None:
    """Another version: a line in the middle of a file differs."""
    lines = path.read_bytes().splitlines(keepends=True)
    lines[len(lines) // 2] = lines[len(lines) // 2].rstrip(b"\n") + b"  \n"
    path.write_bytes(b"".join(lines))


def edited(project: Path) -> None:
    """The work of a team: a line at the end of one file, and another file that only they changed."""
    for name in ("train.py", "net.py"):
        with open(project / name, "a", encoding="utf-8") as file:
            file.write("# ours\n")
    committed(project, "ours")


def of_hackgen(folder: Path) -> tuple[Path, list[str], dict[str, str]]:
    """A project, the command that updates it, and the environment in which hackgen's templates are newer."""
    newer = folder / "newer" / "hackgen"
    shutil.copytree(HERE / "generator", newer)
    shutil.copytree(HERE / "templates", newer / "templates")
    project = folder / "hackgen project"
    new = [sys.executable, "-m", "hackgen", "new", str(project), "--yes", "--author", "b"]
    environment = os.environ | {"PYTHONPATH": str(newer.parent)}
    subprocess.run(new, check=True, stdout=subprocess.DEVNULL, env=environment, cwd=folder)
    for name in CHANGED[:-1]:
        places = [path for path in newer.glob(f"templates/**/{name}") if "image" in str(path) or "base" in str(path)]
        for path in places:
            changed(path)
    changed(newer / "templates" / "base" / "README.d" / "60-results.md")
    edited(project)
    return project, [sys.executable, "-m", "hackgen", "update"], environment


def of_copier(folder: Path, files: dict[str, bytes]) -> tuple[Path, list[str], dict[str, str]]:
    """The same files as a template of copier's in two versions, and a project of the first."""
    template, project = folder / "template", folder / "copier project"
    for path, content in files.items():
        (template / path).parent.mkdir(parents=True, exist_ok=True)
        (template / path).write_bytes(content)
    (template / "copier.yml").write_text("title:\n  type: str\n  default: A title\n", encoding="utf-8")
    answers = "{{ _copier_answers | to_nice_yaml }}"
    (template / "{{ _copier_conf.answers_file }}.jinja").write_text(answers, encoding="utf-8")
    committed(template, "one")
    git(template, "tag", "v1.0.0")
    copy = [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", "--vcs-ref", "v1.0.0"]
    subprocess.run([*copy, str(template), str(project)], check=True)
    committed(project, "scaffold")
    for name in CHANGED:
        changed(template / name)
    committed(template, "two")
    git(template, "tag", "v2.0.0")
    edited(project)
    return project, [sys.executable, "-m", "copier", "update", "--defaults", "--quiet"], dict(os.environ)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kinds = {"hackgen": of_hackgen(folder)}
        scaffold = subprocess.run(
            ["git", "ls-tree", "-r", "--name-only", "-z", "HEAD^"],
            cwd=kinds["hackgen"][0],
            check=True,
            capture_output=True,
        )
        files = {}
        for path in filter(None, scaffold.stdout.decode().split("\0")):
            show = ["git", "show", f"HEAD^:{path}"]
            files[path] = subprocess.run(show, cwd=kinds["hackgen"][0], check=True, capture_output=True).stdout
        kinds["copier"] = of_copier(folder, files)
        print(f"{len(files)} files, {sum(map(len, files.values())):,} bytes; {args.runs} runs of each, in turn")
        times: dict[str, list[float]] = {tool: [] for tool in kinds}
        for number in range(args.runs + 1):  # the first round warms the caches
            for tool, (project, words, environment) in kinds.items():
                place = folder / f"{tool} {number}"
                shutil.copytree(project, place)
                start = time.perf_counter()
                subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=place, env=environment)
                times[tool].append(time.perf_counter() - start)
                text = (place / "train.py").read_bytes()
                assert text.endswith(b"# ours\n") and text.count(b"  \n") > 0, f"{tool} did not merge"
        print("| tool | median s | lowest | highest | hackgen / tool, median of pairs |\n|---|---:|---:|---:|---:|")
        for tool, values in times.items():
            values = values[1:]
            ratio = statistics.median(a / b for a, b in zip(times["hackgen"][1:], values, strict=True))
            print(f"| {tool} | {statistics.median(values):.3f} | {min(values):.3f} | {max(values):.3f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
