#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Barriers and counters of this library together with those of Python's kazoo."""

import subprocess
import sys
import threading
import unittest

import served

try:
    from kazoo.client import KazooClient
except ImportError:
    served.skip("python3-kazoo is not installed")

LIMIT_S = 20


class Partner:
    """A process that uses a recipe of this library."""

    def __init__(self, case, *arguments):
        command = [case.program, case.hosts, *map(str, arguments)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=served.die_with_parent,
        )
        self.case = case
        case.addCleanup(self.end)

    def reads(self, line):
        self.case.assertEqual(self.process.stdout.readline().strip(), line)

    def go_on(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def ends_well(self):
        self.case.assertEqual(self.process.wait(LIMIT_S), 0)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Case(unittest.TestCase):
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


class Barriers(Case):
    def test_ours_waits_for_theirs(self):
        barrier = self.zk.Barrier(self.path)
        barrier.create()
        partner = Partner(self, "barrier-wait", self.path)
        partner.reads("closed")
        self.assertTrue(barrier.remove())
        partner.reads("passed")
        partner.ends_well()

    def test_theirs_waits_for_ours(self):
        partner = Partner(self, "barrier-open", self.path)
        partner.reads("closed")
        barrier = self.zk.Barrier(self.path)
        self.assertFalse(barrier.wait(timeout=0.05))
        passed = self.in_thread(lambda: barrier.wait(timeout=LIMIT_S))
        partner.go_on()
        partner.reads("removed")
        self.wait(passed)
        partner.ends_well()


class DoubleBarriers(Case):
    def test_two_of_ours_and_one_of_theirs(self):
        rounds = 3
        partners = [Partner(self, "double-barrier", self.path, 3, rounds) for _ in range(2)]
        for _ in range(rounds):
            # kazoo also waits for members of the next round to leave: that begins when all have
            # left.
            theirs = self.zk.DoubleBarrier(self.path, 3, "theirs")
            entered = self.in_thread(theirs.enter)
            self.wait(entered)
            self.assertTrue(theirs.participating)
            for partner in partners:
                partner.reads("entered")
            left = self.in_thread(theirs.leave)
            for partner in partners:
                partner.go_on()
            for partner in partners:
                partner.reads("left")
            self.wait(left)
            for partner in partners:
                partner.go_on()
        for partner in partners:
            partner.ends_well()
        self.assertEqual(self.zk.get_children(self.path), [])

    def test_ours_waits_for_theirs_to_leave(self):
        partner = Partner(self, "double-barrier", self.path, 2, 1)
        theirs = self.zk.DoubleBarrier(self.path, 2, "theirs")
        self.wait(self.in_thread(theirs.enter))
        partner.reads("entered")
        members = [name for name in self.zk.get_children(self.path) if name != "ready"]
        self.assertEqual({len(name) for name in members}, {32})
        data = {self.zk.get(f"{self.path}/{name}")[0] for name in members}
        self.assertEqual(data, {b"ours", b"theirs"})
        partner.go_on()
        left = self.in_thread(theirs.leave)
        partner.reads("left")
        self.wait(left)
        partner.go_on()
        partner.ends_well()


class Counters(Case):
    def add_together(self, kind, **options):
        partner = Partner(self, "counter", self.path, 30, kind)
        counter = self.zk.Counter(self.path, **options)
        for _ in range(30):
            counter += 1
        partner.ends_well()
        self.assertEqual(counter.value, 60)

    def test_text(self):
        self.add_together("text")
        self.assertEqual(self.zk.get(self.path)[0], b"60")

    def test_bytes_of_curator(self):
        try:
            self.zk.Counter(self.path + "-probe", support_curator=True)
        except TypeError:
            self.skipTest("this kazoo has no support_curator")
        self.add_together("curator", support_curator=True)
        self.assertEqual(self.zk.get(self.path)[0], b"\0\0\0\x3c")

    def test_floats(self):
        counter = self.zk.Counter(self.path, default=0.0)
        for number in (0.1, 0.2, 1e16, -1e16, 2.5e-7):
            counter += number
            expected = counter.value
            partner = Partner(self, "float-counter", self.path, repr(number))
            partner.reads("added")
            partner.ends_well()
            self.assertEqual(counter.value, expected + number)
            data = self.zk.get(self.path)[0].decode()
            self.assertEqual(data, repr(expected + number))


def main():
    arguments = served.parse(__doc__, "--program")
    with served.served(arguments.tool) as hosts:
        Case.hosts = hosts
        Case.program = arguments.program
        return served.run_cases(Barriers, DoubleBarriers, Counters)


if __name__ == "__main__":
    sys.exit(main())
