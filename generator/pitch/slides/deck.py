"""The deck of a project: put together from its story and its runs, held against its limits, written as two files."""

import base64
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import Problem
from ...templating import rendered
from .. import compare, pages, runs
from ..project import Project
from ..results import number
from . import outline, story
from .layout import COLOURS, FONTS, GAP, SMALL, Bars, Element, Text, is_wide
from .outline import Slide, Told

FOLDER = "presentation"
NAMES = ("deck.pptx", "deck.html")
RECORD = "deck.json"  # what was written, so that a file that was edited since is known, and the comparison it shows
MOST_WORDS = 40  # on a slide, its table aside: who reads does not listen
LEAST_SLIDES, SLIDES_A_MINUTE = 8, 8 / 3


@dataclass
class Spoken:
    """The notes of one slide: when they begin, in seconds, what is said, and how many words that is."""

    begins: float
    text: str
    words: int


@dataclass
class Deck:
    """The slides, what is said on each, the comparison they show, and what the team should know of the numbers."""

    project: Project
    folder: Path
    minutes: float
    raw: story.Story
    story: story.Story
    slides: list[Slide]
    spoken: list[Spoken]
    compared: dict[str, Any]
    remarks: list[str]
    fingerprint: str  # of all that the two files are made from

    @property
    def demo_seconds(self) -> float:
        return self.story["demo"]["seconds"] if "demo" in self.story else 0.0


def assemble(project: Project, minutes: float = 3.0, folder: str = FOLDER, stored: bool = False) -> Deck:
    """The deck of deck.toml and the published run; a `Problem` where numbers are missing, stale or typed by hand.

    stored  only what lies there is read: nothing of the project's code runs
    """
    raw, place = story.read(project), project.root / folder
    sheet, remarks = published(project, stored)
    story.refuse_other_scores(project, raw, sheet)
    known = project.called | story.facts(sheet, raw)
    told = story.filled(project, raw, known)
    seconds = told["demo"]["seconds"] if "demo" in told else 0
    if seconds >= 60 * minutes:
        why = f"a demo of {seconds:g} s leaves nothing of {minutes:g} minutes"
        raise story.fault(project, "demo", "seconds", why)
    compared, more = comparison(project, sheet, recorded(place), stored)
    slides = outline.slides(Told(project, told, known, sheet, compared["table"]))
    spoken = speak(slides, minutes, seconds)
    drawn = repr([slides, spoken]).replace(repr(str(project.root))[1:-1], "")  # equal in every clone
    digest = hashlib.sha256(json.dumps([drawn, told], sort_keys=True).encode())
    for path in filter(None, (story.picture(project, told, name) for name in story.SECTIONS)):
        digest.update(path.read_bytes())
    return Deck(project, place, minutes, raw, told, slides, spoken, compared, remarks + more, digest.hexdigest())


def published(project: Project, stored: bool) -> tuple[dict[str, Any], list[str]]:
    """The published report, if it is of what lies beside it, and a remark where its metric cannot be run again."""
    if not project.has_published:
        best = runs.best(project)
        raise Problem(project.say("slides.publish_first", run=best.name) if best else project.say("slides.train_first"))
    sheet = runs.report(project, project.published)
    runs.intact(project, project.published)
    if not stored:
        try:
            (judged,) = project.ask("judge", [str(project.published)])
        except Problem as problem:
            return sheet, [str(problem)]
        runs.agree(project, project.published, judged)
    return sheet, []


def comparison(
    project: Project, sheet: dict[str, Any], record: dict[str, Any], stored: bool
) -> tuple[dict[str, Any], list[str]]:
    """The table of the runs that the published one belongs to, with what it was made of, and remarks on it.

    The one that the deck shows is taken again while the runs and the metric are the same.
    """
    here, _ = runs.survey(project)
    places = [project.published, *(run.folder for run in here)]
    sources = [project.root / "metrics.py", *(place / "report.json" for place in places)]
    of = [f"{project.relative(path)} {runs.sha256(path) if path.is_file() else ''}" for path in sources]
    known, table = record.get("compared") or {}, None
    try:
        if not here:  # a clone without the runs
            table = compare.kept(project) or known.get("table")
        elif known.get("of") == of:
            table = known["table"]
        elif not stored:
            table = compare.compare(project, like=runs.published(project))
    except Problem as problem:
        return {"of": of, "table": None}, [project.say("slides.no_comparison", why=problem)]
    if not table or sheet["checkpoint_sha256"] not in [entry["checkpoint_sha256"] for entry in table["entries"]]:
        return {"of": of, "table": None}, []
    best = table["entries"][0]
    remarks = [] if best["checkpoint_sha256"] == sheet["checkpoint_sha256"] else ["not_best"]
    remarks = [project.say(f"slides.{remark}", run=best["run"]) for remark in remarks]
    return {"of": of, "table": table}, remarks + [project.say("compare.waiting", run=name) for name in table["waiting"]]


