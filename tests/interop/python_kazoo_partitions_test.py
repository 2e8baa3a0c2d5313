#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Leases and partitioners of this library together with those of Python's kazoo."""

import datetime
import json
import subprocess
import sys
import time
import unittest

import served

try:
    from kazoo.client import KazooClient
    from kazoo.recipe.lease import MultiNonBlockingLease, NonBlockingLease
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

    def line(self):
        return self.process.stdout.readline().strip()

    def call(self, name):
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        return self.line()

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


class Leases(Case):
    def lease(self, identifier, seconds=600, now=None):
        clock = {} if now is None else {"utcnow": lambda: now}
        duration = datetime.timedelta(seconds=seconds)
        return NonBlockingLease(self.zk, self.path, duration, identifier=identifier, **clock)

    def record(self):
        return self.zk.get(self.path + "/lease_holder")[0]

    def test_ours_is_theirs(self):
        partner = Partner(self, "lease", self.path, "oürs", 600)
        self.assertEqual(partner.call("obtain"), "yes")
        record = self.record()
        self.assertEqual(json.dumps(json.loads(record)).encode(), record, "byte for byte")
        self.assertFalse(self.lease("theirs"))
        self.assertTrue(self.lease("oürs"), "the same holder")
        self.assertEqual(partner.call("renew"), "no", "another object has replaced the record")
        self.assertEqual(partner.call("obtain"), "yes")
        self.assertEqual(partner.call("renew"), "yes")
        self.assertFalse(self.lease("theirs"))
        self.assertEqual(partner.call("release"), "yes")
        self.assertTrue(self.lease("theirs"))

    def test_theirs_is_ours(self):
        self.assertTrue(self.lease("theirs"))
        partner = Partner(self, "lease", self.path, "ours", 600)
        self.assertEqual(partner.call("obtain"), "no")
        past = datetime.datetime(2020, 1, 1)
        self.zk.delete(self.path + "/lease_holder")
        self.assertTrue(self.lease("theirs", now=past))
        self.assertEqual(partner.call("obtain"), "yes")

    def test_several_leases(self):
        partner = Partner(self, "lease", self.path + "/0", "ours", 600)
        self.assertEqual(partner.call("obtain"), "yes")
        duration = datetime.timedelta(seconds=600)
        self.assertTrue(MultiNonBlockingLease(self.zk, 2, self.path, duration, identifier="a"))
        self.assertFalse(MultiNonBlockingLease(self.zk, 2, self.path, duration, identifier="b"))


class Partitions(Case):
    ITEMS = ["a", "b", "c", "d", "e", "ä"]

    def theirs(self, identifier):
        return self.zk.SetPartitioner(
            self.path, set=set(self.ITEMS), identifier=identifier, time_boundary=0.3
        )

    def ours(self, identifier):
        return Partner(self, "partition", self.path, identifier, *self.ITEMS)

    def acquire(self, partitioner):
        """Follows the states of Python's partitioner until it has acquired its items."""
        deadline = time.monotonic() + LIMIT_S
        while not partitioner.acquired:
            self.assertFalse(partitioner.failed)
            self.assertLess(time.monotonic(), deadline, "not in time")
            if partitioner.release:
                partitioner.release_set()
            else:
                partitioner.wait_for_acquire(0.05)
        return sorted(partitioner)

    def until_acquired(self, partner, *items):
        expected = " ".join(["acquired", *items])
        lines = []
        while not lines or lines[-1] != expected:
            lines.append(partner.line())
            self.assertNotEqual(lines[-1], "", lines)

    def test_members_of_both(self):
        theirs = self.theirs("1")
        self.assertEqual(self.acquire(theirs), self.ITEMS)
        ours = self.ours("2")
        deadline = time.monotonic() + LIMIT_S
        while theirs.acquired:
            self.assertLess(time.monotonic(), deadline, "the new member is not noticed")
            time.sleep(0.01)
        self.assertEqual(self.acquire(theirs), ["a", "c", "e"])
        self.until_acquired(ours, "b", "d", "ä")
        names = self.zk.get_children(self.path + "/party")
        self.assertEqual(sorted(name.split("-", 1)[1] for name in names), ["1", "2"])
        self.assertEqual({len(name.split("-", 1)[0]) for name in names}, {32})
        theirs.finish()
        self.assertEqual(ours.line(), "release")
        self.until_acquired(ours, *self.ITEMS)
        self.assertEqual(ours.call(""), "finished")
        self.assertEqual(self.zk.get_children(self.path + "/party"), [])


def main():
    arguments = served.parse(__doc__, "--program")
    with served.served(arguments.tool) as hosts:
        Case.hosts = hosts
        Case.program = arguments.program
        return served.run_cases(Leases, Partitions)


if __name__ == "__main__":
    sys.exit(main())
