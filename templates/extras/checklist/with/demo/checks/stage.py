"""The demo on stage: it opens and answers without a network, and has something to show when the model fails."""

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np

import runs
from checks import evidence, git, running
from checks.item import AUTO, HUMAN, Found, Item
from checks.repository import listed
from cli import Fault
from support.wording import words

RECORDED = runs.ROOT / "demo" / "recorded.json"
LEAST_EXAMPLES = 5
START, LONG = 300, 900  # seconds for the page to open, and for the model to answer all examples
CLOSE = 1e-2  # of a number in an answer: processors add in other orders
ELSEWHERE = re.compile(rb"""(?:src|href|url\()\s*=?\s*["']?(https?:)?//(?!localhost|127\.)[\w.-]+""")
ASK = """
import json
from page import source
given = source.live("published", "cpu")
print(json.dumps([[asked, given.ask(asked)] for asked, _ in given.examples]))
"""


def starts_offline() -> Found:
    """The page opens with the network cut off, and names no address of another host."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, (Path(folder) / "said").open("w+b") as said:
        command = [sys.executable, "-u", "demo.py", "--no-browser"]
        away = running.alone(Path(folder))
        demo = subprocess.Popen(command, cwd=runs.ROOT, env=away, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            page = opened(demo, Path(said.name))
        finally:
            demo.terminate()
            demo.wait(20)
    bad = sorted({match.group().decode() for match in ELSEWHERE.finditer(page)})
    return not bad, listed(bad) or words("found_opened", seconds=f"{time.monotonic() - began:.0f}")


def opened(demo: subprocess.Popen, said: Path) -> bytes:
    """The page at the address that the demo prints."""
    until = time.monotonic() + START
    while time.monotonic() < until:
        text = said.read_text(encoding="utf-8", errors="replace")
        if demo.poll() is not None:
            raise Fault(f"python demo.py: {(text.strip() or 'no word').splitlines()[-1]}")
        if address := re.search(r"http://127\.0\.0\.1:\d+/", text):
            try:
                direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
                return direct.open(address[0], timeout=5).read()
            except OSError:
                pass  # not yet
        time.sleep(0.2)
    raise Fault(words("checklist_too_long", command="python demo.py", seconds=START))


def recorded() -> Found:
    """There are recorded answers of the published checkpoint, at least five, and committed."""
    if not RECORDED.is_file():
        return False, words("found_not_recorded")
    examples = content()
    if (
        json.loads(RECORDED.read_text(encoding="utf-8")).get("checkpoint_sha256")
        != evidence.sheet()["checkpoint_sha256"]
    ):
        return False, words("found_recorded_other")
    unsaved = git.unsaved("demo") or [path for path in ("demo/recorded.json",) if path not in git.tracked()]
    return len(examples) >= LEAST_EXAMPLES and not unsaved, listed(unsaved) or words(
        "found_examples", found=len(examples)
    )


def content() -> list[list]:
    """The recorded questions with their answers."""
    try:
        examples = json.loads(RECORDED.read_text(encoding="utf-8"))["examples"]
        return [[entry["question"], entry["answer"]] for entry in examples]
    except FileNotFoundError:
        raise Fault(words("found_not_recorded")) from None
    except (ValueError, KeyError, TypeError) as error:
        raise Fault(words("found_recorded_damaged", why=error)) from None


def same_answers() -> Found:
    """The published model, asked without a network by the way of the page, answers the examples as recorded."""
    before = {json.dumps(asked, sort_keys=True): answer for asked, answer in content()}
    now = json.loads(running.python("-c", ASK, seconds=LONG).splitlines()[-1])
    answered = [(answer, before[key]) for asked, answer in now if (key := json.dumps(asked, sort_keys=True)) in before]
    same = sum(alike(new, old) for new, old in answered)
    return same == len(before) > 0, words("found_same", same=same, all=len(before))


def alike(one: object, other: object) -> bool:
    """Whether two answers, plain JSON, are equal, numbers nearly so."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return bool(np.isclose(one, other, rtol=CLOSE, atol=CLOSE))
    return one == other


ITEMS = [
    Item("demo-offline", "demo", AUTO, True, starts_offline, slow=True),
    Item("demo-recorded", "demo", AUTO, True, recorded),
    Item("demo-answers", "demo", AUTO, False, same_answers, slow=True),
    Item("demo-wrong-input", "demo", HUMAN, False),
    Item("demo-video", "demo", HUMAN, False),
]
