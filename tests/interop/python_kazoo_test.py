#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Python's kazoo (python3-kazoo) against the embedded server."""

import subprocess
import sys
import threading
import unittest

import served

try:
    from kazoo import exceptions
    from kazoo.client import KazooClient
    from kazoo.protocol.states import KazooState
    from kazoo.security import make_digest_acl
except ImportError:
    served.skip("python3-kazoo is not installed")

LIMIT_S = 20

# A process that owns a node and is killed without closing its session.
SHORT_LIFE = """
import sys, time
from kazoo.client import KazooClient
client = KazooClient(hosts=sys.argv[1], timeout=1)
client.start()
client.create(sys.argv[2], ephemeral=True)
print("created", flush=True)
time.sleep(60)
"""


class Case(unittest.TestCase):
    """Gives each test a node of its own, and stops its clients at the end."""

    hosts = None

    def setUp(self):
        self.zk = self.client()
        self.root = self.zk.create("/case-", sequence=True)

    def client(self, **options):
        options.setdefault("timeout", 5)
        client = KazooClient(hosts=self.hosts, **options)
        client.start(timeout=LIMIT_S)
        self.addCleanup(client.close)
        self.addCleanup(client.stop)
        return client

    def path(self, name):
        return f"{self.root}/{name}"

    def wait(self, event):
        self.assertTrue(event.wait(LIMIT_S), "not in time")


class Nodes(Case):
    def test_create_read_update_delete(self):
        path = self.zk.create(self.path("node"), b"one")
        self.assertEqual(path, self.path("node"))
        data, stat = self.zk.get(path)
        self.assertEqual((data, stat.version, stat.data_length), (b"one", 0, 3))
        self.assertEqual(self.zk.set(path, b"two", version=0).version, 1)
        with self.assertRaises(exceptions.BadVersionError):
            self.zk.set(path, b"three", version=0)
        with self.assertRaises(exceptions.NodeExistsError):
            self.zk.create(path)
        self.zk.create(path + "/child")
        with self.assertRaises(exceptions.NotEmptyError):
            self.zk.delete(path)
        self.assertEqual(self.zk.get_children(self.root), ["node"])
        self.zk.delete(path, recursive=True)
        self.assertIsNone(self.zk.exists(path))
        with self.assertRaises(exceptions.NoNodeError):
            self.zk.get(path)

    def test_sequences_and_stats(self):
        names = [self.zk.create(self.path("s-"), sequence=True) for _ in range(3)]
        self.assertEqual(names, [self.path(f"s-{i:010}") for i in range(3)])
        path, stat = self.zk.create(self.path("deep/down"), makepath=True, include_data=True)
        self.assertEqual((path, stat.version), (self.path("deep/down"), 0))

    def test_acls(self):
        self.zk.create(self.path("mine"), b"x", acl=[make_digest_acl("me", "secret", all=True)])
        with self.assertRaises(exceptions.NoAuthError):
            self.zk.get(self.path("mine"))
        owner = self.client(auth_data=[("digest", "me:secret")])
        self.assertEqual(owner.get(self.path("mine"))[0], b"x")
        self.assertEqual(len(owner.get_acls(self.path("mine"))[0]), 1)

    def test_transactions(self):
        good = self.zk.transaction()
        good.create(self.path("a"), b"1")
        good.create(self.path("a/b"))
        good.set_data(self.path("a"), b"2")
        good.check(self.path("a"), 1)
        good.delete(self.path("a/b"))
        results = good.commit()
        self.assertEqual(results[0], self.path("a"))
        self.assertEqual(results[2].version, 1)
        bad = self.zk.transaction()
        bad.delete(self.path("a"))
        bad.check(self.path("nothing"), 0)
        results = bad.commit()
        self.assertIsInstance(results[0], exceptions.RolledBackError)
        self.assertIsInstance(results[1], exceptions.NoNodeError)
        self.assertIsNotNone(self.zk.exists(self.path("a")))

    def test_commands(self):
        self.assertIn(b"imok", self.zk.command(b"ruok").encode())
        self.assertEqual(self.zk.server_version()[0], 3)