# Whether it keeps to its limits


def found(deck: Deck) -> dict[str, Any]:
    """The slides with their words and times, and `open`: what keeps the deck from being ready, a line each."""
    say, minutes = deck.project.say, f"{deck.minutes:g}"
    slides = [
        {"name": slide.name, "title": slide.title, "shown_words": shown(slide)}
        | {"begins": spoken.begins, "spoken_words": spoken.words}
        for slide, spoken in zip(deck.slides, deck.spoken, strict=True)
    ]
    total, most = sum(spoken.words for spoken in deck.spoken), allowed(deck.minutes, deck.demo_seconds)
    missing = [say("slides.open_write", line=line, what=key) for line, key in story.unwritten(deck.project, deck.raw)]
    for slide in slides:
        if slide["shown_words"] > MOST_WORDS:
            missing.append(say("slides.open_long", slide=slide["name"], words=slide["shown_words"], most=MOST_WORDS))
    if total > most:
        longest = max(slides, key=lambda slide: slide["spoken_words"])["name"]
        missing.append(say("slides.open_notes", words=total, most=most, minutes=minutes, slide=longest))
    if len(slides) > max(LEAST_SLIDES, round(SLIDES_A_MINUTE * deck.minutes)):
        missing.append(say("slides.open_slides", slides=len(slides), minutes=minutes))
    if not is_current(deck):
        missing.append(say("slides.open_files", folder=deck.folder.name))
    told = {"slides": slides, "spoken_words": total, "most_words": most, "minutes": deck.minutes}
    told |= {"demo_seconds": deck.demo_seconds, "folder": deck.folder.name}
    return told | {"remarks": deck.remarks, "open": missing}


def shown(slide: Slide) -> int:
    """The words on a slide, without its table, its number and the line on what was measured."""
    read = [e for e in slide.elements if isinstance(e, Text) and e.role not in ("number", "source")]
    return sum(count(text) for element in read for text in element.paragraphs)


def text(project: Project, found: dict[str, Any]) -> str:
    """The same for people."""
    lines = [
        f"{int(slide['begins']) // 60:2}:{int(slide['begins']) % 60:02}  {slide['name']:10}  "
        f"{slide['spoken_words']:4}  {slide['title']}"
        for slide in found["slides"]
    ]
    facts = {name: f"{found[name]:g}" for name in ("spoken_words", "most_words", "minutes", "demo_seconds")}
    summary = project.say("slides.summary", slides=len(found["slides"]), folder=found["folder"], **facts)
    still = [project.say("slides.open"), *(f"  {line}" for line in found["open"])] if found["open"] else []
    return "\n".join([*lines, "", summary, *found["remarks"], *still])


# The two files: written together, and never over what somebody changed by hand


def write(deck: Deck) -> None:
    """Write deck.pptx and deck.html, unless they are up to date; a `Problem` where one of them was edited by hand."""
    if is_current(deck):
        return
    record, folder = recorded(deck.folder), deck.folder
    for name in NAMES:
        if (folder / name).is_file() and runs.sha256(folder / name) not in record.get("files", []):
            why = f"{folder / name} was changed since hackgen wrote it, or is somebody else's"
            raise Problem(f"{why}; move it away, or write elsewhere with --out FOLDER")
    slides, said = [slide.elements for slide in deck.slides], [spoken.text for spoken in deck.spoken]
    title, accent = deck.story["title"], deck.story["accent"]
    made = {"deck.html": build(slides, said, title, accent, deck.project.answers.get("lang", "en")).encode()}
    try:
        from . import powerpoint

        author = ", ".join(deck.story.get("team", {}).get("names", []))
        made["deck.pptx"] = powerpoint.build(slides, said, title, author, accent)
    except ModuleNotFoundError as error:
        missing = error.name
    new = [hashlib.sha256(content).hexdigest() for content in made.values()]
    both = record.get("files", []) + new  # noted first: a kill in between leaves no file that nobody knows
    save(folder, {"fingerprint": "", "files": both, "compared": deck.compared})
    for name, content in made.items():
        pages.write(folder / name, content)
    whole = len(made) == len(NAMES)
    save(folder, {"fingerprint": deck.fingerprint if whole else "", "files": new, "compared": deck.compared})
    if not whole:
        why = f"{folder / 'deck.html'} is written; for deck.pptx {missing} is missing"
        raise Problem(f"{why}: pip install python-pptx")


