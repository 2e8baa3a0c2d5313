#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Locks of this library and of Python's kazoo (python3-kazoo) on one path."""

import random
import re
import subprocess
import sys
import threading
import time
import unittest

import served

try:
    from kazoo.client import KazooClient
    from kazoo.recipe.lock import Lock
except ImportError:
    served.skip("python3-kazoo is not installed")

LIMIT_S = 20
# What interop_lock_contender does, with Python's kazoo.
CONTENDER = """
import sys, threading, time
from kazoo.client import KazooClient
from kazoo.exceptions import CancelledError, KazooException, NodeExistsError, NoNodeError
from kazoo.recipe.lock import Lock
hosts, path, holder, identifier = sys.argv[1:]
client = KazooClient(hosts=hosts, timeout=1)
client.start(timeout=20)
stopped = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()

def in_lock(lock, change):
    transaction = client.transaction()
    transaction.check(path + "/" + lock.node, -1)
    change(transaction)
    return transaction.commit()

while not stopped.is_set():
    lock = Lock(client, path, identifier)
    try:
        if not lock.acquire(timeout=2):
            continue
        results = in_lock(lock, lambda t: t.create(holder, ephemeral=True))
        if isinstance(results[1], NodeExistsError):
            print("overlap", flush=True)
            sys.exit(1)
        if not isinstance(results[0], Exception):
            print("held", client.exists(path + "/" + lock.node).czxid, flush=True)
            time.sleep(0.002)
            in_lock(lock, lambda t: t.delete(holder))
        lock.release()
    except (KazooException, AttributeError):
        pass
"""


class Process:
    """A contender, whose output is collected."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=served.die_with_parent,
        )
        self.lines = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.strip())

    def end(self, kill=False):
        if kill:
            self.process.kill()
        self.process.stdin.close()
        self.process.wait(timeout=LIMIT_S)
        self.reader.join()
        self.process.stdout.close()
        return self.lines


class Locks(unittest.TestCase):
    hosts = None
    program = None

    def setUp(self):
        self.zk = KazooClient(hosts=self.hosts, timeout=5)
        self.zk.start(timeout=LIMIT_S)
        self.addCleanup(self.zk.close)
        self.addCleanup(self.zk.stop)
        self.root = self.zk.create("/case-", sequence=True)

    def ours(self, identifier):
        return [self.program, self.hosts, self.root + "/lock", self.root + "/holder", identifier]

    def theirs(self, identifier):
        return [sys.executable, "-c", CONTENDER, *self.ours(identifier)[1:]]

    def wait_until(self, condition):
        end = time.monotonic() + LIMIT_S
        while not condition():
            self.assertLess(time.monotonic(), end, "not in time")
            time.sleep(0.01)

    def test_processes_of_both_exclude_each_other_although_some_are_killed(self):
        chance = random.Random(7)
        commands = [self.ours("a"), self.theirs("b"), self.ours("c"), self.theirs("d")]
        running = [Process(command) for command in commands]
        ended = [[] for _ in commands]
        for _ in range(4):
            # Each of them has held the lock since it was started.
            self.wait_until(lambda: all(process.lines for process in running))
            victim = chance.randrange(len(running))
            ended[victim] += running[victim].end(kill=True)
            running[victim] = Process(commands[victim])
        self.wait_until(lambda: all(process.lines for process in running))
        for index, process in enumerate(running):
            ended[index] += process.end()
        tokens = []
        for lines in ended:
            self.assertNotIn("overlap", lines)
            own = [int(line.split()[1]) for line in lines if line.startswith("held ")]
            self.assertEqual(own, sorted(own))
            tokens += own
        print("holds of each:", [len(lines) for lines in ended])
        self.assertEqual(len(tokens), len(set(tokens)), "two holds with one token")

    def test_names_and_data_are_those_of_python(self):
        path = self.root + "/lock"
        python = Lock(self.zk, path, "python")
        python.acquire()
        ours = Process(self.ours("ours ä"))
        try:
            self.wait_until(lambda: len(self.zk.get_children(path)) == 2)
            form = re.compile(r"[0-9a-f]{32}__lock__[0-9]{10}")
            for name in self.zk.get_children(path):
                self.assertTrue(form.fullmatch(name), name)
            self.assertEqual(python.contenders(), ["python", "ours ä"])
            python.release()
            self.wait_until(lambda: ours.lines)
        finally:
            lines = ours.end()
        self.assertNotIn("overlap", lines)


def main():
    arguments = served.parse(__doc__, "--program")
    if not arguments.program:
        served.skip("the program is not built")
    with served.served(arguments.tool) as hosts:
        Locks.hosts = hosts
        Locks.program = arguments.program
        return served.run_cases(Locks)


if __name__ == "__main__":
    sys.exit(main())
