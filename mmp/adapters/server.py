"""The web server, waitress: one process, some threads, a clean end."""

import errno
import logging
import socket
from collections.abc import Callable
from ipaddress import ip_address

from flask import Flask

from mmp.config import Settings
from mmp.core.errors import UserError

THREADS = 8
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # what to call it from here


class CannotListen(UserError):
    """The host or port cannot be had."""

    code = "cannot_listen"


def bind(host: str, port: int) -> socket.socket:
    """Take an address, any free port for 0, without answering on it yet. Raises CannotListen."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise CannotListen("--host: %(host)s is no address of this machine.", host=host) from error
    # "localhost" is often both; of the two every program tries this one.
    family, kind, protocol, _, where = min(found, key=lambda one: one[0] != socket.AF_INET)
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(where)
    except OSError as error:
        sock.close()
        raise _refusal(error, host, port) from error
    return sock


def address(sock: socket.socket, host: str) -> str:
    """The http address of a bound socket as one calls it from this machine."""
    name = _WILDCARDS.get(host, host)
    port: int = sock.getsockname()[1]
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def is_loopback(sock: socket.socket) -> bool:
    """Whether nobody but this machine can reach it."""
    return ip_address(sock.getsockname()[0]).is_loopback


def note_address(settings: Settings) -> None:
    """Keep where the instance is served, so that other commands give addresses that lead there."""
    draft = settings.served_at_file.with_suffix(".draft")
    draft.write_text(settings.base_url + "\n")
    draft.replace(settings.served_at_file)


def serve(app: Flask, sock: socket.socket, *, ready: Callable[[], None]) -> None:
    """Serve until a signal comes; call `ready` once connections are accepted.

    Raises CannotListen if another program began to listen on the port since it was bound.
    """
    import waitress  # half of its time is spent on a server that most commands never start

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a short queue is no news
    host, port = sock.getsockname()[:2]
    try:
        server = waitress.create_server(
            app,
            sockets=[sock],
            threads=THREADS,
            ident=None,
            # The application itself knows which proxies to believe, under gunicorn too.
            clear_untrusted_proxy_headers=False,
            # Beyond this nothing is even read; below it the application says no with a page.
            max_request_body_size=2 * app.config["MAX_CONTENT_LENGTH"],
        )
    except OSError as error:
        raise _refusal(error, host, port) from error
    try:
        ready()
        server.run()
    finally:
        server.close()


def _refusal(error: OSError, host: str, port: int) -> CannotListen:
    if error.errno == errno.EADDRINUSE:
        return CannotListen(
            "Port %(port)d is taken; choose another with --port, or --port 0 for any free one.",
            port=port,
        )
    if error.errno == errno.EACCES:
        return CannotListen(
            "Port %(port)d is kept for the system's own; choose one from 1024 with --port.",
            port=port,
        )
    return CannotListen(
        "--host: %(host)s is no address of this machine (%(why)s).", host=host, why=error.strerror
    )
