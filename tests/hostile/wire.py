"""A web server that says exactly what it is told to, byte for byte: no library stands between it and the wire."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

# What is done with one connection, once a request has been read from it; the rest is silence.
Act = Callable[["Line"], None]
Answer = bytes | Act


@dataclass
class Line:
    """One connection with the request that came on it."""

    wire: socket.socket
    path: str
    headers: dict[str, str] = field(default_factory=dict)

    def say(self, data: bytes) -> None:
        """Sends bytes."""
        self.wire.sendall(data)

    def reset(self) -> None:
        """Ends the connection as a crash would, without a word."""
        self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.wire.close()


def page(body: bytes | str, status: int = 200, kind: str | None = "text/html; charset=utf-8", **headers: str) -> bytes:
    """A whole answer, with its true length. Names of headers are written with underscores."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(data)}", "Connection: close"]
    lines += [f"Content-Type: {kind}"] if kind is not None else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8") + data


def redirect(target: str, status: int = 302) -> bytes:
    """An answer that leads elsewhere."""
    return page(b"", status, Location=target)


class Server:
    """Answers by path and query; `otherwise` is given what nobody set. Asks are written down.

    `stop` closes the port in mid-crawl. With `pem`, a file of certificate and key, it speaks TLS.
    """

    def __init__(self, routes: dict[str, Answer] | None = None, *, pem: str | None = None) -> None:
        self.routes: dict[str, Answer] = routes or {}
        self.otherwise: Callable[[str], Answer] = lambda path: page("<html><body>Not found</body></html>", 404)
        self.asked: list[str] = []
        self.first_asked = 0.0  # by the clock of time.monotonic
        self.alive = True
        self.context: ssl.SSLContext | None = None
        if pem:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(pem)
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    def listen(self) -> None:
        while self.alive:
            with contextlib.suppress(OSError):
                wire, _ = self.socket.accept()
                threading.Thread(target=self.serve, args=(wire,), daemon=True).start()

    def serve(self, wire: socket.socket) -> None:
        """One connection, one request."""
        with contextlib.suppress(OSError, ValueError):
            wire.settimeout(30)
            if self.context:
                wire = self.context.wrap_socket(wire, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head:
                data = wire.recv(65536)
                if not data:
                    return
                head += data
            lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
            path = lines[0].split(" ")[1]
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            self.first_asked = self.first_asked or time.monotonic()
            self.asked.append(path)
            answer = self.routes.get(path)
            answer = self.otherwise(path) if answer is None else answer
            if callable(answer):
                answer(Line(wire, path, headers))
            else:
                wire.sendall(answer)
                wire.shutdown(socket.SHUT_WR)
                wire.settimeout(2)
                while wire.recv(65536):  # until the other side has read everything
                    pass
        with contextlib.suppress(OSError):
            wire.close()

    def stop(self) -> None:
        self.alive = False
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def drip(head: bytes, *, every: float = 0.2, piece: bytes = b"x") -> Act:
    """`head`, and then a byte now and then until the other side has had enough."""

    def act(line: Line) -> None:
        line.say(head)
        for _ in range(600):
            line.say(piece)
            time.sleep(every)

    return act


def pour(head: bytes, piece: bytes, total: int) -> Act:
    """`head`, and then `total` bytes as fast as they are taken."""

    def act(line: Line) -> None:
        line.say(head)
        for _ in range(total // len(piece)):
            line.say(piece)

    return act
