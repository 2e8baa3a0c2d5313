#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Processes of this library and of Python's kazoo that use one recipe, and are killed at random."""

import collections
import pathlib
import sys

import contest
import recipe_case

PYTHON_CONTENDER = pathlib.Path(__file__).resolve().parent / "python_contender.py"


class Interlock(recipe_case.Case):
    """Contenders have names that begin with their client: "ours-a", for example."""

    # How a program of a client is started, with the arguments of interop_recipes.
    clients = {"python": [sys.executable, "-B", PYTHON_CONTENDER]}

    def command(self, name, program, *arguments):
        client = name.split("-")[0]
        start = [self.program] if client == "ours" else self.clients[client]
        return [*start, self.hosts, program, *arguments]

    def becomes_empty(self, path):
        self.wait_until(lambda: not self.children(path), lambda: f"{path} is not empty")


class HoldersCase(Interlock):
    def contend(self, kinds, *options, leases=1000):
        """`kinds` are those of the contenders, by name. Returns the holds."""
        self.zk.ensure_path(self.path + "-inside")

        def contender(name, kind):
            return lambda identifier, journal: self.command(
                name, "contend", kind, self.path, identifier, journal, *options
            )

        contested = contest.Contest(
            self, {name: contender(name, kind) for name, kind in kinds.items()}
        )
        contested.kill_some(["kept"])
        contested.end()
        holds = contest.holds_of(contested.journal.lines())
        count = collections.Counter(hold.identifier for hold in holds)
        print(f"{len(holds)} holds:", *(f"{name} {n}" for name, n in sorted(count.items())))
        contest.check_exclusion(self, holds, leases)
        for path in (self.path, self.path + "-inside", self.path + "-__lock__"):
            self.becomes_empty(path)
        return holds

    def contend_for_lock(self, names, *options):
        contest.check_order(self, self.contend({name: "lock" for name in names}, *options))

    def contend_for_read_write_lock(self, names, *options):
        """Names are those of the client and the kind: "ours-read", "ours-write-2"."""
        kinds = {name: name.split("-")[1] for name in names}
        contest.check_order(self, self.contend(kinds, *options))


class Holders(HoldersCase):
    """Locks and semaphores: never too many holders, none overtaken, none left behind."""

    def test_lock(self):
        self.contend_for_lock(["ours-a", "ours-b", "python-c", "python-d"])

    def test_read_write_lock(self):
        self.contend_for_read_write_lock(
            ["ours-read", "ours-read-2", "ours-write", "python-read", "python-write"]
        )

    def test_semaphore(self):
        names = ("ours-a", "ours-b", "ours-c", "python-d", "python-e")
        self.contend({name: "semaphore" for name in names}, "kazoo", "2", leases=2)


class Queues(Interlock):
    """Items that were put are taken, each by one process, although some are killed."""

    def use(self, prefix, entries):
        def user(name):
            kind = prefix + name.split("-")[1]
            return lambda identifier, journal: self.command(
                name, "use-queue", kind, self.path, identifier, journal
            )

        names = ("ours-put", "python-put", "ours-take", "python-take")
        contested = contest.Contest(self, {name: user(name) for name in names})
        contested.kill_some(["put", "done"])
        contested.end("ours-put", "python-put")
        self.becomes_empty(self.path + entries)
        self.becomes_empty(self.path + "/taken")
        contested.end()
        events = collections.defaultdict(list)
        for line in contested.journal.lines():
            events[line.event].append(line)
        print(f"{len(events['put'])} items put, {len(events['done'])} taken")
        done = collections.Counter(line.detail for line in events["done"])
        self.assertEqual([item for item, times in done.items() if times > 1], [], "taken twice")
        self.assertLessEqual(set(done), {line.detail for line in events["putting"]})
        return contested.journal.lines(), events

    def test_queue(self):
        _, events = self.use("", "")
        lost = {line.detail for line in events["put"]} - {line.detail for line in events["done"]}
        # A consumer that is killed loses what it has taken and not begun to work on.
        ended = [line for line in events["killing"] if "take" in line.identifier]
        self.assertLessEqual(len(lost), len(ended) + len(events["failed"]), lost)

    def test_locking_queue(self):
        lines, events = self.use("locking-", "/entries")
        worked = {line.detail for line in events["working"]}
        self.assertEqual({line.detail for line in events["put"]} - worked, set(), "lost")
        gave_up = {(line.identifier, line.detail) for line in events["again"]}
        ended = {line.identifier for line in events["failed"]}
        workers = {}
        for event, identifier, item in lines:
            if event == "killing":
                ended.add(identifier)
            elif event == "working":
                before = workers.get(item, identifier)
                self.assertTrue(
                    before == identifier or before in ended or (before, item) in gave_up,
                    f"{before} and {identifier} work on {item}",
                )
                workers[item] = identifier


