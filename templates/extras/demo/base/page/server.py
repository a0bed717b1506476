"""Serve a Gradio page that loads nothing from any other host, on a free port, for this machine or the local network."""

import logging
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

import cli
from page import guard
from support.wording import words

PORTS = 100  # tried one after the other
MOST_WAITING = 100  # questions that are not answered yet
# The browser itself refuses whatever comes from elsewhere. Gradio's own scripts need 'unsafe-inline' and -eval.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
CARDS = re.compile(rb"<meta\s[^>]*(?:og:|twitter:)[^>]*>|<link\s[^>]*manifest[^>]*>")  # for social networks and phones
# Links and fonts in Gradio's own scripts and styles; the namespaces of SVG and XML are names, nothing is loaded there.
ELSEWHERE = re.compile(rb"https?://(?!www\.w3\.org/|localhost|127\.0\.0\.1)[\w-]+(?:\.[\w-]+|-(?=\$))+")
LANGUAGE = re.compile(rb'(<html\s[^>]*?lang=")[^"]*')  # Gradio says English, whatever the page is written in
EDITED = {b"text/html": (CARDS, b""), b"text/css": (ELSEWHERE, b"about:blank?")}
EDITED[b"text/javascript"] = EDITED[b"application/javascript"] = EDITED[b"text/css"]
CHINESE = "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC"  # else a browser may take Japanese letters
THEME = gr.themes.Default(
    primary_hue="blue",
    text_size="lg",
    font=("system-ui", "-apple-system", "Segoe UI", "Noto Sans", *CHINESE, "sans-serif"),
    font_mono=("ui-monospace", "Consolas", "DejaVu Sans Mono", "monospace"),
).set(  # dark enough for white letters, and to be read on white
    button_primary_background_fill="*primary_700",
    button_primary_background_fill_hover="*primary_800",
    color_accent="*primary_700",
    body_text_color_subdued="*neutral_600",
    block_info_text_color="*neutral_600",
    input_placeholder_color="*neutral_500",
)


class OwnHostOnly:
    """Around the app: strips the addresses of other hosts that Gradio brings, and sets the policy on every answer."""

    def __init__(self, app: Callable[..., Any], head: bytes) -> None:
        self.app, self.head = app, head

    async def __call__(self, scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        await self.app(scope, receive, Answer(send, self.head).passed_on)


class Answer:
    """One answer of the app: pages, scripts and styles are edited, everything else goes through as it comes."""

    def __init__(self, send: Callable[..., Any], head: bytes) -> None:
        self.send, self.head = send, head  # what the head of a page gets besides
        self.start: dict[str, Any] = {}  # held back until the edited body's length is known
        self.body = b""

    async def passed_on(self, message: dict[str, Any]) -> None:
        """Take the next message of the app, and send what is ready."""
        if message["type"] == "http.response.start":
            policy = [(b"content-security-policy", POLICY.encode()), (b"referrer-policy", b"no-referrer")]
            message = {**message, "headers": [*message.get("headers", []), *policy]}
            kind = dict(message["headers"]).get(b"content-type", b"").partition(b";")[0]
            if kind in EDITED:
                self.start, self.edit = message, EDITED[kind]
                return
        elif self.start and message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            if message.get("more_body"):
                return
            pattern, instead = self.edit
            body = pattern.sub(instead, self.body)
            if pattern is CARDS:
                body = LANGUAGE.sub(rb"\g<1>" + words("language").encode(), body, count=1)
                body = body.replace(b"</head>", self.head + b"</head>", 1)
            headers = [pair for pair in self.start["headers"] if pair[0] != b"content-length"]
            length = (b"content-length", str(len(body)).encode())
            if self.body:  # an answer to HEAD, or "not modified", has none
                self.start = {**self.start, "headers": [*headers, length]}
            await self.send(self.start)
            message = {"type": "http.response.body", "body": body}
        await self.send(message)


def serve(page: gr.Blocks, port: int, to_lan: bool, until: Callable[[], None] | None = None) -> list[str]:
    """Begin to serve the page; returns its addresses, the one for this machine first. `page.close()` ends it.

    A browser takes the page for loaded only when `until`, where it is given, has returned.
    """
    head = b'<script async src="/until.js"></script>' if until else b""
    port = free_port("0.0.0.0" if to_lan else "127.0.0.1", port)
    app, _, _ = page.queue(max_size=MOST_WAITING, api_open=False).launch(
        server_name="0.0.0.0" if to_lan else "127.0.0.1",
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        inline=False,
        theme=THEME,
        css=Path(__file__).with_name("look.css").read_text(encoding="utf-8"),
        footer_links=[],
        run_history=False,
        max_file_size=guard.LARGEST,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        app_kwargs={"openapi_url": None, "middleware": [Middleware(OwnHostOnly, head), Middleware(guard.Guard)]},
    )
    if until:
        app.get("/until.js")(until)
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # of what strangers send
    return [f"http://{host}:{port}/" for host in ["127.0.0.1", *([lan_address()] if to_lan else [])]]


def free_port(host: str, first: int) -> int:
    """The first free port from `first` on."""
    for number in range(first, min(first + PORTS, 65536)):
        with socket.socket() as listening:
            if os.name == "posix":  # a port just left can be taken again; on Windows this would share one in use
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listening.bind((host, number))
                return number
            except OSError:
                continue
    raise cli.Fault(f"no free port from {first} on; name another with --port")


def lan_address() -> str:
    """This machine's address in the local network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation; connecting by UDP sends nothing
            return probe.getsockname()[0]
        except OSError:
            return socket.gethostname()