def save(folder: Path, record: dict[str, Any]) -> None:
    pages.write(folder / RECORD, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def is_current(deck: Deck) -> bool:
    """Whether both files are what would be written now."""
    record = recorded(deck.folder)
    there = [runs.sha256(deck.folder / name) for name in NAMES if (deck.folder / name).is_file()]
    return record.get("fingerprint") == deck.fingerprint and sorted(there) == sorted(record.get("files", []))


def recorded(folder: Path) -> dict[str, Any]:
    """What was noted when the deck was last written here; nothing where the note is missing or damaged."""
    try:
        record = runs.read_json(folder / RECORD)
        return record if isinstance(record.get("files"), list) else {}
    except Problem:
        return {}


WORDS_A_MINUTE = 130  # calm speech
SIGNS_A_WORD = 1.8  # Chinese characters that take as long as a word
FIRST = ("result", "problem", "demo", "limits", "next", "cover", "approach", "comparison")  # in a short talk
ENDS = (".", "!", "?", "。", "！", "？", "…")


def speak(slides: list[Slide], minutes: float, demo_seconds: float) -> list[Spoken]:
    """What is said on each slide: the team's notes where there are some, else what the slide offers, if time is left.

    First the first sentence of each slide, then the others, then what more there is, as long as all of it fits.
    """
    chosen = {slide.name: [slide.written] if slide.written else [] for slide in slides}
    left = allowed(minutes, demo_seconds) - sum(count(slide.written) for slide in slides)
    open_ones = sorted((s for s in slides if not s.written), key=lambda slide: FIRST.index(slide.name))
    offers: list[Callable[[Slide], list[str]]] = [lambda s: s.said[:1], lambda s: s.said[1:], lambda s: s.more]
    for offer, slide in itertools.product(offers, open_ones):
        for sentence in offer(slide):
            if sentence and not story.is_prompt(sentence) and count(sentence) <= left:
                chosen[slide.name].append(sentence)
                left -= count(sentence)
    spoken, now = [], 0.0
    for slide in slides:
        text = " ".join(map(ended, chosen[slide.name]))
        spoken.append(Spoken(now, text, count(text)))
        now += 60 * count(text) / WORDS_A_MINUTE + (demo_seconds if slide.name == "demo" else 0)
    return spoken


def allowed(minutes: float, demo_seconds: float) -> int:
    """How many words fit beside the demo."""
    return max(0, int(WORDS_A_MINUTE * (minutes - demo_seconds / 60)))


def count(text: str) -> int:
    """How many words a text is when spoken; of Chinese, as many as take the same time."""
    signs = sum(is_wide(character) and character.isalpha() for character in text)
    plain = "".join(" " if is_wide(character) else character for character in text)
    return sum(any(c.isalnum() for c in word) for word in plain.split()) + round(signs / SIGNS_A_WORD)


def ended(sentence: str) -> str:
    """With a full stop, where it has no end of its own."""
    sentence = sentence.strip()
    return sentence if sentence.endswith(ENDS) else sentence + ("。" if is_wide(sentence[-1]) else ".")


CHINESE = ("PingFang SC", "Noto Sans CJK SC")


def build(slides: list[list[Element]], notes: list[str], title: str, accent: str, language: str) -> str:
    """The whole page."""
    facts = {"title": title, "language": language, "colours": COLOURS | {"accent": accent}, "gap": GAP, "small": SMALL}
    facts["fonts"] = FONTS[0], "Liberation Sans", FONTS[1], *CHINESE
    named = [[(type(element).__name__, element) for element in elements] for elements in slides]
    facts |= {"slides": zip(named, notes, strict=True), "embedded": embedded, "drawn": drawn}
    return rendered(Path(__file__).with_name("page.html.j2"), facts).decode()


def embedded(path: Path) -> str:
    """A picture as an address that holds it."""
    kind = "png" if path.suffix.lower() == ".png" else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def drawn(element: Bars) -> Iterator[dict[str, Any]]:
    """Where the bars of a chart are, in points from its corner, and between which `ends` an interval lies on each."""
    box, low = element.box, min([0, *element.values])
    scale = 0.97 * box.width / (max([0, *element.values, *(span[1] for span in element.spans if span)]) - low or 1)
    step = (box.height - 40) / len(element.values)
    for i, (name, value, span) in enumerate(zip(element.names, element.values, element.spans, strict=True)):
        place = {"top": i * step + 28, "high": step - 46, "start": (min(0, value) - low) * scale}
        ends = [(end - low) * scale for end in span or ()]
        yield {"name": f"{name}: {number(value)}", "length": abs(value) * scale, "ends": ends} | place
