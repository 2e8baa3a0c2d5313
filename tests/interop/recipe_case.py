# SPDX-License-Identifier: Apache-2.0
"""Shared by the tests of recipes of this library together with those of other clients."""

import subprocess
import threading
import time
import unittest

import served

try:
    from kazoo.client import KazooClient
except ImportError:
    served.skip("python3-kazoo is not installed")

LIMIT_S = 20


class Partner:
    """A process that reads lines and answers with lines."""

    def __init__(self, case, command):
        self.case = case
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=served.die_with_parent,
        )
        case.addCleanup(self.kill)

    def write(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def line(self):
        return self.process.stdout.readline().strip()

    def call(self, *words):
        self.write(*words)
        return self.line()

    def reads(self, line):
        self.case.assertEqual(self.line(), line)

    def end_input(self):
        self.process.stdin.close()

    def ends_well(self):
        self.case.assertEqual(self.process.wait(LIMIT_S), 0)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Case(unittest.TestCase):
    """Has a client of Python's kazoo, and the path of a node of its own."""

    hosts = None
    program = None

    def setUp(self):
        self.zk = self.client()
        self.path = self.zk.create("/case-", sequence=True) + "/node"

    def client(self):
        client = KazooClient(hosts=self.hosts, timeout=5)
        client.start(timeout=LIMIT_S)
        self.addCleanup(client.close)
        self.addCleanup(client.stop)
        return client

    def ours(self, *arguments):
        """Starts a program of interop_recipes."""
        return Partner(self, [self.program, self.hosts, *arguments])

    def in_thread(self, function):
        """Returns an event that is set when the function has returned."""
        done = threading.Event()

        def run():
            function()
            done.set()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.addCleanup(thread.join, LIMIT_S)
        return done

    def wait(self, event):
        self.assertTrue(event.wait(LIMIT_S), "not in time")

    def wait_until(self, condition, what=lambda: "not in time"):
        """`what` says what is missing when the limit has passed."""
        end = time.monotonic() + LIMIT_S
        while not condition():
            if time.monotonic() > end:
                self.fail(what())
            time.sleep(0.01)

    def children(self, path):
        return self.zk.get_children(path) if self.zk.exists(path) else []


def run(hosts, program, *cases):
    Case.hosts, Case.program = hosts, program
    return served.run_cases(*cases)


def main(description, *cases):
    """Runs the cases on `kazoo serve`."""
    arguments = served.parse(description, "--program")
    with served.served(arguments.tool) as hosts:
        return run(hosts, arguments.program, *cases)
