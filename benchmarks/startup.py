"""`hackgen new --yes --no-git` beside cookiecutter and copier rendering a tree of as many files and bytes, in turn."""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def twin(project: Path, folder: Path) -> tuple[Path, Path]:
    """The project as a cookiecutter and as a copier template: the same bytes, the title a variable where it stands."""
    cookie, copy = folder / "cookie", folder / "copier"
    for path in (p for p in project.rglob("*") if p.is_file()):
        inside = path.relative_to(project)
        content = path.read_bytes()
        text = "" if b"\0" in content else content.decode("utf-8")
        for root, variable in ((cookie / "{{cookiecutter.name}}", "cookiecutter.title"), (copy, "title")):
            raw = "{% raw %}" + text + "{% endraw %}" if "{{" in text or "{%" in text or "{#" in text else text
            if "Benchmark title" in text:
                raw = text.replace("${{", "{{ '${{' }}").replace("Benchmark title", "{{ " + variable + " }}")
            target = root / inside if root != copy or not text else (root / inside).with_name(inside.name + ".jinja")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(raw.encode() if text else content)
    (cookie / "cookiecutter.json").write_text('{"name": "p", "title": "Benchmark title"}', encoding="utf-8")
    (copy / "copier.yml").write_text("title:\n  type: str\n  default: Benchmark title\n", encoding="utf-8")
    return cookie, copy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    args = parser.parse_args()
    binaries = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out = folder / "out"
        new = [str(binaries / "hackgen"), "new", str(out), "--yes", "--no-git", "--title", "Benchmark title"]
        subprocess.run(new, check=True, stdout=subprocess.DEVNULL)
        files = [p for p in out.rglob("*") if p.is_file()]
        print(f"{len(files)} files, {sum(p.stat().st_size for p in files):,} bytes; {args.runs} runs of each, in turn")
        cookie, copy = twin(out, folder)
        commands = {
            "hackgen": new,
            "cookiecutter": [str(binaries / "cookiecutter"), "--no-input", "-o", str(out), str(cookie)],
            "copier": [str(binaries / "copier"), "copy", "--defaults", "--quiet", str(copy), str(out)],
        }
        times: dict[str, list[float]] = {tool: [] for tool in commands}
        for _ in range(args.runs + 1):  # the first round warms the caches
            for tool, words in commands.items():
                shutil.rmtree(out, ignore_errors=True)
                start = time.perf_counter()
                subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                times[tool].append(time.perf_counter() - start)
        print("| tool | median s | lowest | highest | hackgen / tool, median of pairs |\n|---|---:|---:|---:|---:|")
        for tool, values in times.items():
            values = values[1:]
            ratio = statistics.median(a / b for a, b in zip(times["hackgen"][1:], values, strict=True))
            print(f"| {tool} | {statistics.median(values):.3f} | {min(values):.3f} | {max(values):.3f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