class DoubleBarriers(Interlock):
    """No member is let in before enough have come, or out before all have left."""

    names = ("ours-a", "ours-b", "python-c", "python-d")

    def setUp(self):
        super().setUp()
        self.contest = contest.Contest(self, {name: self.member(name) for name in self.names})
        self.rounds = 0

    def member(self, name):
        return lambda identifier, journal: self.command(
            name, "pass-barriers", identifier, journal
        )

    def begin(self):
        """Each round has a node of its own: members of Python also wait for the next round."""
        self.rounds += 1
        self.barrier = f"{self.path}-{self.rounds}"

    def enter(self, *names):
        for name in names:
            self.contest.partner(name).write("enter", self.barrier, len(self.names))

    def leave(self, *names):
        for name in names:
            self.contest.partner(name).write("leave")

    def reached(self, event, *names):
        def all_there():
            there = {
                line.identifier for line in self.contest.journal.lines()
                if line.event == event and line.detail == self.barrier
            }
            return all(self.contest.running[name][0] in there for name in names)

        self.wait_until(all_there, lambda: f"not all of {names} have reached {event}")

    def end_round(self):
        self.becomes_empty(self.barrier)
        self.check(
            [line for line in self.contest.journal.lines()
             if line.event == "killing" or line.detail == self.barrier]
        )

    def check(self, lines):
        def first(*events):
            found = {}
            for index, line in enumerate(lines):
                if line.event in events:
                    found.setdefault(line.identifier, index)
            return found

        entering, entered, left = first("entering"), first("entered"), first("left")
        self.assertGreater(min(entered.values()), sorted(entering.values())[len(self.names) - 1])
        gone, expired = first("leaving", "killing"), first("expired")
        for name, index in left.items():
            # kazoo returns early if it has to look more than once.
            if not name.startswith("python"):
                for other in entered:
                    self.assertTrue(other in expired or gone[other] < index, (name, other))

    def test_nobody_is_killed(self):
        for _ in range(3):
            self.begin()
            self.enter(*self.names)
            self.reached("entered", *self.names)
            self.leave(*self.names)
            self.reached("left", *self.names)
            self.end_round()
        self.contest.end()

    def test_a_member_that_waits_is_killed(self):
        victim, *others = self.names
        self.begin()
        self.enter(*self.names[:-1])
        self.wait_until(lambda: len(self.children(self.barrier)) == len(self.names) - 1)
        self.contest.kill(victim)
        self.wait_until(lambda: len(self.children(self.barrier)) == len(self.names) - 2)
        self.enter(victim, others[-1])
        self.reached("entered", *self.names)
        self.leave(*self.names)
        self.reached("left", *self.names)
        self.end_round()
        self.contest.end()

    def test_members_are_killed_inside(self):
        for victim in self.names[1:3]:
            others = [name for name in self.names if name != victim]
            self.begin()
            self.enter(*self.names)
            self.reached("entered", *self.names)
            self.leave(*others)
            self.reached("leaving", *others)
            self.contest.kill(victim)
            self.reached("left", *others)
            self.end_round()
        self.contest.end()


CASES = (Holders, Queues, DoubleBarriers)

if __name__ == "__main__":
    sys.exit(recipe_case.main(__doc__, *CASES))
