# SPDX-License-Identifier: Apache-2.0
"""Processes of several clients that use one recipe at the same time, some of which are killed.

contest_checks.py describes what they write, and checks it."""

import collections
import os
import random
import tempfile
import time
import typing

import recipe_case


class Line(typing.NamedTuple):
    event: str
    identifier: str
    detail: str


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