class Watches(Case):
    def test_one_shot(self):
        other, fired = self.client(), threading.Event()
        events = []

        def seen(event):
            events.append((event.type, event.path))
            fired.set()

        self.assertIsNone(self.zk.exists(self.path("node"), watch=seen))
        other.create(self.path("node"))
        self.wait(fired)
        other.set(self.path("node"), b"again")
        self.zk.sync(self.root)
        self.assertEqual(events, [("CREATED", self.path("node"))])

    def test_lasting_ones(self):
        other, last = self.client(), threading.Event()
        datas, children = [], []
        other.create(self.path("node"), b"0")

        @self.zk.DataWatch(self.path("node"))
        def on_data(data, _stat):
            datas.append(data)
            if data == b"2":
                last.set()

        gone = threading.Event()

        @self.zk.ChildrenWatch(self.root)
        def on_children(names):
            children.append(sorted(names))
            if names == ["other"]:
                gone.set()

        other.set(self.path("node"), b"2")
        self.wait(last)
        other.create(self.path("other"))
        other.delete(self.path("node"))
        self.wait(gone)
        self.assertEqual((datas[0], children[0]), (b"0", ["node"]))


class Recipes(Case):
    def test_locks(self):
        first = self.zk.Lock(self.path("lock"), "first")
        second = self.client().Lock(self.path("lock"), "second")
        self.assertTrue(first.acquire(timeout=LIMIT_S))
        self.assertFalse(second.acquire(blocking=False))
        taken = threading.Event()

        def take():
            with second:
                taken.set()

        thread = threading.Thread(target=take)
        thread.start()
        first.release()
        self.wait(taken)
        thread.join(LIMIT_S)

    def test_elections(self):
        leads, may_end = threading.Event(), threading.Event()
        order = []

        def lead(name):
            order.append(name)
            leads.set()
            may_end.wait(LIMIT_S)

        first = self.zk.Election(self.path("election"), "first")
        second = self.client().Election(self.path("election"), "second")
        threads = [threading.Thread(target=first.run, args=(lead, "first"))]
        threads[0].start()
        self.wait(leads)
        leads.clear()
        threads.append(threading.Thread(target=second.run, args=(lead, "second")))
        threads[1].start()
        self.assertEqual(first.contenders()[0], "first")
        may_end.set()
        self.wait(leads)
        for thread in threads:
            thread.join(LIMIT_S)
        self.assertEqual(order, ["first", "second"])

    def test_barriers_queues_and_counters(self):
        counter = self.zk.Counter(self.path("counter"))
        counter += 3
        counter -= 1
        self.assertEqual(counter.value, 2)
        queue = self.zk.LockingQueue(self.path("queue"))
        queue.put_all([b"a", b"b"])
        self.assertEqual(queue.get(timeout=LIMIT_S), b"a")
        self.assertTrue(queue.consume())
        barrier = self.zk.Barrier(self.path("barrier"))
        barrier.create()
        self.assertFalse(barrier.wait(timeout=0.05))
        barrier.remove()
        self.assertTrue(barrier.wait(timeout=LIMIT_S))


class Sessions(Case):
    def test_ephemerals_vanish_with_a_closed_session(self):
        owner, gone = self.client(), threading.Event()
        owner.create(self.path("mine"), ephemeral=True)
        self.assertIsNotNone(self.zk.exists(self.path("mine"), watch=lambda _event: gone.set()))
        owner.stop()
        self.wait(gone)
        self.assertEqual(self.zk.get_children(self.root), [])

    def test_ephemerals_vanish_with_an_expired_session(self):
        gone = threading.Event()
        command = [sys.executable, "-c", SHORT_LIFE, self.hosts, self.path("mine")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
            self.assertEqual(owner.stdout.readline(), "created\n")
            seen = self.zk.exists(self.path("mine"), watch=lambda _event: gone.set())
            self.assertIsNotNone(seen)
            owner.kill()
        self.wait(gone)

    def test_a_session_survives_its_connection(self):
        zk, back = self.client(), threading.Event()
        zk.create(self.path("mine"), ephemeral=True)
        session = zk.client_id[0]
        states = []

        def on_state(state):
            states.append(state)
            if state == KazooState.CONNECTED:
                back.set()

        zk.add_listener(on_state)
        zk._connection._socket.shutdown(2)
        self.wait(back)
        self.assertEqual(zk.client_id[0], session)
        self.assertNotIn(KazooState.LOST, states)
        self.assertIsNotNone(zk.exists(self.path("mine")))


def main():
    arguments = served.parse(__doc__)
    with served.served(arguments.tool) as hosts:
        Case.hosts = hosts
        return served.run_cases(Nodes, Watches, Recipes, Sessions)


if __name__ == "__main__":
    sys.exit(main())
