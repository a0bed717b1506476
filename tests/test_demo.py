"""The demo page of every kind of task, in a real browser that can reach nothing but this machine."""

import json
import os
import re
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from projects import generate, run, start

PRETEND = str(Path(__file__).with_name("pretend.py"))
pytestmark = pytest.mark.slow
SECONDS = 600  # for whatever a page is waited for: by then it is not slow but stuck


@dataclass
class Case:
    """What a person does on the page of a task: its name, the words of an answer, and inputs that are refused."""

    task: str
    answered: str  # a selector that is there once there is an answer
    bad: dict[str, str]  # into this field … this text: empty, huge or wrong
    told: str  # what the message says then, for the last of them


CASES = [
    Case("image-classification", "#answer .pictures img", {}, "upload one"),
    Case("image-generation", "#answer .made img", {"Seed": "", "Second seed": "-5"}, "whole number"),
    Case("tabular-classification", "#answer table.marks", {"sepal length (cm)": "wide"}, "is no number"),
    Case("tabular-regression", "#answer .number", {"bmi": "x" * 6000}, "characters"),
    Case("text-classification", "#answer .marked", {"Text": "word " * 9000}, "characters"),
    Case("text-generation", "#answer .message.bot", {"The beginning of a text": "   "}, "There is no text"),
    Case("time-series-forecasting", "#answer img.plot", {"Steps": "100000"}, "number of steps"),
]


@contextmanager
def serving(project: Path, *words: str) -> Iterator[str]:
    """The address of `python demo.py`, which runs as long as the block."""
    output = project.parent / f"{project.name}.output"
    (output / "out").unlink(missing_ok=True)  # what an earlier command printed
    process = start(project, "demo.py", "--no-browser", *words)
    try:
        for _ in range(SECONDS * 10):
            printed = (output / "out").read_text(encoding="utf-8") if (output / "out").is_file() else ""
            if found := re.search(r"http://127\.0\.0\.1:\d+/", printed):
                break
            assert process.is_alive(), (output / "err").read_text(encoding="utf-8")
            time.sleep(0.1)
        yield found[0]
    finally:
        process.terminate()
        process.join()
    errors = (output / "err").read_text(encoding="utf-8")
    assert "Traceback" not in errors, errors


