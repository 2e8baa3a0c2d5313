#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the programs contend, use-queue and pass-barriers of interop_recipes do, with Python's
kazoo. contest.py describes the journal."""

import os
import random
import sys
import threading
import time

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException
from kazoo.recipe.barrier import DoubleBarrier
from kazoo.recipe.lock import Lock, ReadLock, Semaphore, WriteLock
from kazoo.recipe.queue import LockingQueue, Queue
from kazoo.retry import ForceRetryError
from kazoo.version import __version__

ENOUGH = 30  # items at which producers wait
# Queue.get pauses when another process was faster, by default twice as long each time.
RETRY = {"max_tries": -1, "delay": 0.001, "backoff": 1}
KAZOO_VERSION = tuple(int(part) for part in __version__.split(".")[:2])


class Lost(Exception):
    """The lock is not held any more."""


class OrderlyReadLock(ReadLock):
    """kazoo before 2.9 also waits for writers behind the reader, which wait for the reader."""

    def _get_predecessor(self, node):
        children = self.client.get_children(self.path)
        if node not in children:
            raise ForceRetryError()
        number = node[-10:]
        writers = [name for name in children if "__lock__" in name and name[-10:] < number]
        return max(writers, key=lambda name: name[-10:], default=None)


class Journal:
    def __init__(self, path, identifier):
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND)
        self.identifier = identifier

    def write(self, event, detail):
        os.write(self.file, f"{event} {self.identifier} {detail}\n".encode())


def until_input_ends(live):
    """Calls live(client, stopped) with one session after the other."""
    stopped = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()
    while not stopped.is_set():
        client = KazooClient(hosts=sys.argv[1], timeout=1, command_retry=RETRY)
        client.start(timeout=20)
        try:
            live(client, stopped)
        except (KazooException, AttributeError, Lost) as error:
            # kazoo's recipes raise AttributeError when their node is gone.
            print(repr(error), file=sys.stderr, flush=True)
        finally:
            client.stop()
            client.close()


class Contender:
    def __init__(self, kind, path, identifier, journal, names="kazoo", leases="1"):
        self.kind, self.path, self.identifier = kind, path, identifier
        self.patterns = ["-lock-"] if names == "all" else []
        self.leases = int(leases)
        self.inside = path + "-inside"
        self.marker = f"{self.inside}/{kind}-{identifier}"
        self.journal = Journal(journal, identifier)

    def recipe(self, client):
        if self.kind == "semaphore":
            return Semaphore(client, self.path, self.identifier, self.leases)
        read = ReadLock if KAZOO_VERSION >= (2, 9) else OrderlyReadLock
        recipe = {"lock": Lock, "read": read, "write": WriteLock}[self.kind]
        return recipe(client, self.path, self.identifier, self.patterns)

    def live(self, client, stopped):
        while not stopped.is_set():
            recipe = self.recipe(client)
            recipe.acquire(timeout=20)
            if self.kind == "semaphore":
                node = recipe.create_path
            else:
                node = f"{self.path}/{recipe.node}"
            self.stay_inside(client, node)
            recipe.release()

    def stay_inside(self, client, node):
        def while_held(change):
            transaction = client.transaction()
            transaction.check(node, -1)
            change(transaction)
            results = transaction.commit()
            if isinstance(results[0], Exception):
                raise Lost(node)
            if isinstance(results[1], Exception):
                raise results[1]

        stat = client.exists(node)
        if stat is None:
            raise Lost(node)
        while_held(lambda transaction: transaction.create(self.marker, ephemeral=True))
        markers = client.get_children(self.inside)
        self.journal.write("enter", " ".join([str(stat.czxid), *markers]))
        time.sleep(random.uniform(0, 0.004))
        self.journal.write("leave", stat.czxid)
        while_held(lambda transaction: transaction.delete(self.marker))
        self.journal.write("kept", stat.czxid)


class QueueUser:
    def __init__(self, kind, path, identifier, journal):
        self.kind, self.path, self.identifier = kind, path, identifier
        self.journal = Journal(journal, identifier)
        self.items = 0

    def live(self, client, stopped):
        locking = self.kind.startswith("locking-")
        queue = (LockingQueue if locking else Queue)(client, self.path)
        step = self.put if self.kind.endswith("put") else self.work if locking else self.take
        try:
            while not stopped.is_set():
                step(queue)
        except KazooException as error:
            self.journal.write("failed", repr(error))

    def put(self, queue):
        if len(queue) >= ENOUGH:
            time.sleep(0.001)
            return
        self.items += 1
        item = f"{self.identifier}:{self.items}"
        self.journal.write("putting", item)
        queue.put(item.encode())
        self.journal.write("put", item)

    def take(self, queue):
        item = queue.get()
        if item is None:
            time.sleep(0.001)
        else:
            self.journal.write("done", item.decode())
            time.sleep(random.uniform(0, 0.006))  # lets others take the next

    def work(self, queue):
        item = queue.get(timeout=0.2)
        if item is not None:
            self.journal.write("working", item.decode())
            time.sleep(random.uniform(0, 0.006))
            self.journal.write("done" if queue.consume() else "again", item.decode())


def pass_barriers(identifier, journal):
    journal = Journal(journal, identifier)
    client = KazooClient(hosts=sys.argv[1], timeout=1)
    client.start(timeout=20)

    def session():
        """Returns the session that a server confirms."""
        try:
            client.exists("/")
        except KazooException:
            return None
        return client.client_id and client.client_id[0]

    for line in sys.stdin:
        call, *details = line.split()
        if call == "enter":
            path, members = details
            barrier = DoubleBarrier(client, path, int(members), identifier)
            journal.write("entering", path)
            barrier.enter()
            journal.write("entered" if barrier.participating else "failed", path)
            entered = session()
        else:
            journal.write("leaving" if session() == entered else "expired", path)
            barrier.leave()
            journal.write("left", path)
    client.stop()
    client.close()


def main():
    _, _, program, *arguments = sys.argv
    if program == "contend":
        until_input_ends(Contender(*arguments).live)
    elif program == "use-queue":
        until_input_ends(QueueUser(*arguments).live)
    else:
        pass_barriers(*arguments)


if __name__ == "__main__":
    main()
