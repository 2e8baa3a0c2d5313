# SPDX-License-Identifier: Apache-2.0
"""Relays between the tool and a server: one that acts before a request, one that can stop."""

import contextlib
import socket
import struct
import threading

import suite

CREATE, DELETE, EXISTS, GET, SET, GET_ACL, SET_ACL = range(1, 8)
MULTI, CLOSE = 14, -11
WITHOUT_PATH = (MULTI, CLOSE, 11, 100)  # ping and authentication


def read_exactly(connection, size):
    data = b""
    while len(data) < size:
        block = connection.recv(size - len(data))
        if not block:
            return None
        data += block
    return data


def operation_and_path(frame):
    """What a request asks for, as far as it is about one path."""
    (operation,) = struct.unpack_from(">i", frame, 4)
    if operation in WITHOUT_PATH or len(frame) < 12:
        return operation, None
    (size,) = struct.unpack_from(">i", frame, 8)
    return operation, frame[12 : 12 + max(size, 0)].decode(errors="replace")


class HookedProxy(suite.Proxy):
    """Calls hook(operation, path) before each request, which is forwarded when it returns."""

    def __init__(self, target, hook):
        super().__init__(target)
        self.hook = hook

    def forward_all(self, client, server):
        threading.Thread(target=self.requests, args=(client, server), daemon=True).start()
        threading.Thread(target=self.forward, args=(server, client), daemon=True).start()

    def requests(self, client, server):
        first = True
        with contextlib.suppress(OSError):
            while (head := read_exactly(client, 4)) is not None:
                frame = read_exactly(client, struct.unpack(">i", head)[0])
                if frame is None:
                    break
                if not first:
                    self.hook(*operation_and_path(frame))
                first = False
                server.sendall(head + frame)
        for end in (client, server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class MuteProxy(suite.Proxy):
    """Forwards until it is muted: then connections stay open, and nothing passes any more."""

    def __init__(self, target):
        super().__init__(target)
        self.open = threading.Event()
        self.open.set()
        self.ended = threading.Event()

    def mute(self):
        self.open.clear()

    def __exit__(self, *arguments):
        self.ended.set()
        self.open.set()
        super().__exit__(*arguments)

    def forward_all(self, client, server):
        for one, other in ((client, server), (server, client)):
            threading.Thread(target=self.relay, args=(one, other), daemon=True).start()

    def relay(self, source, sink):
        with contextlib.suppress(OSError):
            while block := source.recv(1 << 16):
                self.open.wait()
                if self.ended.is_set():
                    break
                sink.sendall(block)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
