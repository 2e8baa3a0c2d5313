# SPDX-License-Identifier: Apache-2.0
"""Deliberate defects, one per file: a header, then lines of the tree and their replacement.

    what: a description, which may name software that has this defect;
        continued on indented lines
    file: src/session/session.cpp
    suites: unit_session sim integration:Life
    --- before
    whole lines that occur exactly once in that file
    --- after
    their replacement

The suites are run in this order until one fails. `integration:X` is the suite X of
tests/integration on the embedded server, `embedded:X`, `recipes:X`, `security:X` and `memory:X` are
suites of the folders of these names; the others are executables.
"""

import dataclasses
import pathlib
import re

BEFORE = "--- before\n"
AFTER = "--- after\n"
SUITE = re.compile(r"sim|sim_checks|unit_[a-z]+|(integration|embedded|recipes|security|memory):\w+")
FIELDS = {"what", "file", "suites"}


class Refused(Exception):
    """The defect is malformed or does not apply to the tree."""


@dataclasses.dataclass(frozen=True)
class Defect:
    name: str
    what: str
    file: str
    suites: tuple
    before: str
    after: str

    def mutate(self, text):
        """Returns the text of the file with the defect applied."""
        found = ("\n" + text).count("\n" + self.before)
        if found != 1:
            raise Refused(f"{self.name}: its text occurs {found} times in {self.file}, not once")
        at = ("\n" + text).index("\n" + self.before)
        return text[:at] + self.after + text[at + len(self.before) :]

    def check(self, root):
        """Raises Refused if the defect does not apply to the tree at root."""
        path = pathlib.Path(root) / self.file
        if not path.is_file():
            raise Refused(f"{self.name}: there is no {self.file}")
        self.mutate(path.read_text(encoding="utf-8"))


def parse(name, text):
    head, before, rest = text.partition(BEFORE)
    before_text, after, after_text = rest.partition(AFTER)
    if not before or not after:
        raise Refused(f"{name}: one of its two texts is missing")
    fields = {}
    last = None
    for line in head.splitlines():
        if line.startswith(" ") and last:
            fields[last] += " " + line.strip()
            continue
        last, _, value = line.partition(":")
        fields[last] = value.strip()
    if set(fields) != FIELDS or not all(fields.values()):
        raise Refused(f"{name}: its header needs {', '.join(sorted(FIELDS))} and nothing else")
    suites = tuple(fields["suites"].split())
    for suite in suites:
        if not SUITE.fullmatch(suite):
            raise Refused(f"{name}: there is no suite {suite}")
    if not before_text or before_text == after_text:
        raise Refused(f"{name}: it changes nothing")
    return Defect(name, fields["what"], fields["file"], suites, before_text, after_text)


def load(directory):
    paths = sorted(pathlib.Path(directory).glob("*.txt"))
    return [parse(path.stem, path.read_text(encoding="utf-8")) for path in paths]
