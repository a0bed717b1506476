"""No network: Python imports a module of this name at start, and its process can then reach this machine alone."""

import socket

_connect, _lookup = socket.socket.connect, socket.getaddrinfo
_HERE = ("localhost", "127.", "::1", "0.0.0.0")


def _refuse_others(host: str | bytes | None) -> None:
    host = host.decode() if isinstance(host, bytes) else host
    if host and not str(host).startswith(_HERE):
        raise socket.gaierror(f"no network in this check: {host}")


def _guarded(self: socket.socket, address: object) -> None:
    if isinstance(address, tuple):
        _refuse_others(address[0])
    return _connect(self, address)


def _look_up(host: str | bytes | None, *more: object, **named: object) -> list:
    _refuse_others(host)
    return _lookup(host, *more, **named)


socket.socket.connect, socket.getaddrinfo = _guarded, _look_up
