"""What a stranger may ask of the page: in its own name, by its own routes, and no more than it can hold."""

import asyncio
import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from page import UPLOADS

HERE = Path(UPLOADS.name)
NAMES = {"localhost", "127.0.0.1", "::1"}  # and the address that the question was sent to
# Of Gradio's many routes those that this page uses; others read files, fetch addresses, or (queue=False) do not wait.
ROUTES = {
    "GET": r"/(config|theme\.css|favicon\.ico|assets/.*|static/.*|until\.js)?",
    "POST": r"/gradio_api/(queue/join|upload|cancel|reset)/?",
}
ROUTES["GET"] += r"|/gradio_api/(info|queue/data|upload_progress|startup-events|heartbeat/[^/]*|file=.*)/?"
ROUTES["HEAD"] = ROUTES["GET"]
LARGEST = 20_000_000  # bytes of an uploaded file
WRAPPING = 100_000  # bytes around it
LARGEST_ANSWERS = 1_000_000  # bytes of what is entered in the form
MOST_UPLOADED = 100_000_000  # bytes of all uploads together
BLOCK = 4096  # bytes that the smallest file takes
KEPT = 600  # seconds until an upload may go to make room
SLOWEST = 120  # seconds for sending something

Message = dict[str, Any]


class Refused(Exception):
    """A question that is not passed on to Gradio: an HTTP status, the reason, and whether to hang up."""

    def __init__(self, status: int, why: str, close: bool = False) -> None:
        super().__init__(why)
        self.status = status
        self.headers = [(b"content-type", b"text/plain"), *([(b"connection", b"close")] if close else [])]


class Guard:
    """Around the app: what passes is from a page of this host, for a route in use, of a length known beforehand."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app = app
        self.coming = 0  # bytes of uploads on their way
        self.own = set(HERE.rglob("*"))  # what the page itself shows

    async def __call__(self, scope: Message, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        try:
            if scope["type"] != "http":
                raise Refused(404, "no such route")
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            length = announced(headers, scope)
            of_this_host(headers, scope["server"][0])
            to_a_route_in_use(scope["method"], scope["path"])
            if scope["path"].startswith("/gradio_api/upload") and length:
                await self.upload(length, scope, receive, send)
            elif length:
                body = checked(await asyncio.wait_for(whole(receive), SLOWEST))
                await self.app(scope, replayed(body, receive), send)
            else:
                await self.app(scope, receive, send)
        except Refused as refused:
            await answered(refused, send)
        except (TimeoutError, asyncio.TimeoutError):
            await answered(Refused(408, "too slow", close=True), send)

    async def upload(self, length: int, scope: Message, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        """Pass an upload on where there is room for it."""
        if self.stored() + self.coming + length > MOST_UPLOADED:
            raise Refused(413, "no room for more uploads; try again in some minutes")
        self.coming += length
        try:
            await asyncio.wait_for(self.app(scope, receive, send), SLOWEST)
        finally:
            self.coming -= length

    def stored(self) -> int:
        """Bytes of all uploads, complete or not, after those that are old have gone."""
        total, now = 0, time.time()
        for file in set(HERE.rglob("*")) - self.own:
            about = file.stat()
            if file.is_dir():
                continue
            if now - about.st_mtime > KEPT:
                file.unlink(missing_ok=True)
            else:
                total += max(about.st_size, BLOCK)
        return total


async def answered(refused: Refused, send: Callable[..., Any]) -> None:
    """Say why; what is still sent is dropped unread."""
    await send({"type": "http.response.start", "status": refused.status, "headers": refused.headers})
    await send({"type": "http.response.body", "body": str(refused).encode()})


def of_this_host(headers: dict[str, str], server: str) -> None:
    """Refuse what a page of another host asks, or one whose name was made to lead here (DNS rebinding)."""
    host = headers.get("host", "")
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        name = None
    if name not in NAMES | {server}:
        raise Refused(403, "this page is at localhost or at this machine's address, under no other name")
    if headers.get("origin", f"http://{host}").lower() != f"http://{host}".lower():
        raise Refused(403, "asked by a page of another host")


def to_a_route_in_use(method: str, path: str) -> None:
    """Refuse all routes but the page's own, and files but uploaded ones."""
    if not re.fullmatch(ROUTES.get(method, ""), path, re.DOTALL):
        raise Refused(404, "no such route")
    if "/file=" in path and not uploaded(path.partition("/file=")[2]):
        raise Refused(403, "no file of this page")


def announced(headers: dict[str, str], scope: Message) -> int:
    """How many bytes come; more than the route takes, or nobody knows how many, is refused unread."""
    length = headers.get("content-length", "0" if scope["method"] in ("GET", "HEAD") else "")
    if "transfer-encoding" in headers or not re.fullmatch("[0-9]{1,12}", length):
        raise Refused(411, "say the length first", close=True)
    most = LARGEST + WRAPPING if scope["path"].startswith("/gradio_api/upload") else LARGEST_ANSWERS
    if int(length) > most:
        raise Refused(413, "too much", close=int(length) > 2 * LARGEST)
    return int(length)


async def whole(receive: Callable[..., Any]) -> bytes:
    """The body of a question."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body"):
            return bytes(body)


def replayed(body: bytes, receive: Callable[..., Any]) -> Callable[..., Any]:
    """A `receive` that gives a body which was read already, then what else comes."""
    first = [{"type": "http.request", "body": body}]

    async def again() -> Message:
        return first.pop() if first else await receive()

    return again


def checked(body: bytes) -> bytes:
    """JSON, written anew, in which every path is one of an upload: Gradio would open or fetch what stands there."""

    def known(found: Message) -> Message:
        if "path" in found and not uploaded(found["path"]):
            raise Refused(403, "no file of this page")
        return found

    try:
        return json.dumps(json.loads(body, object_hook=known)).encode()
    except (ValueError, RecursionError):
        raise Refused(400, "no JSON") from None


def uploaded(path: Any) -> bool:
    """Whether a path lies in the folder of uploads, told by its letters alone; nobody can lay links there."""
    return isinstance(path, str) and os.path.abspath(path).startswith(str(HERE) + os.sep) and "\0" not in path
