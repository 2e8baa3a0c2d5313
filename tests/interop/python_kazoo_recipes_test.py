#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Recipes of this library and of Python's kazoo (python3-kazoo) on the same nodes."""

import sys
import threading

import recipe_case
from recipe_case import LIMIT_S

from kazoo.recipe.party import Party, ShallowParty
from kazoo.recipe.queue import LockingQueue, Queue


class Case(recipe_case.Case):
    def setUp(self):
        super().setUp()
        self.partner = self.ours("commands")


class Parties(Case):
    def check(self, kind, recipe):
        theirs = recipe(self.zk, self.path, "theirs")
        self.assertEqual(self.partner.call(f"{kind}-join", self.path, "ours-1"), "joined")
        self.assertEqual(list(theirs), ["ours-1"])
        theirs.join()
        self.assertEqual(sorted(theirs), ["ours-1", "theirs"])
        self.assertEqual(len(theirs), 2)
        self.assertEqual(self.partner.call(f"{kind}-members", self.path), "ours-1,theirs")
        self.assertEqual(self.partner.call(f"{kind}-leave", self.path), "true")
        self.assertEqual(list(theirs), ["theirs"])
        theirs.leave()
        self.assertEqual(self.partner.call(f"{kind}-members", self.path), "")

    def test_party(self):
        self.check("party", Party)

    def test_shallow_party(self):
        self.check("shallow", ShallowParty)


class Queues(Case):
    def test_entries_of_one_are_served_by_the_other_in_order(self):
        theirs = Queue(self.zk, self.path)
        theirs.put(b"t1")
        entry = self.partner.call("queue-put", self.path, "o1", 100)
        self.assertEqual(entry, "entry-100-0000000001")
        theirs.put(b"urgent", priority=5)
        self.partner.call("queue-put", self.path, "later", 200)
        self.assertEqual(self.partner.call("queue-try", self.path), "urgent")
        self.assertEqual(theirs.get(), b"t1")
        self.assertEqual(theirs.get(), b"o1")
        self.assertEqual(self.partner.call("queue-get", self.path), "later")
        self.assertIsNone(theirs.get())
        self.assertEqual(self.partner.call("queue-try", self.path), "none")

    def test_a_waiting_get_is_served(self):
        self.partner.write("queue-get", self.path)
        Queue(self.zk, self.path).put(b"item")
        self.assertEqual(self.partner.line(), "item")

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
        while (item := self.partner.call("queue-try", self.path)) != "none":
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
        self.partner.call("locking-put", self.path, "two", 100)
        self.assertEqual(self.partner.call("locking-get", self.path), "one")
        self.assertEqual(self.partner.call("locking-holds", self.path), "true")
        self.assertEqual(theirs.get(LIMIT_S), b"two")
        self.assertTrue(theirs.holds_lock())
        self.assertEqual(self.partner.call("locking-consume", self.path), "true")
        self.assertEqual(self.partner.call("locking-try", self.path), "none")
        self.assertTrue(theirs.consume())
        self.assertEqual(len(theirs), 0)

    def test_a_released_item_is_served_to_the_other(self):
        theirs = LockingQueue(self.zk, self.path)
        theirs.put(b"item")
        self.assertEqual(theirs.get(LIMIT_S), b"item")
        self.partner.write("locking-get", self.path)
        self.assertTrue(theirs.release())
        self.assertEqual(self.partner.line(), "item")
        self.assertEqual(self.partner.call("locking-release", self.path), "true")
        self.assertEqual(theirs.get(LIMIT_S), b"item")
        self.assertTrue(theirs.consume())

    def test_items_of_a_dead_consumer_are_served_again(self):
        theirs = LockingQueue(self.zk, self.path)
        theirs.put(b"item")
        dying = self.ours("commands")
        self.assertEqual(dying.call("locking-get", self.path), "item")
        dying.kill()
        self.assertEqual(theirs.get(LIMIT_S), b"item")
        self.assertTrue(theirs.consume())


CASES = (Parties, Queues, LockingQueues)

if __name__ == "__main__":
    sys.exit(recipe_case.main(__doc__, *CASES))
