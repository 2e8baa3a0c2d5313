#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Processes of this library and of Python's kazoo that use one recipe, and are killed at random."""

import collections
import pathlib
import sys
import unittest

import contest
import contest_checks
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
        holds = contest_checks.holds_of(contested.journal.lines())
        count = collections.Counter(hold.identifier for hold in holds)
        print(f"{len(holds)} holds:", *(f"{name} {n}" for name, n in sorted(count.items())))
        contest_checks.check_exclusion(self, holds, leases)
        for path in (self.path, self.path + "-inside", self.path + "-__lock__"):
            self.becomes_empty(path)
        return holds

    def contend_for_lock(self, names, *options):
        contest_checks.check_order(self, self.contend({name: "lock" for name in names}, *options))

    def contend_for_read_write_lock(self, names, *options):
        """Names are those of the client and the kind: "ours-read", "ours-write-2"."""
        kinds = {name: name.split("-")[1] for name in names}
        contest_checks.check_order(self, self.contend(kinds, *options))


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
        lines = contested.journal.lines()
        count = collections.Counter(line.event for line in lines)
        print(f"{count['put']} items put, {count['done']} taken")
        contest_checks.check_items(self, lines)
        return lines

    def test_queue(self):
        contest_checks.check_few_lost(self, self.use("", ""))

    def test_locking_queue(self):
        contest_checks.check_locked_items(self, self.use("locking-", "/entries"))


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
        lines = [
            line for line in self.contest.journal.lines()
            if line.event == "killing" or line.detail == self.barrier
        ]
        contest_checks.check_barrier(self, lines, len(self.names))

    def test_without_kills(self):
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


class Checks(unittest.TestCase):
    """The checks can fail."""

    def check(self, check, text, *more, fails):
        lines = [contest.Line(*(line + "  ").split(" ", 2)) for line in text.split("; ")]
        lines = [line._replace(detail=line.detail.strip()) for line in lines]
        if fails:
            with self.assertRaises(AssertionError):
                check(unittest.TestCase(), lines, *more)
        else:
            check(unittest.TestCase(), lines, *more)

    def holds(self, check, *more):
        return lambda case, lines: check(case, contest_checks.holds_of(lines), *more)

    def test_two_holders(self):
        exclusion = self.holds(contest_checks.check_exclusion)
        overlap = "enter a 1 {0}-a; enter b 2 {1}-b; leave a 1; kept a 1; leave b 2; kept b 2"
        self.check(exclusion, overlap.format("lock", "lock"), fails=True)
        self.check(exclusion, overlap.format("read", "write"), fails=True)
        self.check(exclusion, overlap.format("read", "read"), fails=False)
        unproved = "enter a 1 lock-a; enter b 2 lock-b; leave a 1; leave b 2; kept b 2"
        self.check(exclusion, unproved, fails=False)
        marker = "enter a 1 lock-a lock-b; leave a 1; kept a 1"
        self.check(exclusion, marker, fails=True)

    def test_too_many_leases(self):
        lines = "; ".join(
            [f"enter {n} 1 semaphore-{n}" for n in "abc"]
            + [f"leave {n} 1; kept {n} 1" for n in "abc"]
        )
        self.check(self.holds(contest_checks.check_exclusion, 2), lines, fails=True)
        self.check(self.holds(contest_checks.check_exclusion, 3), lines, fails=False)

    def test_overtaking(self):
        order = self.holds(contest_checks.check_order)
        lines = "enter a 2 {0}-a; leave a 2; kept a 2; enter b 1 {1}-b; leave b 1; kept b 1"
        for kinds, fails in ((("lock", "lock"), True), (("read", "write"), True),
                             (("write", "read"), True), (("read", "read"), False)):
            self.check(order, lines.format(*kinds), fails=fails)

    def test_items(self):
        items, few = contest_checks.check_items, contest_checks.check_few_lost
        self.check(items, "putting p i; done a i; done b i", fails=True)
        self.check(items, "done a i", fails=True)
        self.check(few, "putting p i; put p i", fails=True)
        self.check(few, "putting p i; put p i; killing take.1", fails=False)

    def test_locked_items(self):
        locked = contest_checks.check_locked_items
        self.check(locked, "put p i", fails=True)
        self.check(locked, "put p i; working a i; working b i; done a i", fails=True)
        self.check(locked, "put p i; working a i; killing a; working b i", fails=False)
        self.check(locked, "put p i; working a i; working b i; again a i", fails=False)

    def test_barriers(self):
        barrier = contest_checks.check_barrier
        self.check(barrier, "entering a; entered a; entering b; entered b", 2, fails=True)
        inside = "entering a; entering b; entered a; entered b; "
        self.check(barrier, inside + "leaving a; left a; leaving b; left b", 2, fails=True)
        self.check(barrier, inside + "leaving a; killing b; left a", 2, fails=False)
        self.check(barrier, inside + "leaving a; leaving b; left b; left a", 2, fails=False)


CASES = (Checks, Holders, Queues, DoubleBarriers)

if __name__ == "__main__":
    sys.exit(recipe_case.main(__doc__, *CASES))
