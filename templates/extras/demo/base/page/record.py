"""Keep the examples with their answers in demo/, so that the page has something to show whatever happens."""

import runs
from cli import Fault
from engine import checkpoint
from page import screenshot
from page.source import RECORDED, Source
from support import marked

START, END = "<!-- demo: refreshed by demo.py --record -->", "<!-- end of demo -->"


def write(source: Source) -> None:
    """Write demo/recorded.json and, where a browser is found, demo/page.png, which README.md then shows."""
    runs.write_json(
        RECORDED,
        {
            "about": source.about,
            "run": source.run.name,
            "checkpoint_sha256": runs.sha256(checkpoint.best_file(source.run)),
            "data_sha256": source.meta["data"]["sha256"],
            "examples": [{"question": asked, "answer": source.ask(asked)} for asked, _ in source.examples],
        },
    )
    print(f"{len(source.examples)} examples with their answers are in {RECORDED.parent.name}/; commit it")
    picture = RECORDED.with_name("page.png")
    if screenshot.take(source, picture):
        line = f"![The demo page with an example answered]({picture.relative_to(runs.ROOT).as_posix()})"
        said = f"{picture.parent.name}/{picture.name} shows the page; "
        try:
            marked.replace(runs.ROOT / "README.md", START, END, line)
            print(f"{said}README.md does too")
        except Fault as fault:  # the section was taken out, perhaps on purpose
            print(f"{said}{fault}")
    else:
        print("no Chrome, Chromium or Edge was found, so there is no picture of the page")
