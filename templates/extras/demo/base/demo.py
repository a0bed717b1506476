"""Show a run in the browser, with or without a network: `python demo.py`; --record keeps answers for the worst case.

demo_page.py is the page. Only this machine can open it, with --share-lan the local network; `guard` stands before it.
"""

import asyncio
import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from html import escape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import common
import data
import report
import runs
from common import ROOT, Problem, words

RECORDED, EXAMPLES = ROOT / "demo" / "recorded.json", 6
FILES = tempfile.TemporaryDirectory(prefix="demo-", ignore_cleanup_errors=True)  # uploads; it goes with the page
MOST_ASKED, MOST_UPLOADED, MOST_STORED = 1_000_000, 20_000_000, 100_000_000  # bytes: a question, a file, all files
WAITING, KEPT, SLOWEST = 100, 600, 120  # questions in the queue; seconds that a file stays, that sending may take
UPLOADING = asyncio.Lock()
# Of Gradio's many routes those that this page uses: others read files, fetch addresses, or answer without a queue.
API = r"info|startup-events|queue/data|upload_progress|heartbeat/\w*|file=.*"
GET = rf"/((config|theme\.css|manifest\.json|favicon\.ico|assets/.*|static/.*)?|gradio_api/({API}))"
ROUTES = {"GET": GET, "HEAD": GET, "POST": r"/gradio_api/(queue/join|upload|cancel|reset)"}
# The browser itself refuses whatever comes from elsewhere; Gradio's own scripts need 'unsafe-inline' and -eval.
POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; form-action 'self'; frame-ancestors 'self'"
LOOK = ".or, .info-text, .min_value, .max_value { color: inherit !important } "  # against pale, cut, wide texts
LOOK += ".textfield { word-break: break-word !important } .table-container * { font: 12px system-ui !important }"
TO_ANSWER = "(...asked) => { document.querySelector('#answer').scrollIntoView({ block: 'nearest' }); return asked }"
BROWSERS = "chromium chromium-browser google-chrome chrome microsoft-edge".split()
BROWSERS += ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]
BROWSERS += [r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe"]


def main() -> None:
    parser = common.Parser(__doc__)
    parser.add_argument("--run", help="a run's name or folder [the newest, else the published one]")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [auto]")
    parser.add_argument("--port", type=int, default=7860, help="the first to try; the next free one is taken [7860]")
    parser.add_argument("--share-lan", action="store_true", help="let everybody in the local network use the page")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--record", action="store_true", help="write examples, their answers and a picture to demo/")
    args, _ = parser.parse()
    if not 1 <= args.port <= 65435:
        raise Problem(f"--port is a number from 1 to 65435, got {args.port}", 2)
    for name in [name for name in os.environ if name.startswith("GRADIO_")]:
        del os.environ[name]  # they open folders, routes and tunnels
    os.environ |= {"GRADIO_TEMP_DIR": FILES.name, "GRADIO_SERVER_PORT": str(args.port), "HF_HUB_OFFLINE": "1"}
    os.environ |= {"GRADIO_ANALYTICS_ENABLED": "False", "no_proxy": "localhost,127.0.0.1"}
    for number in {signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}:  # also where the terminal is closed,
        if signal.getsignal(number) != signal.SIG_IGN:  # but not under nohup
            signal.signal(number, lambda *_: sys.exit(143))  # an orderly end: what was uploaded goes
    try:
        import gradio as gr  # after the settings that it reads
        from starlette.middleware import Middleware
        from starlette.middleware.base import BaseHTTPMiddleware
    except ModuleNotFoundError as missing:
        raise Problem(f'{missing.name} is missing; the page needs: pip install -e ".[demo]"') from None
    import demo_page

    source = best_there_is(args, demo_page)
    for example in source.examples if args.record else source.examples[:1]:
        example["answer"] = example.get("answer") or list(source.ask(example["question"]))[-1]
    page = build(source, demo_page)
    quietly = {"footer_links": [], "run_history": False, "prevent_thread_lock": True, "quiet": True, "share": False}
    page.queue(max_size=WAITING, api_open=False).launch(  # only so does Gradio keep to its own rules on paths
        inbrowser=not (args.no_browser or args.record),
        server_name="0.0.0.0" if args.share_lan and not args.record else "127.0.0.1",
        theme=gr.themes.Default(primary_hue="blue", text_size="lg").set(button_primary_background_fill="*primary_700"),
        css=LOOK,
        js=f"() => {{ document.documentElement.lang = '{words('language')}' }}",
        max_file_size=MOST_UPLOADED,
        app_kwargs={"openapi_url": None, "middleware": [Middleware(BaseHTTPMiddleware, dispatch=guard)]},
        **quietly,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # else it tells of whatever strangers send
    address = f"http://127.0.0.1:{page.server_port}/"
    try:
        if args.record:
            common.write_json(RECORDED, {"about": source.about, **source.facts, "examples": source.examples})
            print(f"{len(source.examples)} examples with their answers are in {RECORDED.parent.name}/; commit it")
            return take_picture(address, RECORDED.with_name("page.png"))
        print(words("demo_address", address=address), flush=True)
        if args.share_lan:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.connect(("192.0.2.1", 9))  # sends nothing; tells by which address others reach this machine
                print(words("demo_lan", address=address.replace("127.0.0.1", probe.getsockname()[0])), flush=True)
        while True:
            time.sleep(1)  # until Ctrl-C
    finally:
        page.close(verbose=False)


def best_there_is(args: Any, page: Any) -> SimpleNamespace:
    """What is shown: title, examples and `ask` of the run's model or, where it cannot be read, recorded answers."""
    title = common.tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["description"]
    kept = common.read_json(RECORDED) if RECORDED.is_file() else {}
    try:
        run, config, meta, smoke = runs.find(args.run)
        net = common.kit(config)
        model = net.restore(run, config, meta, args.device)
        facts = {"checkpoint_sha256": common.sha256(run / net.BEST), "data_sha256": meta["data"]["sha256"]}
        sheet = common.read_json(run / "report.json") if (run / "report.json").is_file() else {}
        about = words("demo_smoke" if smoke else "demo_unscored", model=config.model)
        if sheet.get("checkpoint_sha256") == facts["checkpoint_sha256"]:  # else it is of other weights
            about = report.text(sheet)
        examples = [{"question": example["question"]} for example in kept.get("examples", [])]
        if kept.get("data_sha256") != facts["data_sha256"]:
            examples = [{"question": drawn} for drawn in page.examples(data.load(config).valid, config, meta, EXAMPLES)]
    except (Problem, ImportError, OSError) as fault:
        if args.run or args.record or not kept:
            raise
        about = words("demo_recorded", about=kept["about"], why=" ".join(str(fault).split()))
        return SimpleNamespace(title=title, about=about, examples=kept["examples"], meta={}, ask=None)
    ask, facts = partial(page.answer, model, config, meta), {"run": run.name, **facts}
    return SimpleNamespace(title=title, about=about, examples=examples, meta=meta, ask=ask, facts=facts)


def build(source: SimpleNamespace, content: Any) -> Any:
    """The page: a button for each example, then the form and beside it the answer; at first the first example's."""
    import gradio as gr

    def answered(example: dict | None, *values: Any) -> Iterator[list]:
        """What an example, or what was entered, shows; what goes wrong becomes a line on the page."""
        try:
            question = example["question"] if example else content.asked(source, *values)
            filled = content.form(question, source) if example and source.ask else []
            for answer in source.ask(question) if source.ask else [example["answer"]]:
                yield [*content.shown(question, answer), *filled]
                filled = [gr.skip() for _ in filled]  # who types while a text grows keeps what was typed
        except Exception as error:
            told = str(error)
            if not isinstance(error, Problem):
                told = words("demo_failed")
                print(f"demo.py: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            raise gr.Error(escape(told), title=words("demo_no_answer"), print_exception=False) from None

    first = source.examples[0]
    event = {"api_visibility": "private", "concurrency_id": "model", "show_progress": "minimal", "js": TO_ANSWER}
    with gr.Blocks(title=source.title, analytics_enabled=False) as page:
        about = f'<p style="white-space: pre-line">{escape(source.about)}</p>'
        gr.HTML(f"<h1>{escape(source.title)}</h1>{about}", elem_id="about")
        with gr.Row():
            buttons = [content.button(n, example["question"]) for n, example in enumerate(source.examples, 1)]
        with gr.Row():
            with gr.Column(visible=bool(source.ask)):
                form = content.form(first["question"], source) if source.ask else []
                ask = gr.Button(words("demo_ask"), variant="primary", elem_id="ask")
            with gr.Column(elem_id="answer"):
                shown = content.shown(first["question"], first["answer"])
        for example, button in zip(source.examples, buttons, strict=True):
            button.click(partial(answered, example), None, [*shown, *form], **event)
        enter = [field.submit for field in form if hasattr(field, "submit")]
        gr.on([ask.click, *enter], partial(answered, None), form, shown, **event)
    return page


def take_picture(address: str, file: Path) -> None:
    """A picture of the page, by a browser that is installed anyway."""
    flags = "--headless --disable-gpu --no-first-run --hide-scrollbars --window-size=1280,800".split()
    flags += ["--virtual-time-budget=10000", f"--user-data-dir={FILES.name}/browser", f"--screenshot={file}"]
    flags += ["--no-sandbox"] * (sys.platform == "linux" and os.geteuid() == 0)  # as root it does not start with one
    browser = next(filter(None, map(shutil.which, BROWSERS)), "chromium")
    try:
        subprocess.run([browser, *flags, address], capture_output=True, timeout=60, check=True)
        print(f"{file.relative_to(ROOT)} shows the page")
    except (OSError, subprocess.SubprocessError):
        print("no Chrome, Chromium or Edge could take a picture of the page")


async def guard(request: Any, passed_on: Callable) -> Any:
    """Around Gradio: what passes is asked by a page of this host, for a route in use, in a length known beforehand."""
    from starlette.responses import PlainTextResponse

    method, path, headers = request.method, request.scope["path"], request.headers
    length = headers.get("content-length", "" if method == "POST" else "0")
    size = int(length) if re.fullmatch("[0-9]+", length) and "transfer-encoding" not in headers else 10**12
    host, upload = headers.get("host", "").lower(), path.endswith("/upload")
    own = "localhost", "127.0.0.1", "[::1]", request.scope["server"][0]
    try:
        if size > MOST_ASKED + MOST_UPLOADED * upload:
            raise Problem("too much, or of unknown length", 413)
        if re.sub(r":\d+$", "", host) not in own or headers.get("origin", f"http://{host}").lower() != f"http://{host}":
            raise Problem("this page is at localhost or this machine's address, and only its own pages ask", 403)
        if not re.fullmatch(ROUTES.get(method, ""), path, re.DOTALL):
            raise Problem("no such route", 404)
        if "/file=" in path:
            of_an_upload({"path": path.partition("/file=")[2]})
        if size and not upload:
            json.loads(await asyncio.wait_for(request.body(), SLOWEST), object_hook=of_an_upload)
        async with UPLOADING if upload else nullcontext():  # one after the other, so that all before is counted
            if upload and size + stored() > MOST_STORED:
                raise Problem("no room for more uploads; try again in some minutes", 507)
            response = await asyncio.wait_for(passed_on(request), SLOWEST)
    except (Problem, ValueError, RecursionError, OSError, asyncio.TimeoutError) as refused:
        close = {"connection": "close"} if size > 2 * MOST_UPLOADED else {}  # what is shorter is dropped unread
        response = PlainTextResponse(str(refused), getattr(refused, "code", 400), close)
    response.headers.update({"content-security-policy": POLICY, "referrer-policy": "no-referrer"})
    return response


def stored() -> int:
    """Bytes of all uploads, complete or not, after those that are old have gone."""
    files = [file for file in Path(FILES.name).rglob("*") if file.is_file()]
    for file in files:
        if file.stat().st_mtime < time.time() - KEPT:
            file.unlink()
    return sum(max(file.stat().st_size, 4096) for file in files if file.exists())  # the smallest take 4,096


def of_an_upload(found: dict) -> dict:
    """A part of a question: what stands there as a path, Gradio would open or fetch, so it must lead to an upload."""
    path = found.get("path", f"{FILES.name}{os.sep}none")  # told by its letters alone: nobody can lay links there
    if not isinstance(path, str) or not os.path.normpath(path).startswith(FILES.name + os.sep):
        raise Problem("no file of this page", 403)
    return found


if __name__ == "__main__":
    common.run(main)
