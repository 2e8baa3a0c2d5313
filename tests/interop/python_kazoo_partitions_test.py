#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Leases and partitioners of this library together with those of Python's kazoo."""

import datetime
import json
import sys
import time

import recipe_case
from recipe_case import LIMIT_S

from kazoo.recipe.lease import MultiNonBlockingLease, NonBlockingLease


class Leases(recipe_case.Case):
    def lease(self, identifier, seconds=600, now=None):
        clock = {} if now is None else {"utcnow": lambda: now}
        duration = datetime.timedelta(seconds=seconds)
        return NonBlockingLease(self.zk, self.path, duration, identifier=identifier, **clock)

    def record(self):
        return self.zk.get(self.path + "/lease_holder")[0]

    def test_ours_is_theirs(self):
        partner = self.ours("lease", self.path, "oürs", 600)
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
        partner = self.ours("lease", self.path, "ours", 600)
        self.assertEqual(partner.call("obtain"), "no")
        past = datetime.datetime(2020, 1, 1)
        self.zk.delete(self.path + "/lease_holder")
        self.assertTrue(self.lease("theirs", now=past))
        self.assertEqual(partner.call("obtain"), "yes")

    def test_several_leases(self):
        partner = self.ours("lease", self.path + "/0", "ours", 600)
        self.assertEqual(partner.call("obtain"), "yes")
        duration = datetime.timedelta(seconds=600)
        self.assertTrue(MultiNonBlockingLease(self.zk, 2, self.path, duration, identifier="a"))
        self.assertFalse(MultiNonBlockingLease(self.zk, 2, self.path, duration, identifier="b"))


class Partitions(recipe_case.Case):
    ITEMS = ["a", "b", "c", "d", "e", "ä"]

    def theirs(self, identifier):
        return self.zk.SetPartitioner(
            self.path, set=set(self.ITEMS), identifier=identifier, time_boundary=0.3
        )

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
        ours = self.ours("partition", self.path, "2", *self.ITEMS)
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


CASES = (Leases, Partitions)

if __name__ == "__main__":
    sys.exit(recipe_case.main(__doc__, *CASES))
