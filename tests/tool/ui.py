# SPDX-License-Identifier: Apache-2.0
"""A running `kazoo ui` for the tests: its address, requests to it, and its events."""

import contextlib
import http.client
import itertools
import json
import re
import signal
import socket
import threading
import time
import urllib.parse

import suite



def row(path):
    """The selector of the row of a node in the tree of the page."""
    return f".row[data-path={json.dumps(path)}]"


def expand(tab, path):
    """Clicks the triangle of a row, once it has one."""
    closed = row(path) + '[aria-expanded="false"] .twist'
    tab.wait(f"document.querySelector({json.dumps(closed)}) !== null")
    tab.click(closed)
    tab.wait(f"document.querySelector({json.dumps(closed)}) === null")


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("code")


class Ui:
    """A process of `kazoo ui`."""

    def __init__(self, *arguments, servers=None, **options):
        self.process = suite.start("ui", *arguments, servers=servers, **options)
        self.url = self.process.stdout.readline().decode().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/#token=([0-9a-f]{64})", self.url)
        if not found:
            self.process.kill()
            error = self.process.communicate()[1]
            raise AssertionError(f"kazoo ui wrote {self.url!r} {error!r}")
        self.port, self.token = int(found[1]), found[2]
        self.host = f"127.0.0.1:{self.port}"

    def stop(self, how=signal.SIGTERM):
        """Ends the process; returns its exit code."""
        self.process.send_signal(how)
        code = self.process.wait(timeout=suite.PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.returncode is None and (code := self.stop()) != 0:
            raise AssertionError(f"kazoo ui ended with {code}")

    def request(self, method, target, body=None, headers=None, **query):
        """One request with the token; `headers` replace what is sent, None leaves one out."""
        sent = {"Authorization": "Bearer " + self.token}
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        sent = {name: value for name, value in sent.items() if value is not None}
        if query:
            target += "?" + urllib.parse.urlencode(query, quote_via=urllib.parse.quote)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=suite.PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, target, body=body, headers=sent)
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())

    def get(self, target, **query):
        return self.request("GET", target, **query)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=suite.PATIENCE)

    def raw(self, data):
        """Sends bytes; returns everything that comes back until the server closes."""
        with self.connect() as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(data)
            return read_all(connection)

    def head(self, line, *headers):
        """The head of a request with the token, as bytes."""
        lines = [line, "Host: " + self.host, "Authorization: Bearer " + self.token, *headers]
        return "\r\n".join([*lines, "", ""]).encode()


def read_all(connection):
    received = b""
    with contextlib.suppress(ConnectionError):
        while block := connection.recv(1 << 16):
            received += block
    return received


class Events:
    """The stream of events, read in a thread. `all` has (time, event)."""

    def __init__(self, ui):
        self.connection = ui.connect()
        self.connection.sendall(ui.head("GET /api/events HTTP/1.1"))
        self.file = self.connection.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        while self.file.readline().strip():
            pass
        self.all = []
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        with contextlib.suppress(OSError, ValueError):
            for line in self.file:
                if line.startswith(b"data: "):
                    with self.changed:
                        self.all.append((time.monotonic(), json.loads(line[6:])))
                        self.changed.notify_all()

    def find(self, wanted):
        return next(((when, event) for when, event in self.all if wanted(event)), None)

    def wait(self, wanted):
        """Returns (time, event) of the first event that is wanted."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.find(wanted), suite.PATIENCE):
                raise AssertionError(f"no such event, but {self.all}")
            return self.find(wanted)

    def wait_for_change(self, kind, path):
        return self.wait(lambda event: {"type": kind, "path": path} in event["changes"])[0]

    def settle(self, node, below=""):
        """Creates children of a node until the event of one arrives: a gap that is under way covers
        events. Returns all events until then, and forgets them. `below` is the chroot."""
        seen = []
        for number in itertools.count():
            path = f"{node}/settled-{number}"
            created = {"type": "CREATED", "path": path.removeprefix(below)}
            assert suite.run("create", path).code == suite.DONE
            self.wait(lambda event: event["gap"] or created in event["changes"])
            with self.changed:
                events = [event for _, event in self.all]
                self.all.clear()
            seen += events
            if any(created in event["changes"] for event in events):
                return seen

    def close(self):
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.file.close()
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
