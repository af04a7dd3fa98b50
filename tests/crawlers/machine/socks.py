"""A SOCKS5 server on loopback that writes down what it is asked, and leads every name to one site."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading


class SocksServer:
    """`asked` are the hosts as they came, with their port; `user` the name and password that are wanted, if any."""

    def __init__(self, port: int, *, user: tuple[str, str] | None = None, reply: int = 0) -> None:
        self.asked: list[tuple[str, int]] = []
        self.kinds: list[int] = []
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError, struct.error, IndexError):
                    outer.serve(self.request, port, user, reply)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def address(self) -> str:
        return f"socks5://127.0.0.1:{self.server.server_address[1]}"

    def serve(self, near: socket.socket, port: int, user: tuple[str, str] | None, reply: int) -> None:
        """One connection: greeting, request, and then whatever is said both ways."""
        _, count = near.recv(2)
        methods = near.recv(count)
        wanted = 2 if user else 0
        near.sendall(bytes([5, wanted if wanted in methods else 255]))
        if user:
            _, length = near.recv(2)
            name = near.recv(length)
            secret = near.recv(near.recv(1)[0])
            known = (name.decode(), secret.decode()) == user
            near.sendall(bytes([1, 0 if known else 1]))
        _, _, _, kind = near.recv(4)
        host = near.recv(near.recv(1)[0]).decode() if kind == 3 else socket.inet_ntoa(near.recv(4))
        (asked_port,) = struct.unpack(">H", near.recv(2))
        self.kinds.append(kind)
        self.asked.append((host, asked_port))
        near.sendall(bytes([5, reply, 0, 1]) + bytes(6))
        if reply:
            return
        with socket.create_connection(("127.0.0.1", port)) as far:
            back = threading.Thread(target=pump, args=(far, near), daemon=True)
            back.start()
            pump(near, far)
            back.join(10)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def pump(source: socket.socket, target: socket.socket) -> None:
    """Everything one way, until it ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
