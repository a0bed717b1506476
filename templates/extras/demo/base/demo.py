"""Show the best run in the browser, with or without a network: `python demo.py`; --record keeps answers for later."""

import signal
import sys
import threading
import time
import webbrowser

import cli
from support.wording import words


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("--run", help="a run's name or folder [the best full run, else the published one]")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [as trained, where it is there]")
    parser.add_argument("--port", type=int, default=7860, help="the first to try; the next free one is taken [7860]")
    parser.add_argument("--share-lan", action="store_true", help="let everybody in the local network use the page")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--record", action="store_true", help="write examples, their answers and a picture to demo/")
    args = cli.parse_plain(parser)
    if not 1 <= args.port <= 65535:
        raise cli.Misuse(f"--port is a number from 1 to 65535, got {args.port}")
    if args.record and args.share_lan:
        raise cli.Misuse("--record opens no page to others; leave --share-lan out")
    try:
        from page import layout, record, server, source  # after the flags, because Gradio takes seconds
    except ModuleNotFoundError as missing:
        raise cli.Fault(
            f'there is no {missing.name}; what the page needs comes with: pip install -e ".[demo]"'
        ) from None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an orderly end: what was uploaded goes
    if args.record:
        record.write(source.live(args.run, args.device))
        return
    given = source.best_there_is(args.run, args.device)
    if given.excuse:
        print(f"recorded answers only: {given.excuse}", flush=True)

    opened = layout.build(given)
    addresses = server.serve(opened, args.port, args.share_lan)
    print(words("demo_address", address=addresses[0]), flush=True)
    for address in addresses[1:]:
        print(words("demo_lan", address=address), flush=True)
    if not args.no_browser:
        threading.Thread(target=webbrowser.open, args=addresses[:1], daemon=True).start()
    try:
        while True:
            time.sleep(1)  # until Ctrl-C
    finally:
        opened.close(verbose=False)


if __name__ == "__main__":
    cli.run(main)
