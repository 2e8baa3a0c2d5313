#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The recipes of this library create the nodes that those of Python's kazoo create."""

import datetime
import sys
import threading

import layouts
import recipe_case

from kazoo.exceptions import KazooException
from kazoo.recipe.barrier import Barrier, DoubleBarrier
from kazoo.recipe.counter import Counter
from kazoo.recipe.lease import NonBlockingLease
from kazoo.recipe.lock import Lock, ReadLock, Semaphore, WriteLock
from kazoo.recipe.party import Party, ShallowParty
from kazoo.recipe.queue import LockingQueue, Queue


def partition(zk, path, identifier, *items):
    zk.SetPartitioner(path, set(items), identifier=identifier, time_boundary=0.3).wait_for_acquire()


def add(zk, path, number):
    counter = Counter(zk, path)
    counter += int(number)


THEIRS = {
    "lock-kazoo": lambda zk, path, name: Lock(zk, path, name).acquire(),
    "read-kazoo": lambda zk, path, name: ReadLock(zk, path, name).acquire(),
    "write-kazoo": lambda zk, path, name: WriteLock(zk, path, name).acquire(),
    "semaphore-acquire": lambda zk, path, name, n: Semaphore(zk, path, name, int(n)).acquire(),
    "party-join": lambda zk, path, name: Party(zk, path, name).join(),
    "shallow-join": lambda zk, path, name: ShallowParty(zk, path, name).join(),
    "queue-put": lambda zk, path, item, rank: Queue(zk, path).put(item.encode(), int(rank)),
    "locking-put": lambda zk, path, item, n: LockingQueue(zk, path).put(item.encode(), int(n)),
    "locking-get": lambda zk, path: LockingQueue(zk, path).get(recipe_case.LIMIT_S),
    "barrier-create": lambda zk, path: Barrier(zk, path).create(),
    "double-enter": lambda zk, path, name, n: DoubleBarrier(zk, path, int(n), name).enter(),
    "counter-text": add,
    "lease-obtain": lambda zk, path, name: bool(
        NonBlockingLease(zk, path, datetime.timedelta(seconds=600), identifier=name)
    ),
    "partition-acquire": partition,
}


class Layouts(layouts.Case):
    def theirs(self, path, call):
        zk, done = self.client(), threading.Event()

        def run():
            try:
                THEIRS[call[0]](zk, path, *call[1:])
                done.set()
            except KazooException:
                pass  # the client is stopped while the call waits

        threading.Thread(target=run, daemon=True).start()
        return lambda: self.wait(done)

    def test_lock(self):
        self.compare("lock-kazoo fürst", "~lock-kazoo second")

    def test_contenders(self):
        self.compare("lock-kazoo first")
        path = self.path + "-ours/node"
        self.begin_ours(path, ["lock-kazoo", "zweite-ä"])
        self.wait_until(lambda: len(self.children(path)) == 2)
        self.assertEqual(Lock(self.zk, path).contenders(), ["first", "zweite-ä"])

    def test_read_write_lock(self):
        self.compare("read-kazoo a", "read-kazoo b", "~write-kazoo c", "~read-kazoo d")

    def test_semaphore(self):
        self.compare("semaphore-acquire a 2", "semaphore-acquire b 2")

    def test_semaphore_that_waits(self):
        calls = ["semaphore-acquire a 1", "~semaphore-acquire b 1"]
        theirs = self.laid_out("theirs", self.theirs, calls)
        # kazoo writes the text of a bytes object into the lock that it takes while it waits. This
        # library takes that lock a second time when it has created the semaphore.
        waits = "/node-__lock__/<hex>__lock__000000000{} ephemeral {!r}"
        self.assertIn(waits.format(1, "b'b'"), theirs)
        ours = {waits.format(1, "b'b'"): waits.format(2, "b")}
        self.expect([ours.get(node, node) for node in theirs], calls)

    def test_party(self):
        self.compare("party-join a", "party-join ä")

    def test_shallow_party(self):
        self.compare("shallow-join a", "shallow-join b-ä")

    def test_queue(self):
        self.compare("queue-put a 100", "queue-put b 7", "queue-put c 999")

    def test_locking_queue(self):
        self.compare("locking-put a 100", "locking-put b 0", "locking-get")

    def test_barrier(self):
        self.compare("barrier-create")

    def test_double_barrier(self):
        self.compare("~double-enter a 2", "double-enter ä 2")

    def test_counter(self):
        self.compare("counter-text 5", "counter-text -12")

    def test_lease(self):
        self.compare("lease-obtain höst")

    def test_set_partitioner(self):
        self.compare("partition-acquire a x y ä")


CASES = (Layouts,)

if __name__ == "__main__":
    sys.exit(recipe_case.main(__doc__, *CASES))
