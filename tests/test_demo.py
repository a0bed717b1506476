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
from extras_at_work import RECORD
from projects import generate, generate_own, run, start

pytestmark = pytest.mark.slow
SECONDS = 600  # for whatever a page is waited for: by then it is not slow but stuck


@dataclass
class Case:
    """What a person does on the page of a task: inputs that are refused, and what is said then."""

    task: str
    bad: dict[str, str]  # into this field … this text: empty, huge or wrong
    told: str


CASES = [
    Case("image-classification", {}, "no picture yet"),
    Case("image-generation", {"Seed": "", "Second seed": "-5"}, "whole number"),
    Case("tabular-classification", {"sepal length (cm)": "wide"}, "is no number"),
    Case("tabular-regression", {"bmi": "x" * 6000}, "characters"),
    Case("text-classification", {"Text": "word " * 9000}, "characters"),
    Case("text-generation", {"The beginning of a text": "   "}, "There is no text"),
    Case("time-series-forecasting", {"Steps": "100000"}, "number of steps"),
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
        self.address, self.elsewhere, self.complaints = address, [], []
        self.tab = browser.new_page(viewport={"width": 1280, "height": 800})
        self.tab.set_default_timeout(SECONDS * 1000)
        self.tab.route("**/*", self.guard)
        self.tab.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.closed = 0  # streams of answers: the page opens one when it asks, and closes it when all is there
        for ended in ("requestfinished", "requestfailed"):
            self.tab.on(ended, self.count)
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

    def count(self, request: Any) -> None:
        self.closed += "/queue/data" in request.url

    @contextmanager
    def answered(self) -> Iterator[None]:
        """What the block asks for is answered in full at its end: a text that grows too."""
        before = self.closed
        yield
        for _ in range(SECONDS * 10):
            if self.closed > before:
                return
            self.tab.wait_for_timeout(100)
        pytest.fail("no end of the answer")

    def inaccessible(self) -> list[str]:
        """What axe finds wrong: the rule, and the first element that breaks it."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.tab).response["violations"]
        return [f"{rule['id']} ({rule['impact']}): {rule['nodes'][0]['html'][:200]}" for rule in found]


def made(folder: Path, task: str, **answers: Any) -> Path:
    """A project with the demo and a short run."""
    project = generate(folder / task, task=task, extras=("demo",), **answers)
    run(project, "train.py", "--smoke", "--out", "short").ok()
    return project


def told(page: Page) -> str:
    """What the page says about an input that it does not answer."""
    return page.tab.get_by_test_id("toast-text").first.inner_text()


def answer(page: Page) -> str:
    """What the page shows as the answer once it is complete, figures by the ends of their addresses."""
    page.tab.wait_for_function("() => !document.querySelector('#answer .generating, #answer .progress-text')")
    pictures = "Array.from(document.querySelectorAll('#answer img')).map(img => img.src.slice(-200)).join()"
    return re.sub(r"(?m)^(processing.*|queue.*|[\d./]+s)$", "", page.tab.inner_text("#answer")) + page.tab.evaluate(
        pictures
    )


def another(page: Page, before: str) -> None:
    """Wait until the page shows another answer."""
    for _ in range(SECONDS * 5):
        if answer(page) != before:
            return
        page.tab.wait_for_timeout(200)
    pytest.fail("the answer stayed the same")


def keep(picture: Path, name: str) -> None:
    """Copy a screenshot to the folder that SCREENSHOTS names, for people to look at."""
    if folder := os.environ.get("SCREENSHOTS"):
        shutil.copy(picture, Path(folder) / f"demo-{name}.png")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.task)
def test_the_page_answers_refuses_and_asks_no_other_host(case: Case, tmp_path: Path, browser: Any) -> None:
    project = made(tmp_path, case.task)
    with serving(project) as address:
        page = Page(browser, address)
        first = answer(page)
        with page.answered():
            page.tab.click("#example-2")
        another(page, first)
        second = answer(page)
        page.tab.focus("#example-1")
        with page.answered():
            page.tab.keyboard.press("Enter")
        another(page, second)
        page.tab.wait_for_timeout(500)  # until nothing fades in any more
        page.tab.screenshot(path=tmp_path / "demo.png", full_page=True)
        keep(tmp_path / "demo.png", case.task)
        assert not page.inaccessible()
        for field, text in case.bad.items():
            page.tab.get_by_label(field).first.fill(text)
        page.tab.click("#ask")
        assert case.told in told(page)
        assert not page.elsewhere and not page.complaints
        assert "security" in page.tab.evaluate(REACH).lower() and not page.elsewhere
        page.tab.set_viewport_size({"width": 1000, "height": 800})
        page.tab.reload()  # a table measures its columns once
        answer(page)
        page.tab.wait_for_timeout(500)
        assert not page.tab.evaluate(CUT)
        page.tab.set_viewport_size({"width": 390, "height": 800})
        assert page.tab.evaluate("document.documentElement.scrollWidth") <= 390
        page.tab.close()


# Whether a cell of a table lies where nobody sees it.
CUT = """() => [...document.querySelectorAll(".virtual-row span")].some(
    cell => cell.getBoundingClientRect().right > cell.closest(".virtual-table-viewport").getBoundingClientRect().right
)"""
# Whether a script of the page could reach another host: the browser itself must refuse it.
REACH = """() => new Promise(done => {
    document.addEventListener('securitypolicyviolation', event => done('security: ' + event.blockedURI));
    fetch('http://192.0.2.1/').then(() => done('reached'), () => setTimeout(() => done('tried'), 2000));
})"""


def test_a_drawing_and_a_file_are_answered(tmp_path: Path, browser: Any) -> None:
    project = made(tmp_path, "image-classification")
    (tmp_path / "no picture.png").write_bytes(b"not a picture")
    with serving(project) as address:
        page = Page(browser, address)
        page.tab.set_input_files("input[type=file]", tmp_path / "no picture.png")
        page.tab.wait_for_selector("text=no picture")
        page.tab.click("#ask")
        assert "cannot be read as a picture" in told(page)
        page.tab.get_by_label("Clear", exact=True).first.click()
        page.tab.get_by_label("Brush").first.click()
        before, box = answer(page), page.tab.wait_for_selector("canvas").bounding_box()
        middle, top = box["x"] + box["width"] / 2, box["y"] + box["height"] / 4
        page.tab.mouse.move(middle, top)
        page.tab.mouse.down()
        page.tab.mouse.move(middle, top + box["height"] / 2, steps=8)
        page.tab.mouse.up()
        for _ in range(SECONDS * 5):
            page.tab.click("#ask")  # nothing tells when the drawing was sent, so it is asked about until it was
            page.tab.wait_for_timeout(200)
            if "In the data" not in page.tab.inner_text("#answer"):
                break
        assert answer(page) != before and not page.elsewhere and not page.complaints
        page.tab.close()


def test_recorded_answers_take_over_where_the_checkpoint_cannot_be_read(tmp_path: Path, browser: Any) -> None:
    project = made(tmp_path, "image-classification")
    run(project, "demo.py", "--record").ok()
    record = json.loads((project / "demo" / "recorded.json").read_text(encoding="utf-8"))
    assert {"run", "checkpoint_sha256", "data_sha256"} < record.keys()
    chances = [round(100 * sum(example["answer"]["chances"].values()), 9) for example in record["examples"]]
    assert max(chances) <= 100 and not any(chance % 1 for chance in chances)  # as they are shown, in whole percents
    assert len(record["examples"]) >= 5 and (project / "demo" / "page.png").stat().st_size > 20_000
    assert "`page.png`" in (project / "README.md").read_text(encoding="utf-8")
    (project / "runs" / "short" / "best.pt").write_bytes(b"damaged")
    with serving(project, "--port", "7990") as address:
        page = Page(browser, address)
        assert "Recorded answers" in page.tab.inner_text("#about") and not page.tab.is_visible("#ask")
        first = answer(page)
        page.tab.click("#example-2")
        another(page, first)
        assert next(iter(record["examples"][1]["answer"]["chances"])) in page.tab.inner_text("#answer")
        with serving_again(project) as other:
            assert other != address
        assert not page.inaccessible() and not page.elsewhere
        page.tab.close()
    shutil.rmtree(project / "demo")
    run(project, "demo.py", "--no-browser").refused(1, "best.pt", "damaged")


@contextmanager
def serving_again(project: Path) -> Iterator[str]:
    """The same project's page a second time, on the port that is taken already."""
    copy = project.parent / "copy"
    shutil.copytree(project, copy)
    with serving(copy, "--port", "7990") as address:
        yield address


def test_examples_are_none_of_the_test_rows(tmp_path: Path) -> None:
    """Nor of train: they are drawn from valid, whatever the task."""
    for task in ("image-classification", "text-classification", "tabular-classification"):
        project = made(tmp_path, task)
        code = (
            "import json, data, demo_page, runs; run, config, meta, _ = runs.find(None); found = data.load(config)\n"
            "print(json.dumps([demo_page.examples(split, config, meta, len(split.ids)) for split in found[1:3]]))"
        )
        valid, test = json.loads(run(project, "-c", code).ok().out.splitlines()[-1])
        run(project, "-c", RECORD).ok()
        record = json.loads((project / "demo" / "recorded.json").read_text(encoding="utf-8"))
        questions = [example["question"] for example in record["examples"]]
        assert all(question in valid and question not in test for question in questions)


def test_examples_of_a_table_hold_the_cells_of_their_rows(tmp_path: Path) -> None:
    """As they are written there: dates and texts too, and empty where nothing is known."""
    rows = [
        f"{'' if i % 4 == 1 else i},2024-{1 + i % 12:02d}-0{1 + i % 9},{'yes' if i % 3 else 'no'}" for i in range(90)
    ]
    table = tmp_path / "visits.csv"
    table.write_text("\n".join(["size,day,again", *rows]) + "\n", encoding="utf-8")
    project = generate_own(tmp_path / "own", table, target="again", extras=("demo",))
    code = (
        "import json, common, data, demo_page; config = common.configured({}); found = data.load(config)\n"
        "print(json.dumps(demo_page.examples(found.valid, config, found.meta, 12)))"
    )
    shown = json.loads(run(project, "-c", code).ok().out.splitlines()[-1])
    assert len(shown) == 12 and {",".join([*one["cells"].values(), one["truth"]]) for one in shown} < set(rows)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere this machine has only one address of its own")
def test_only_share_lan_opens_the_page_to_others(tmp_path: Path, browser: Any) -> None:
    project = made(tmp_path, "image-classification", lang="zh")
    for words, hosts in (((), {"127.0.0.1"}), (("--share-lan",), {"127.0.0.1", "127.0.0.2"})):
        with serving(project, *words) as address:
            port = int(address.rstrip("/").rpartition(":")[2])
            assert {host for host in ("127.0.0.1", "127.0.0.2") if answers(host, port)} == hosts
            with urlopen(address, timeout=SECONDS) as page:
                assert page.status == 200
            page = Page(browser, address)
            page.tab.wait_for_selector("html[lang=zh]")
            assert re.search("[\u4e00-\u9fff]", page.tab.inner_text("#ask"))
            page.tab.close()


def answers(host: str, port: int) -> bool:
    """Whether something listens there; each 127.x.x.x is this machine, but only 127.0.0.1 is what localhost means."""
    with socket.socket() as asking:
        return asking.connect_ex((host, port)) == 0


def test_without_a_run_it_says_what_to_do_first(tmp_path: Path) -> None:
    project = generate(tmp_path / "project", task="image-classification", extras=("demo",))
    run(project, "demo.py", "--no-browser").refused(1, "python train.py")
    run(project, "demo.py", "--port", "99999").refused(2, "--port")


def test_the_page_shows_no_score_that_is_of_other_weights(tmp_path: Path) -> None:
    project = made(tmp_path, "image-classification")
    run(project, "evaluate.py").ok()
    code = (
        "import argparse, os, demo; os.environ['GRADIO_TEMP_DIR'] = '.'; import demo_page\n"
        "args = argparse.Namespace(run=None, device=None, record=False)\n"
        "print('said:', demo.best_there_is(args, demo_page).about.splitlines()[0])"
    )
    assert "said: accuracy on" in run(project, "-c", code).ok().out
    report = project / "runs" / "short" / "report.json"
    report.write_text(report.read_text(encoding="utf-8").replace('"checkpoint_sha256": "', '"checkpoint_sha256": "0'))
    assert "said: cnn, a smoke run" in run(project, "-c", code).ok().out
