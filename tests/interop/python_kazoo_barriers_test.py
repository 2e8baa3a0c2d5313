#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Barriers and counters of this library together with those of Python's kazoo."""

import sys

import recipe_case
from recipe_case import LIMIT_S


class Barriers(recipe_case.Case):
    def test_ours_waits_for_theirs(self):
        barrier = self.zk.Barrier(self.path)
        barrier.create()
        partner = self.ours("barrier-wait", self.path)
        partner.reads("closed")
        self.assertTrue(barrier.remove())
        partner.reads("passed")
        partner.ends_well()

    def test_theirs_waits_for_ours(self):
        partner = self.ours("barrier-open", self.path)
        partner.reads("closed")
        barrier = self.zk.Barrier(self.path)
        self.assertFalse(barrier.wait(timeout=0.05))
        passed = self.in_thread(lambda: barrier.wait(timeout=LIMIT_S))
        partner.write()
        partner.reads("removed")
        self.wait(passed)
        partner.ends_well()


class DoubleBarriers(recipe_case.Case):
    def test_two_of_ours_and_one_of_theirs(self):
        rounds = 3
        partners = [self.ours("double-barrier", self.path, 3, rounds) for _ in range(2)]
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
                partner.write()
            for partner in partners:
                partner.reads("left")
            self.wait(left)
            for partner in partners:
                partner.write()
        for partner in partners:
            partner.ends_well()
        self.assertEqual(self.zk.get_children(self.path), [])

    def test_ours_waits_for_theirs_to_leave(self):
        partner = self.ours("double-barrier", self.path, 2, 1)
        theirs = self.zk.DoubleBarrier(self.path, 2, "theirs")
        self.wait(self.in_thread(theirs.enter))
        partner.reads("entered")
        members = [name for name in self.zk.get_children(self.path) if name != "ready"]
        self.assertEqual({len(name) for name in members}, {32})
        data = {self.zk.get(f"{self.path}/{name}")[0] for name in members}
        self.assertEqual(data, {b"ours", b"theirs"})
        partner.write()
        left = self.in_thread(theirs.leave)
        partner.reads("left")
        self.wait(left)
        partner.write()
        partner.ends_well()


class Counters(recipe_case.Case):
    def add_together(self, kind, **options):
        partner = self.ours("counter", self.path, 30, kind)
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
            partner = self.ours("float-counter", self.path, repr(number))
            partner.reads("added")
            partner.ends_well()
            self.assertEqual(counter.value, expected + number)
            data = self.zk.get(self.path)[0].decode()
            self.assertEqual(data, repr(expected + number))


CASES = (Barriers, DoubleBarriers, Counters)

if __name__ == "__main__":
    sys.exit(recipe_case.main(__doc__, *CASES))
