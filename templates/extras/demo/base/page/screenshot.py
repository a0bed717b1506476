"""A picture of the page with an example answered, taken by a browser that is installed anyway."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import runs
from page import layout, server
from page.source import Source

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
APPS = ("Google Chrome", "Chromium", "Microsoft Edge")  # on macOS
PROGRAMS = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")  # on Windows
SECONDS = 60  # a browser that takes longer is given up
DRAWN = 2  # seconds from an answer until it is drawn


def find() -> str | None:
    """A browser of the Chromium family, None where there is none."""
    folders = [os.environ[name] for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA") if name in os.environ]
    places = [Path(folder, program) for folder in folders for program in PROGRAMS]
    places += [Path("/Applications", f"{app}.app", "Contents", "MacOS", app) for app in APPS]
    on_path = (shutil.which(name) for name in NAMES)
    return next((path for path in on_path if path), None) or next((str(p) for p in places if p.is_file()), None)


def take(source: Source, picture: Path) -> bool:
    """Write a picture of the first example's answer, 1280 × 800; False where no browser could."""
    browser = find()
    if browser is None:
        return False
    answered = threading.Event()

    def until() -> None:
        answered.wait(SECONDS / 2)
        time.sleep(DRAWN)

    page = layout.build(source, answered.set)
    address, *_ = server.serve(page, 7860, False, until)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        draft = Path(folder) / "page.png"
        flags = ["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
        flags += ["--disable-component-update", "--hide-scrollbars", "--window-size=1280,800"]
        flags += [f"--user-data-dir={Path(folder) / 'profile'}", f"--screenshot={draft}"]
        if sys.platform == "linux" and os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium does not start as root with it
        try:
            words = [browser, *flags, f"{address}?example=1"]
            subprocess.run(words, capture_output=True, timeout=SECONDS, check=True)
            runs.write(picture, draft.read_bytes())
        except (OSError, subprocess.SubprocessError):
            return False
        finally:
            page.close(verbose=False)
    return True
