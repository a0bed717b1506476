"""Run the project's own commands as a judge's laptop would: as a process, with a limit, and without a network."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import runs
from cli import Fault
from support.wording import words

# Python imports a module of this name at start; the process can then reach this machine alone.
CUT_OFF = '''"""No network: only this machine can be reached."""
import socket

_connect, _lookup = socket.socket.connect, socket.getaddrinfo
_HERE = ("localhost", "127.", "::1", "0.0.0.0")


def _is_here(host):
    host = host.decode() if isinstance(host, bytes) else host
    return not host or str(host).startswith(_HERE)


def _guarded(self, address):
    if isinstance(address, tuple) and not _is_here(address[0]):
        raise OSError(f"no network in this check: {address[0]}")
    return _connect(self, address)


def _look_up(host, *more, **named):
    if not _is_here(host):
        raise socket.gaierror(f"no network in this check: {host}")
    return _lookup(host, *more, **named)


socket.socket.connect, socket.getaddrinfo = _guarded, _look_up
'''


def alone(folder: Path) -> dict[str, str]:
    """An environment whose Python processes have no network; `folder` holds what cuts it off."""
    (folder / "sitecustomize.py").write_text(CUT_OFF, encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))
    offline = {"HF_HUB_OFFLINE": "1", "PYTHONIOENCODING": "utf-8"}
    return os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **offline}


def python(*arguments: str, seconds: float, place: Path = runs.ROOT, codes: Sequence[int] = (0,)) -> str:
    """What a Python command prints, without a network; one that ends otherwise or too late is a `Fault`."""
    command = f"python {' '.join(arguments)}"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            done = subprocess.run(
                [sys.executable, *arguments],
                cwd=place,
                env=alone(Path(folder)),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            raise Fault(words("checklist_too_long", command=command, seconds=f"{seconds:.0f}")) from None
    if done.returncode not in codes:
        last = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise Fault(f"{command}: {last}")
    return done.stdout
