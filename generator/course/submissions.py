"""What came in, as Gradescope, Canvas and Moodle hand it out or as a folder of folders, and the marks to give back."""

import contextlib
import csv
import io
import queue
import re
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import Problem
from .grader import engine, formats, overlay
from .variants import folder_name

MOODLE = re.compile(r"(?P<name>.+)_(?P<moodle>\d+)_assignsubmission_\w*?file_(?P<rest>.*)")
CANVAS = re.compile(r"(?P<name>[^\W_]+)(?:_LATE)?_(?P<canvas>\d+)_\d+_(?P<rest>.+)")
ARCHIVE = re.compile(r"(.+?)(\.tar)?\.(zip|rar|7z|tar|t?gz|xz|bz2)", re.IGNORECASE)
METADATA = "submission_metadata.yml"  # Gradescope's
LARGEST = 1 << 26  # bytes of an archive that a student handed in
SHEET = ["Identifier", "Full name", "Email address", "Grade", "Maximum Grade", "Last modified (grade)"]  # Moodle's
Person = dict[str, str]  # id, and what is known of: name, email, sis, canvas, moodle


@dataclass
class Submission:
    """One person's or one group's; the first of its ids in order stands for all."""

    people: list[Person]
    files: dict[str, bytes]
    messages: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return min(person["id"] for person in self.people)

    @property
    def names(self) -> list[str]:
        """All that its people are called, the leader's id first."""
        return [self.id, *(word for person in self.people for word in person.values())]


def read(source: Path, wanted: Iterable[str]) -> list[Submission]:
    """All submissions in a folder or archive, in the order of their ids, each with those of the `wanted` files that it
    has and a message for the others."""
    if source.is_dir():
        entries = overlay.entries(overlay.walk(source))
    else:
        try:
            entries, _ = in_archive(source.open("rb"), 1 << 20)
        except Exception:  # there is no end to what a broken archive raises
            raise Problem(f"{source} is no folder and no zip archive of submissions") from None
    found = []
    for people, own in grouped(entries, wrapped=not source.is_dir()):
        messages, left = [], LARGEST
        for path in [path for path in own if ARCHIVE.fullmatch(path)]:
            try:
                content = own.pop(path)(left + 1)
                left -= len(content)
                if left < 0:
                    raise zipfile.BadZipFile("too large")
                inside, said = in_archive(io.BytesIO(content), overlay.MOST_FILES)
                own |= {f"{path[:-4]}/{name}": content for name, content in inside.items()}
                messages += said
            except Exception:
                messages.append(f"{PurePosixPath(path).name} cannot be opened as a zip archive of at most 64 MB")
        files, said = overlay.chosen(own, wanted)
        found.append(Submission(people, files, [*messages, *said]))
    if not found:
        raise Problem(f"{source} holds no submissions: no folders, archives or files named as Canvas or Moodle do")
    return sorted(found, key=lambda one: one.id)


def in_archive(stream: Any, most: int) -> tuple[dict[str, overlay.Read], list[str]]:
    """The files in an archive, none of them unpacked yet, and what is left out."""
    start = stream.read(LARGEST + 1)
    stream.seek(0)
    if len(start) <= LARGEST and start.count(b"PK\1\2") > 10 * most:
        raise zipfile.BadZipFile("too many entries")
    archive, found, messages = zipfile.ZipFile(stream), {}, []
    for entry in archive.infolist()[:most]:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if entry.is_dir():
            continue
        if stat.S_ISLNK(entry.external_attr >> 16):
            messages.append(overlay.LINKS)
        elif path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
            messages.append("paths that lead out of the archive are left out")
        else:
            found[path.as_posix()] = lambda size, entry=entry: archive.open(entry).read(size)
    if len(archive.infolist()) > most:
        messages.append(f"the archive has more than {most:,} files; the first of them were looked at")
    return found, list(dict.fromkeys(messages))


def grouped(entries: dict[str, overlay.Read], wrapped: bool) -> Iterator[tuple[list[Person], dict[str, overlay.Read]]]:
    """Who handed in which files; `wrapped` where one folder may hold all of them."""
    entries = {path: content for path, content in entries.items() if not path.startswith(("__MACOSX/", "."))}
    top = min((path for path in entries if path.rpartition("/")[2] == METADATA), key=len, default="")
    if top:
        base = top.removesuffix(METADATA)
        known = submitters(entries[top](1 << 26).decode("utf-8", "replace"))
    else:
        heads = {path.partition("/")[0] for path in entries}
        high = [path for path in entries if "/" not in path or (path.count("/") == 1 and path.endswith(".py"))]
        lone = wrapped and len(heads) == 1 and not high  # a folder around all the others, not one student's
        base, known = f"{heads.pop()}/" if lone else "", {}
    groups: dict[str, tuple[list[Person], dict[str, overlay.Read]]] = {}
    for path, content in entries.items():
        if not path.startswith(base) or path == top:
            continue
        head, _, rest = path.removeprefix(base).partition("/")
        whole = path.removeprefix(base)
        if head in known:
            key, people = head, known[head]
        elif match := MOODLE.fullmatch(head) or (None if rest else CANVAS.fullmatch(head)):
            about = match.groupdict()
            number = about.get("moodle") or about.get("canvas")
            key, rest = f"{about['name']} {number}", rest or about.pop("rest")
            about.pop("rest", None)
            people = [{"id": overlay.normal(about["name"]), **about}]
        elif rest or (match := ARCHIVE.fullmatch(head)):
            key = head if rest else match[1]
            names = [name for name in re.split(r"[+&]|,(?! )", key) if name.strip()]
            people = [{"id": overlay.normal(name), "name": name.strip()} for name in names] or [{"id": key}]
            for person in people:
                person |= {"email": person["name"]} if "@" in person.get("name", "") else {}
        else:
            continue
        groups.setdefault(key, (people, {}))[1][rest or whole] = content
    yield from groups.values()


