"""What a stranger can make a demo page do: asked by another process, from this machine and over the local network."""

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from projects import generate, run
from test_demo import serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere this machine has only one address of its own"),
]
SECONDS = 120  # a page that takes longer hangs, also on a busy machine
SECRET = b"what nobody here may read"
UPLOAD, JOIN = "/gradio_api/upload", "/gradio_api/queue/join"
Ask = Callable[..., tuple[int, bytes]]


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A project for a task, whose page takes pictures or texts, with a short run."""
    root = tmp_path_factory.mktemp("safety")

    def made(task: str) -> Path:
        if not (root / task).exists():
            run(generate(root / task, task=task, extras=("demo",)), "train.py", "--smoke", "--out", "short").ok()
        return root / task

    return made


PAGES = {  # by what they take, and from where they can be reached
    "pictures": ("image-classification", ""),
    "pictures, share-lan": ("image-classification", "--share-lan"),
    "texts": ("text-classification", ""),
}


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest, projects: Callable[[str], Path]) -> Iterator[tuple[str, int, Path]]:
    """Host and port by which a stranger reaches the page, and its project."""
    task, flag = PAGES[request.param]
    with serving(projects(task), *filter(None, [flag])) as address:
        yield "127.0.0.2" if flag else "127.0.0.1", urlsplit(address).port, projects(task)


@pytest.fixture
def place(page: tuple[str, int, Path]) -> tuple[str, int]:
    return page[:2]


@pytest.fixture
def project(page: tuple[str, int, Path]) -> Path:
    return page[2]


@pytest.fixture
def ask(place: tuple[str, int]) -> Ask:
    """Ask the page as a browser does; gives the status and what was answered (of a stream what came at first)."""
    host, port = place

    def ask(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
        if isinstance(body, dict):
            body, headers = json.dumps(body), {"Content-Type": "application/json", **headers}
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read(1_000_000)
        finally:
            connection.close()

    return ask


def form(name: str, content: bytes) -> tuple[bytes, dict[str, str]]:
    """A file as a browser uploads it: body and headers."""
    head = f'--cut\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n--cut--\r\n", {"Content_Type": "multipart/form-data; boundary=cut"}


def upload(ask: Ask, name: str, content: bytes) -> tuple[int, bytes]:
    body, headers = form(name, content)
    return ask("POST", UPLOAD, body, **headers)


def said(ask: Ask, function: int, data: list[Any]) -> str:
    """What the page answers to one of its events, until it has ended."""
    session = secrets.token_hex(8)
    asked = {"data": data, "fn_index": function, "session_hash": session, "event_data": None, "trigger_id": None}
    status, answer = ask("POST", JOIN, asked)
    if status == 200:
        answer = ask("GET", f"/gradio_api/queue/data?session_hash={session}")[1]
    return answer.decode()


def file_data(path: str) -> dict[str, Any]:
    return {"path": path, "url": None, "orig_name": "a.png", "meta": {"_type": "gradio.FileData"}}


def stored(answer: bytes) -> list[Path]:
    """All files of the folder that holds an upload."""
    return [file for file in Path(json.loads(answer)[0]).parents[1].glob("**/*") if file.is_file()]


def test_a_stranger_reads_no_file(ask: Ask, project: Path, tmp_path: Path) -> None:
    status, uploaded = upload(ask, "mine.png", b"no picture")
    mine = json.loads(uploaded)[0]
    assert status == 200 and ask("GET", f"/gradio_api/file={mine}") == (200, b"no picture")
    name = f"{secrets.token_hex(8)}.png"
    secret, link, pipe = tmp_path / name, tmp_path / f"link-{name}", tmp_path / f"pipe-{name}"
    secret.write_bytes(SECRET)
    link.symlink_to(secret)
    os.mkfifo(pipe)
    climb = f"{Path(mine).parent}/{'../' * 40}{secret}"
    paths = [str(secret), str(link), str(pipe), climb, f"/proc/self/root{secret}", "/proc/self/environ"]
    paths += [str(project / "README.md"), "README.md", "http://192.0.2.1/a.png", f"file://{secret}"]
    events = json.loads(ask("GET", "/config")[1])["dependencies"]
    for path in paths:
        began = time.monotonic()
        for event in events:
            asked = [file_data(path), {"deeper": [file_data(path)]}, "upload"][: len(event["inputs"])]
            answer = said(ask, event["id"], asked)
            assert SECRET.decode() not in answer and "PATH=" not in answer
            if event["inputs"]:
                assert "no file of this page" in answer, f"{path} was taken by event {event['id']}"
        for route in ("file=", "file/", "stream/", "proxy=", "custom_component/"):
            status, answer = ask("GET", f"/gradio_api/{route}{quote(path)}")
            assert status in (403, 404) and SECRET not in answer
        assert time.monotonic() - began < SECONDS
    assert not {Path(path).name for path in paths} & {file.name for file in stored(uploaded)}


def test_only_routes_of_the_page_are_there(ask: Ask) -> None:
    assert ask("GET", "/")[0] == ask("GET", "/theme.css")[0] == ask("HEAD", "/")[0] == 200
    reading = "deep_link?session_hash=a openapi.json app_id token runs vibe-code call/a/b mcp/sse".split()
    assert {ask("GET", f"/gradio_api/{route}")[0] for route in reading} == {404}
    assert {ask("GET", path)[0] for path in ("/docs", "/openapi.json", "/monitoring", "/monitoring/summary")} == {404}
    writing = ["run/predict", "api/predict", "call/entered", "call/v2/entered", "component_server", "stream/a"]
    writing += ["process_recording", "vibe-edit", "vibe-code", "run-history/connect", "login"]
    assert {ask("POST", f"/gradio_api/{route}", {"data": []})[0] for route in writing} == {404}
    assert ask("DELETE", "/")[0] in (404, 411)


def test_only_its_own_pages_ask(ask: Ask, place: tuple[str, int]) -> None:
    host, port = place
    own = f"{host}:{port}"
    for name in (own, f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", f"LOCALHOST:{port}"):
        assert ask("GET", "/", Host=name)[0] == 200
    for name in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "192.0.2.1", "[", ""):
        assert ask("GET", "/", Host=name)[0] == 403
    for origin in ("http://evil.example", "null", f"http://{host}:{port + 1}", f"https://{own}"):
        assert ask("POST", JOIN, {"data": []}, Origin=origin)[0] == 403
        body, headers = form("a.png", b"foreign")
        assert ask("POST", UPLOAD, body, Origin=origin, **headers)[0] == 403
    assert ask("POST", "/gradio_api/reset", {"event_id": "a"}, Origin=f"http://{own}")[0] == 200


def test_uploads_have_a_limit_together(ask: Ask) -> None:
    answers = [upload(ask, "large.png", secrets.token_bytes(19_000_000)) for _ in range(10)]
    assert answers[0][0] == 200 and answers[-1][0] in (413, 507)
    kept = [file for file in stored(answers[0][1]) if file.stat().st_size > 1_000_000]
    assert 3 <= len(kept) <= 5 and ask("GET", "/")[0] == 200
    for file in kept:
        os.utime(file, (0, 0))  # as if it was long ago
    assert upload(ask, "next.png", b"there is room again")[0] == 200
    assert not [file for file in kept if file.exists()]


def test_endless_and_large_questions_are_not_read(ask: Ask, place: tuple[str, int]) -> None:
    assert upload(ask, "huge.png", b"0" * 21_000_000)[0] == 413
    assert ask("POST", JOIN, {"data": ["0" * 2_000_000]})[0] == 413
    assert ask("POST", JOIN, "[" * 500_000, Content_Type="application/json")[0] == 400
    for path in (JOIN, UPLOAD, "/gradio_api/reset", "/"):
        for way in (b"Content-Length: 1000000000", b"Transfer-Encoding: chunked"):
            sent = stream(place, path, way)
            assert sent < 50_000_000, f"{path} took {sent} bytes"
    assert ask("GET", "/")[0] == 200


def stream(place: tuple[str, int], path: str, way: bytes) -> int:
    """Send 1 GB, as far as it is taken; how many bytes were."""
    chunk, sent = b"0" * 1_000_000, 0
    if b"chunked" in way:
        chunk = b"%x\r\n%s\r\n" % (len(chunk), chunk)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=cut\r\n".encode()
    with socket.create_connection(place, timeout=2) as connection:
        connection.sendall(head + way + b"\r\n\r\n")
        try:
            while sent < 1_000_000_000:
                connection.sendall(chunk)
                sent += len(chunk)
        except OSError:  # closed, or no longer read
            pass
    return sent


def test_it_answers_while_others_keep_200_connections(ask: Ask, place: tuple[str, int]) -> None:
    starts = [
        b"",
        b"GET / HTTP/1.1\r\nHost: local",
        b"GET /gradio_api/heartbeat/%d HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n[",
        b"POST /gradio_api/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n"
        b"Content-Type: multipart/form-data; boundary=cut\r\n\r\n--cut",
    ]
    opened = []
    try:
        for number in range(200):
            opened.append(socket.create_connection(place, timeout=SECONDS))
            opened[-1].sendall(starts[number % len(starts)].replace(b"%d", b"%d" % number))
        events = json.loads(ask("GET", "/config")[1])["dependencies"]
        example = next(event["id"] for event in events if not event["inputs"])
        assert '"success":true' in said(ask, example, [])
    finally:
        for connection in opened:
            connection.close()


@pytest.mark.parametrize("before", ["", "trap '' HUP; "])
def test_what_was_uploaded_goes_with_the_terminal_or_stays_under_nohup(
    projects: Callable[[str], Path], tmp_path: Path, before: str
) -> None:
    page = subprocess.Popen(
        ["sh", "-c", f"{before}exec {sys.executable} demo.py --no-browser"],
        cwd=projects("image-classification"),
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # the tests may run under nohup themselves
    )
    try:
        assert b"http://127.0.0.1" in page.stdout.readline() and list(tmp_path.glob("demo-*"))
        page.send_signal(signal.SIGHUP)
        if before:
            time.sleep(1)  # where it heeded the signal, it would end by then
            assert page.poll() is None and list(tmp_path.glob("demo-*"))
            page.terminate()
        assert page.wait(SECONDS) == 143 and not list(tmp_path.glob("demo-*"))
    finally:
        page.kill()
