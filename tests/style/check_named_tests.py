#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the tables that name tests against the sources of the tests.

    | what | ... | tests                       |
    |---|---|---|
    | ...  | ... | `Suite.Case` `sim.seeds`    |

Tables with a last column "test" or "tests" are checked. Each name must be a case of GoogleTest in
tests/, or a test that a CMakeLists.txt there adds by this name. Each row names one, unless its cell
in the column "this library" begins with "no".
"""

import re
import sys

import sources
from sources import Problem

# Each must have a table of this kind.
PAGES = ("README.md", "docs/comparison.md", "docs/features.md", "docs/field-lessons.md")
CASE = re.compile(r"^(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)
ADDED = re.compile(r"\badd_test\(\s*NAME\s+([\w.]+)\s")
NAME = re.compile(r"`([^`]+)`")
RULE = re.compile(r"[|:\- ]+")
OURS = "this library"


def known_tests(files):
    """The names of all tests in these files, which are (name, text)."""
    known = set()
    for name, text in files:
        if name.endswith(".cpp"):
            known.update(f"{suite}.{case}" for suite, case in CASE.findall(text))
        elif name.endswith("CMakeLists.txt"):
            known.update(ADDED.findall(text))
    return known


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def tables(text):
    """The tables of a page that name tests: (cells of the head, [(line number, cells)])."""
    head, rows, before = None, [], ""
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if not line.startswith("|"):
            if head:
                yield head, rows
            head, rows = None, []
        elif head:
            rows.append((number, cells(line)))
        elif RULE.fullmatch(line) and cells(before)[-1] in ("test", "tests"):
            head = cells(before)
        before = line


def problems(page, text, known):
    found, named = [], False
    for head, rows in tables(text):
        for line, row in rows:
            if len(row) != len(head):
                found.append(Problem(page, line, f"{len(row)} cells under a head of {len(head)}"))
                continue
            names = NAME.findall(row[-1])
            named = named or bool(names)
            unsupported = OURS in head and row[head.index(OURS)].startswith("no")
            if not names and not unsupported:
                found.append(Problem(page, line, "names no test"))
            found += [
                Problem(page, line, f"there is no test {name}")
                for name in names
                if name not in known
            ]
    if not named:
        found.append(Problem(page, 1, "has no table that names tests"))
    return found


def check():
    texts = {
        name: path.read_text()
        for name, path in sources.files()
        if name in PAGES or name.startswith("tests/") and name.endswith((".cpp", "CMakeLists.txt"))
    }
    known = known_tests((name, text) for name, text in texts.items() if name not in PAGES)
    return [found for page in PAGES for found in problems(page, texts.get(page, ""), known)]


def self_test():
    source = "TEST(A, B) {}\n  TEST(No, Test) {}\nTEST_P(\n    C, D\n) {}\nTYPED_TEST(E, F) {\n"
    cmake = "add_test(NAME sim.seeds COMMAND sim)\nadd_test(NAME x.${name} COMMAND x)\n"
    known = known_tests([("tests/a.cpp", source), ("tests/CMakeLists.txt", cmake)])
    assert known == {"A.B", "C.D", "E.F", "sim.seeds"}, known

    good = """
| what | this library | test |
|---|---|---|
| one | yes | `A.B`, `sim.seeds` |
| two | not yet | |

| another | table |
| --- | --- |
| `No.Test` | |

| what | tests |
| :-- | --: |
| three | `C.D` `E.F` |
"""
    assert problems("page", good, known) == []
    bad = {
        good.replace("`A.B`", "`A.C`"): "there is no test A.C",
        good.replace("`C.D`", "`No.Test`"): "there is no test No.Test",
        good.replace("not yet", "yes"): "names no test",
        good.replace("`C.D` `E.F`", "C.D"): "names no test",
        good.replace("| three |", "| three"): "1 cells under a head of 2",
        good.replace("| one | yes |", "| one |"): "2 cells under a head of 3",
        "| another | table |\n|---|---|\n| a | `A.B` |\n": "has no table that names tests",
    }
    for text, expected in bad.items():
        found = problems("page", text, known)
        assert expected in [problem.text for problem in found], (text, found)


if __name__ == "__main__":
    sys.exit(sources.main(check, self_test))
