#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the table of docs/pitfalls.md against the tests that ctest knows in a build directory.

    | 1 | the pitfall in a few words | `the name of a test`, `another` |

A name may leave out the parameter of a test: `A.B` stands for `A.B/0`, `A.B/1` and so on.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

PITFALLS = 25
ROW = re.compile(r"^\| *(\d+) *\|(.*)\|([^|]*)\|$", re.MULTILINE)
NAME = re.compile(r"`([^`]+)`")
NOT_BUILT = "_NOT_BUILT"  # what CMake has instead of the tests of an executable that is missing


def known_tests(ctest, build):
    """The names of all tests. From a directory of its own: listing them writes a log, too."""
    with tempfile.TemporaryDirectory() as directory:
        tests = pathlib.Path(directory, "CTestTestfile.cmake")
        tests.write_text(f"subdirs([==[{build}]==])\n")
        command = [ctest, "--show-only=json-v1"]
        listing = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    if listing.returncode != 0:
        sys.exit("ctest cannot list the tests:\n" + listing.stderr)
    return {test["name"] for test in json.loads(listing.stdout)["tests"]}


def with_bare_names(tests):
    """The tests, and what is left of their names without one or more parameters at the end."""
    bare = set(tests)
    for test in tests:
        parts = test.split("/")
        bare.update("/".join(parts[:end]) for end in range(1, len(parts)))
    return bare


def problems(text, tests):
    found = []
    rows = ROW.findall(text)
    numbers = [int(number) for number, _, _ in rows]
    if numbers != list(range(1, PITFALLS + 1)):
        found.append(f"the rows are not 1 to {PITFALLS}: {numbers}")
    known = with_bare_names(tests)
    for number, what, pins in rows:
        names = NAME.findall(pins)
        if not what.strip() or not names:
            found.append(f"row {number}: no pitfall, or no test")
        found += [f"row {number}: there is no test {name}" for name in names if name not in known]
    if found:
        missing = sorted(test for test in tests if test.endswith(NOT_BUILT))
        found += [f"{name.removesuffix(NOT_BUILT)} has not been built" for name in missing]
    return found


def self_test():
    tests = {"unit.A.B", "unit.Ways/C.D/0", "unit.Ways/C.D/1", "sim.seeds"}
    row = "| {} | what | `unit.A.B`, `unit.Ways/C.D`, `sim.seeds` |\n"
    good = "| # | pitfall | tests |\n|---|---|---|\n"
    good += "".join(row.format(number) for number in range(1, PITFALLS + 1))
    assert problems(good, tests) == []
    bad = [
        good.replace("| 7 |", "| 8 |"),
        good.replace(row.format(25), ""),
        good.replace("| 3 | what", "| 3 | "),
        good.replace(row.format(4), "| 4 | what | none |\n"),
        good.replace(row.format(5), row.format(5).replace("A.B", "A")),
    ]
    for text in bad:
        assert len(problems(text, tests)) == 1, text
    not_built = tests | {"unit_session_NOT_BUILT"}
    assert problems(good, not_built) == []
    assert len(problems(bad[0], not_built)) == 2


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ctest", default="ctest")
    parser.add_argument("--build", help="the build directory")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    root = pathlib.Path(__file__).resolve().parents[2]
    tests = known_tests(arguments.ctest, pathlib.Path(arguments.build).resolve())
    found = problems((root / "docs" / "pitfalls.md").read_text(), tests)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