def submitters(text: str) -> dict[str, list[Person]]:
    """The people of each submission by Gradescope's submission_metadata.yml, of which no more is read."""
    found: dict[str, list[Person]] = {}
    for name, about in re.findall(r"^(submission_\w+):\s*\n((?:[ -].*\n?)*)", text.replace("\r", ""), re.M):
        _, _, rest = about.partition("  :submitters:")
        items = re.match(r".*\n((?: *- .*\n?|   .*\n?)*)", rest)
        for item in re.split(r"^ *- ", items[1], flags=re.M)[1:] if items else ():
            known = dict(re.findall(r":(name|sid|email): *['\"]?(.*?)['\"]? *$", item, re.M))
            id = overlay.normal(known.get("email") or known.get("sid") or known.get("name", name))
            found.setdefault(name, []).append({"id": id, "sis": known.pop("sid", ""), **known})
        found.setdefault(name, [{"id": name}])
    return found


def grade(
    bundle: Path,
    submissions: list[Submission],
    out: Path,
    *,
    jobs: int = 1,
    drawn: Callable[[Submission], Any] | None = None,
    isolation: str = "auto",
) -> Iterator[tuple[Submission, engine.Result]]:
    """Grade all, each as soon as its turn comes, then write canvas.csv, moodle.csv, points.csv and feedback/ID.txt.

    drawn   gives what was drawn for who handed in
    """
    rows = []
    try:
        for one, result in zip(submissions, graded(bundle, submissions, jobs, drawn, isolation), strict=True):
            rows.append((one, result))
            yield one, result
    except engine.Broken as error:
        raise Problem(f"nothing is graded, for a fault of the grader: {error}") from None
    best: dict[str, tuple[Person, engine.Result]] = {}
    for one, result in rows:
        for person in one.people:
            if person["id"] not in best or best[person["id"]][1].total < result.total:
                best[person["id"]] = person, result
    (out / "feedback").mkdir(parents=True, exist_ok=True)
    for id, (_, result) in best.items():
        (out / "feedback" / f"{folder_name(id)}.txt").write_text(f"{formats.terminal(result)}\n", "utf-8", "replace")
    marks = list(best.values())
    for name, lines in (("canvas", canvas(marks)), ("moodle", moodle(marks)), ("points", points(marks))):
        with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(lines)


def graded(
    bundle: Path,
    submissions: Iterable[Submission],
    jobs: int = 1,
    drawn: Callable[[Submission], Any] | None = None,
    isolation: str = "auto",
) -> Iterator[engine.Result]:
    """What each gets, so many at once, in their order."""
    free: queue.SimpleQueue[engine.Grader] = queue.SimpleQueue()

    def result(one: Submission) -> engine.Result:
        grader = free.get()
        try:
            return grader.grade(one.files, drawn(one) if drawn else None, one.messages)
        finally:
            free.put(grader)

    with contextlib.ExitStack() as stack:
        for _ in range(jobs):
            free.put(stack.enter_context(engine.Grader(bundle, isolation)))
        yield from stack.enter_context(ThreadPoolExecutor(jobs)).map(result, submissions)


def canvas(marks: list[tuple[Person, engine.Result]]) -> Iterator[list[str]]:
    """Rows for Canvas's gradebook, which knows people by its own id, by SIS id or by login."""
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", marks[0][1].title]
    yield ["    Points Possible", "", "", "", "", str(marks[0][1].max)]
    for who, result in marks:
        known = [who.get("name", who["id"]), who.get("canvas", ""), who.get("sis", ""), who["id"]]
        yield [*map(plain, known), "", formats.number(result.total)]


def moodle(marks: list[tuple[Person, engine.Result]]) -> Iterator[list[str]]:
    """A grading worksheet as Moodle's assignments take it, and its gradebook by the e-mail address."""
    yield [*SHEET, "Feedback comments"]
    for who, result in marks:
        known = [f"Participant {who['moodle']}" if "moodle" in who else "", who.get("name", ""), who.get("email", "")]
        points = [formats.number(result.total), str(result.max), "-"]
        yield [*map(plain, known), *points, plain(formats.terminal(result))]


def points(marks: list[tuple[Person, engine.Result]]) -> Iterator[list[str]]:
    """Every test's points."""
    yield ["id", "total", *(f"{test.part}: {test.name}" for test in marks[0][1].tests)]
    for who, result in marks:
        yield [plain(who["id"]), *(formats.number(x) for x in (result.total, *(test.score for test in result.tests)))]


def plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = text.encode("utf-8", "replace").decode()
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text
