#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Recipes of this library and of Python's kazoo (python3-kazoo) on the same nodes."""

import subprocess
import sys
import threading
import unittest

import served

try:
    from kazoo.client import KazooClient
    from kazoo.recipe.party import Party, ShallowParty
    from kazoo.recipe.queue import LockingQueue, Queue
except ImportError:
    served.skip("python3-kazoo is not installed")

LIMIT_S = 20


class Ours:
    """A process that carries out commands with recipes of this library."""

    program = None

    def __init__(self, hosts):
        self.process = subprocess.Popen(
            [self.program, hosts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=served.die_with_parent,
        )

    def begin(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def answer(self):
        return self.process.stdout.readline().rstrip("\n")

    def __call__(self, *words):
        self.begin(*words)
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=LIMIT_S)
        self.process.stdout.close()


class Case(unittest.TestCase):
    hosts = None

    def setUp(self):
        self.zk = KazooClient(hosts=self.hosts, timeout=5)
        self.zk.start(timeout=LIMIT_S)
        self.addCleanup(self.zk.close)
        self.addCleanup(self.zk.stop)
        self.path = self.zk.create("/case-", sequence=True)
        self.ours = Ours(self.hosts)
        self.addCleanup(self.ours.close)


class Parties(Case):
    def check(self, kind, recipe):
        theirs = recipe(self.zk, self.path, "theirs")
        self.assertEqual(self.ours(f"{kind}-join", self.path, "ours-1"), "joined")
        self.assertEqual(list(theirs), ["ours-1"])
        theirs.join()
        self.assertEqual(sorted(theirs), ["ours-1", "theirs"])
        self.assertEqual(len(theirs), 2)
        self.assertEqual(self.ours(f"{kind}-members", self.path), "ours-1,theirs")
        self.assertEqual(self.ours(f"{kind}-leave", self.path), "true")
        self.assertEqual(list(theirs), ["theirs"])
        theirs.leave()
        self.assertEqual(self.ours(f"{kind}-members", self.path), "")

    def test_party(self):
        self.check("party", Party)

    def test_shallow_party(self):
        self.check("shallow", ShallowParty)


class Queues(Case):
    def test_entries_of_one_are_served_by_the_other_in_order(self):
        theirs = Queue(self.zk, self.path)
        theirs.put(b"t1")
        self.assertEqual(self.ours("queue-put", self.path, "o1", 100), "entry-100-0000000001")
        theirs.put(b"urgent", priority=5)
        self.ours("queue-put", self.path, "later", 200)
        self.assertEqual(self.ours("queue-try", self.path), "urgent")
        self.assertEqual(theirs.get(), b"t1")
        self.assertEqual(theirs.get(), b"o1")
        self.assertEqual(self.ours("queue-get", self.path), "later")
        self.assertIsNone(theirs.get())
        self.assertEqual(self.ours("queue-try", self.path), "none")

    def test_a_waiting_get_is_served(self):
        self.ours.begin("queue-get", self.path)
        Queue(self.zk, self.path).put(b"item")
        self.assertEqual(self.ours.answer(), "item")

    def test_each_item_is_served_once(self):
        count = 60
        theirs = Queue(self.zk, self.path)
        for i in range(count):
            theirs.put(f"{i}".encode())
        served_by_theirs = []

        def take():
            while (item := theirs.get()) is not None:
                served_by_theirs.append(item.decode())

        thread = threading.Thread(target=take)
        thread.start()
        served_by_ours = []
        while (item := self.ours("queue-try", self.path)) != "none":
            served_by_ours.append(item)
        thread.join(LIMIT_S)
        self.assertFalse(thread.is_alive())
        self.assertEqual(
            sorted(served_by_theirs + served_by_ours), sorted(f"{i}" for i in range(count))
        )


class LockingQueues(Case):
    def test_a_locked_item_is_not_served_to_the_other(self):
        theirs = LockingQueue(self.zk, self.path)
        theirs.put(b"one")
        self.ours("locking-put", self.path, "two", 100)
        self.assertEqual(self.ours("locking-get", self.path), "one")
        self.assertEqual(self.ours("locking-holds", self.path), "true")
        self.assertEqual(theirs.get(LIMIT_S), b"two")
        self.assertTrue(theirs.holds_lock())
        self.assertEqual(self.ours("locking-consume", self.path), "true")
        self.assertEqual(self.ours("locking-try", self.path), "none")
        self.assertTrue(theirs.consume())
        self.assertEqual(len(theirs), 0)

    def test_a_released_item_is_served_to_the_other(self):
        theirs = LockingQueue(self.zk, self.path)
        theirs.put(b"item")
        self.assertEqual(theirs.get(LIMIT_S), b"item")
        self.ours.begin("locking-get", self.path)
        self.assertTrue(theirs.release())
        self.assertEqual(self.ours.answer(), "item")
        self.assertEqual(self.ours("locking-release", self.path), "true")
        self.assertEqual(theirs.get(LIMIT_S), b"item")
        self.assertTrue(theirs.consume())

    def test_items_of_a_dead_consumer_are_served_again(self):
        theirs = LockingQueue(self.zk, self.path)
        theirs.put(b"item")
        dying = Ours(self.hosts)
        self.assertEqual(dying("locking-get", self.path), "item")
        dying.process.kill()
        dying.close()
        self.assertEqual(theirs.get(LIMIT_S), b"item")
        self.assertTrue(theirs.consume())


def main():
    arguments = served.parse(__doc__, "--program")
    Ours.program = arguments.program
    with served.served(arguments.tool) as hosts:
        Case.hosts = hosts
        return served.run_cases(Parties, Queues, LockingQueues)


if __name__ == "__main__":
    sys.exit(main())
