# SPDX-License-Identifier: Apache-2.0
"""What the tests of the tool share: a server, and runs of the tool against it."""

import argparse
import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
from served import apache as apache_server  # noqa: E402
from served import served  # noqa: E402

DONE, FAILED, USAGE, NO_NODE, LOST, NOT_CONNECTED = range(6)
PATIENCE = 60  # seconds, for a machine under load

tool = None
address = None
on_apache = False


def environment(**more):
    """The environment of the tool: without what the user of this machine has configured."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KAZOO_")}
    return {**kept, "XDG_CONFIG_HOME": "/nonexistent", **more}


class Run:
    """A run of the tool that has ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def text(self):
        return self.out.decode()

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def json_lines(self):
        return [json.loads(line) for line in self.lines]


def start(*arguments, servers=None, **options):
    """Starts the tool; returns the process."""
    # Unbuffered, so that communicate() returns everything behind a line that was read.
    options.setdefault("bufsize", 0)
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    options.setdefault("env", environment())
    return subprocess.Popen([tool, "-s", servers or address, *arguments], **options)


def run(*arguments, stdin=b"", env=None, servers=None):
    """Runs the tool; returns a Run."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    process = start(
        *arguments, servers=servers, stdin=subprocess.PIPE, env=environment(**(env or {}))
    )
    try:
        out, err = process.communicate(stdin, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"kazoo {arguments} has not ended; stderr: {err!r}") from None
    return Run(process.returncode, out, err)


class Proxy:
    """Forwards connections to a server, until they are cut. `limit`: the bytes to the server
    behind which each waits until `released` is set; `reached` is set then."""

    def __init__(self, target, limit=None):
        self.target = target.rsplit(":", 1)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.connections = []
        self.refuses = False
        self.limit = limit
        self.reached, self.released = threading.Event(), threading.Event()

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        # Shutting down wakes the thread that accepts, closing alone does not.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut(for_good=True)
        self.released.set()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                if self.refuses:
                    client.close()
                    continue
                server = socket.create_connection((self.target[0], int(self.target[1])))
                self.connections += [client, server]
            self.forward_all(client, server)

    def forward_all(self, client, server):
        for ends in ((client, server, self.limit), (server, client)):
            threading.Thread(target=self.forward, args=ends, daemon=True).start()

    def forward(self, source, sink, limit=None):
        count = 0
        with contextlib.suppress(OSError):
            while block := source.recv(1 << 16):
                count += len(block)
                if limit is not None and count > limit:
                    self.reached.set()
                    self.released.wait()
                sink.sendall(block)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self, for_good=False):
        """Ends all connections; `for_good`: and refuses further ones."""
        with self.lock:
            self.refuses = for_good
            cut, self.connections = self.connections, []
        for connection in cut:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


def peak_memory(process):
    """Returns the peak of its resident memory until now, in bytes; 0 if it has ended."""
    try:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return 0
    return sum(1024 * int(size) for size in re.findall(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE))


def peak_memory_until_end(*processes):
    """Waits for the end of processes; returns what peak_memory of each was at last."""
    peaks = [0] * len(processes)
    while any([process.poll() is None for process in processes]):
        peaks = [max(peak, peak_memory(one)) for peak, one in zip(peaks, processes)]
        time.sleep(0.02)
    return peaks


class ToolCase(unittest.TestCase):
    """Each test has a node of its own, self.root."""

    def setUp(self):
        self.root = "/" + "-".join(self.id().split(".")[-2:])
        self.ok("create", self.root)

    def check(self, code, *arguments, **options):
        result = run(*arguments, **options)
        self.assertEqual(
            result.code, code, f"kazoo {arguments}: {result.out[:2000]!r} {result.err[:2000]!r}"
        )
        return result

    def ok(self, *arguments, **options):
        return self.check(DONE, *arguments, **options)

    def fails(self, code, message, *arguments, **options):
        """The run fails with this code and says this on standard error, nothing on stdout."""
        result = self.check(code, *arguments, **options)
        self.assertIn(message, result.err.decode())
        self.assertEqual(result.out, b"")
        return result

    def directory(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)

    def file(self, content, name="file"):
        path = self.directory() / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)


def main(*server_arguments, apache=False):
    """Runs the test cases of the calling program against a server of their own: `kazoo serve`, or
    an Apache ZooKeeper, if `apache` or the option --apache says so."""
    global tool, address, on_apache
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--apache", action="store_true")
    options, rest = parser.parse_known_args()
    tool = options.tool
    on_apache = apache or options.apache
    with apache_server() if on_apache else served(tool, *server_arguments) as address:
        program = unittest.main(
            module="__main__", argv=[sys.argv[0], *rest], exit=False, verbosity=2
        )
    passed = program.result.wasSuccessful() and program.result.testsRun > 0
    sys.exit(0 if passed else 1)
