# SPDX-License-Identifier: Apache-2.0
"""Processes of several clients that use one recipe at the same time, some of which are killed.

Each process appends lines "<event> <identifier> <detail>" to one file, the journal, in the order of
the events. A process that holds a lock writes

    enter <identifier> <token> <markers>   when it has created its marker, <kind>-<identifier>
    leave <identifier> <token>             before it deletes its marker
    kept <identifier> <token>              when it has deleted its marker

Token is the czxid of the node of the lock. Markers are created and deleted in transactions that
need this node, and vanish with its session. "kept" therefore proves that the lock was held from
"enter" to "leave", also if the process was stopped for a while: only such holds are compared."""

import collections
import os
import random
import tempfile
import time
import typing

import recipe_case

EXCLUSIVE = ("lock", "write")


class Line(typing.NamedTuple):
    event: str
    identifier: str
    detail: str


class Hold(typing.NamedTuple):
    kind: str
    identifier: str
    token: int
    enter: int  # index of the line
    leave: int
    markers: list


class Journal:
    def __init__(self, case):
        self.file, self.path = tempfile.mkstemp(prefix="kazoo-journal-")
        case.addCleanup(os.unlink, self.path)
        case.addCleanup(os.close, self.file)

    def write(self, event, identifier, detail=""):
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(f"{event} {identifier} {detail}\n")

    def lines(self):
        with open(self.path, encoding="utf-8") as file:
            return [Line(*line.rstrip("\n").split(" ", 2)) for line in file]


class Contest:
    """Contenders are functions that return the command of a process from its identifier and the
    path of the journal. Their names are the beginning of identifiers."""

    def __init__(self, case, contenders):
        self.case = case
        self.contenders = contenders
        self.journal = Journal(case)
        self.running = {}
        self.starts = collections.Counter()
        self.killed = 0
        for name in contenders:
            self._start(name)

    def _start(self, name):
        self.starts[name] += 1
        identifier = f"{name}.{self.starts[name]}"
        command = self.contenders[name](identifier, self.journal.path)
        self.running[name] = (identifier, recipe_case.Partner(self.case, command))

    def partner(self, name):
        return self.running[name][1]

    def kill(self, name):
        """Kills a process, and starts another in its place."""
        identifier, partner = self.running[name]
        self.journal.write("killing", identifier)
        partner.kill()
        self.killed += 1
        self._start(name)

    def counts(self, events):
        found = collections.Counter(
            line.identifier for line in self.journal.lines() if line.event in events
        )
        return {name: found[identifier] for name, (identifier, _) in self.running.items()}

    def all_go_on(self, events, times=3):
        """Waits until each process has reached one of the events several times from now."""
        before = self.counts(events)

        def ready():
            now = self.counts(events)
            return all(now[name] >= before[name] + times for name in now)

        self.case.wait_until(ready, lambda: f"starved: {before}, {self.counts(events)}")

    def kill_some(self, events, rounds=2):
        """Kills two processes at a time, at random moments, and waits each time until all others
        and those in their place have gone on."""
        seed = random.SystemRandom().randrange(2**32)
        chance = random.Random(seed)
        print(f"seed {seed}", end=" ", flush=True)
        for _ in range(rounds):
            self.all_go_on(events)
            for victim in chance.sample(sorted(self.running), 2):
                time.sleep(chance.uniform(0, 0.02))
                self.kill(victim)
        self.all_go_on(events)

    def end(self, *names):
        """Lets processes, all by default, come to an end."""
        ending = [self.running.pop(name)[1] for name in names or tuple(self.running)]
        for partner in ending:
            partner.end_input()
        for partner in ending:
            partner.ends_well()


def holds_of(lines):
    """Returns the holds that are proved, in the order in which they began."""
    open_holds, holds = {}, []
    for index, (event, identifier, detail) in enumerate(lines):
        if event == "enter":
            token, *markers = detail.split(" ")
            kind = next(m.split("-")[0] for m in markers if m.endswith("-" + identifier))
            open_holds[identifier] = Hold(kind, identifier, int(token), index, 0, markers)
        elif event == "leave":
            open_holds[identifier] = open_holds[identifier]._replace(leave=index)
        elif event == "kept":
            holds.append(open_holds.pop(identifier))
    return sorted(holds, key=lambda hold: hold.enter)


def violation(kinds, leases):
    """Returns whether holders of these kinds exclude each other."""
    exclusive = any(kind in EXCLUSIVE for kind in kinds)
    return len(kinds) > (1 if exclusive else leases)


def check_exclusion(case, holds, leases=1000):
    inside = []
    for hold in holds:
        inside = [other for other in inside if other.leave > hold.enter] + [hold]
        case.assertFalse(violation([other.kind for other in inside], leases), inside)
        case.assertFalse(violation([m.split("-")[0] for m in hold.markers], leases), hold)


def check_order(case, holds):
    """Checks that no process has overtaken one for which it had to wait."""
    last = last_exclusive = 0
    for hold in holds:
        exclusive = hold.kind in EXCLUSIVE
        case.assertGreater(hold.token, last if exclusive else last_exclusive, hold)
        last = max(last, hold.token)
        if exclusive:
            last_exclusive = hold.token