class Page:
    """A page of the browser, and what it asked other hosts for."""

    def __init__(self, browser: Any, address: str) -> None:
        self.address, self.elsewhere, self.complaints, self.served = address, [], [], {}
        self.tab = browser.new_page(viewport={"width": 1280, "height": 800})
        self.tab.set_default_timeout(SECONDS * 1000)
        self.tab.route("**/*", self.guard)
        self.tab.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.on("response", self.note)
        self.tab.goto(address)
        self.tab.wait_for_selector("#example-5")

    def guard(self, route: Any) -> None:
        """Let through what is local; note and stop the rest."""
        url = route.request.url
        if url.startswith((self.address, "data:", "blob:")):
            route.continue_()
        else:
            self.elsewhere.append(url)
            route.abort()

    def note(self, response: Any) -> None:
        """Keep the answers that could name other hosts."""
        if response.headers.get("content-type", "").startswith(("text/html", "text/css", "text/java", "application/j")):
            self.served[response.url] = response

    def hosts(self) -> set[str]:
        """The hosts whose addresses stand in what the page has loaded."""
        texts = [response.text() for url, response in self.served.items() if "/queue/" not in url]
        return {host for text in texts for host in re.findall(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)*)", text)}

    def message(self) -> str:
        """What the page says about an input that it does not answer."""
        return self.tab.wait_for_selector("#message p.alert").inner_text()

    def inaccessible(self) -> list[str]:
        """What axe finds wrong: the rule, and the first element that breaks it."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.tab).response["violations"]
        return [f"{rule['id']} ({rule['impact']}): {rule['nodes'][0]['html'][:200]}" for rule in found]


def generated(folder: Path, **answers: Any) -> Path:
    """A project of the old shape with the demo; test_demo_page.py is about those of the new one."""
    project = generate(folder, extras=("demo",), **answers)
    if (project / "common.py").is_file():
        pytest.skip("of the new shape")
    return project


def made(folder: Path, task: str) -> Path:
    """A project with the demo and a short run."""
    project = generated(folder / task, task=task)
    run(project, "train.py", "--smoke", "--out", "short").ok()
    return project


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.task)
def test_the_page_answers_refuses_and_asks_no_other_host(case: Case, tmp_path: Path, browser: Any) -> None:
    project = made(tmp_path, case.task)
    with serving(project) as address:
        page = Page(browser, address)
        page.tab.click("#example-1")
        page.tab.wait_for_selector(case.answered)
        page.tab.wait_for_timeout(500)  # until nothing fades in any more
        figures = project / "runs" / "short" / "figures"
        figures.mkdir(exist_ok=True)
        page.tab.screenshot(path=figures / "demo.png", full_page=True)
        keep(figures / "demo.png", case.task)
        assert not page.inaccessible()
        for field, text in case.bad.items():
            page.tab.get_by_label(field).first.fill(text)
        page.tab.click("#ask")
        assert case.told in page.message()
        assert not page.elsewhere and not page.complaints
        assert page.hosts() <= {"127.0.0.1", "localhost", "www.w3.org"}  # the last for the names of SVG and XML
        page.tab.close()


def keep(picture: Path, name: str) -> None:
    """Copy a screenshot to the folder that SCREENSHOTS names, for people to look at."""
    if folder := os.environ.get("SCREENSHOTS"):
        shutil.copy(picture, Path(folder) / f"demo-{name}.png")


def test_a_drawing_and_a_file_are_answered(tmp_path: Path, browser: Any) -> None:
    project = made(tmp_path, "image-classification")
    (tmp_path / "no picture.png").write_bytes(b"not a picture")
    with serving(project) as address:
        page = Page(browser, address)
        page.tab.set_input_files("input[type=file]", tmp_path / "no picture.png")
        page.tab.wait_for_selector("text=no picture")
        page.tab.click("#ask")
        assert "cannot be read as a picture" in page.message()
        page.tab.get_by_role("tab", name="Draw").click()
        canvas = page.tab.wait_for_selector("canvas")
        page.tab.wait_for_timeout(1000)  # the canvas takes its size
        page.tab.click("#ask")
        page.tab.wait_for_selector("text=Nothing is drawn yet")
        box = canvas.bounding_box()
        middle, top = box["x"] + box["width"] / 2, box["y"] + box["height"] / 4
        page.tab.mouse.move(middle, top)
        page.tab.mouse.down()
        page.tab.mouse.move(middle, top + box["height"] / 2, steps=8)
        page.tab.mouse.up()
        page.tab.click("#ask")
        page.tab.wait_for_selector("#answer .pictures img")
        assert not page.inaccessible() and not page.elsewhere
        page.tab.close()


def test_recorded_answers_take_over_where_the_checkpoint_cannot_be_read(tmp_path: Path, browser: Any) -> None:
    project = made(tmp_path, "tabular-classification")
    run(project, "demo.py", "--record").ok()
    record = json.loads((project / "demo" / "recorded.json").read_text(encoding="utf-8"))
    assert len(record["examples"]) >= 5 and (project / "demo" / "page.png").stat().st_size > 20_000
    assert "(demo/page.png)" in (project / "README.md").read_text(encoding="utf-8")
    assert rows_of_test(project).isdisjoint(tuple(e["question"]["cells"].values()) for e in record["examples"])
    (project / "runs" / "short" / "best.pt").write_bytes(b"damaged")
    with serving(project, "--port", "7990") as address:
        page = Page(browser, address)
        assert "Recorded answers" in page.tab.inner_text("#recorded") and not page.tab.query_selector("#ask")
        page.tab.click("#example-2")
        page.tab.wait_for_selector("text=recorded earlier")
        assert record["examples"][1]["answer"]["class"] in page.tab.inner_text("#answer")
        with serving_again(project) as other:
            assert other != address
        assert not page.inaccessible() and not page.elsewhere
        page.tab.close()
    shutil.rmtree(project / "demo")
    run(project, "demo.py", "--no-browser").refused(1, "best.pt", "damaged")


def rows_of_test(project: Path) -> set[tuple[str, ...]]:
    """The features of all test rows."""
    code = (
        "import json, data, runs\nfrom config import MODELS\n"
        "test = data.load(runs.located(next(iter(MODELS.values()))())).test\n"
        "print(json.dumps([test.inputs.cells[i] for i in range(len(test))]))"
    )
    (project / "rows.py").write_text(code, encoding="utf-8")
    return {tuple(row) for row in json.loads(run(project, "rows.py").ok().out)}


@contextmanager
def serving_again(project: Path) -> Iterator[str]:
    """The same project's page a second time, on the port that is taken already."""
    copy = project.parent / "copy"
    shutil.copytree(project, copy)
    with serving(copy, "--port", "7990") as address:
        yield address


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere this machine has only one address of its own")
def test_only_share_lan_opens_the_page_to_others(tmp_path: Path) -> None:
    project = generated(tmp_path / "project", task="tabular-classification", lang="zh")
    (project / "demo").mkdir()
    (project / "demo" / "recorded.json").write_text('{"about": "recorded", "examples": []}', encoding="utf-8")
    for words, hosts in (((), {"127.0.0.1"}), (("--share-lan",), {"127.0.0.1", "127.0.0.2"})):
        with serving(project, *words) as address:
            port = int(address.rstrip("/").rpartition(":")[2])
            assert {host for host in ("127.0.0.1", "127.0.0.2") if answers(host, port)} == hosts
            with urlopen(address, timeout=SECONDS) as page:
                assert re.search(rb'<html\s+lang="zh"', page.read())


def answers(host: str, port: int) -> bool:
    """Whether something listens there; each 127.x.x.x is this machine, but only 127.0.0.1 is what localhost means."""
    with socket.socket() as asking:
        return asking.connect_ex((host, port)) == 0


def test_without_a_run_it_says_what_to_do_first(tmp_path: Path) -> None:
    project = generated(tmp_path / "project", task="tabular-classification")
    run(project, "demo.py", "--no-browser").refused(1, "python train.py")
    run(project, "demo.py", "--port", "99999").refused(2, "--port")


def test_the_page_shows_no_score_that_is_of_other_weights(tmp_path: Path) -> None:
    project = generated(tmp_path / "project", task="image-classification")
    run(project, PRETEND, "good", "{}").ok()
    code = (
        "import runs; from page import source; print('said:', (source.scored(runs.RUNS / 'good') or {}).get('model'))"
    )
    assert "said: cnn" in run(project, "-c", code).ok().out
    (project / "runs" / "good" / "best.pt").write_text("of a longer training", encoding="utf-8")
    done = run(project, "-c", code).ok()
    assert "said: None" in done.out and "is not of best.pt beside it" in done.err
