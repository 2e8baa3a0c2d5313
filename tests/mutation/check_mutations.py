#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Applies deliberate defects to a copy of the tree, one at a time; the tests must catch each."""

import argparse
import sys
import time
from pathlib import Path

import defects
import self_test
from mutated_tree import Broken, MutatedTree

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CONFIGURATION = [
    "--preset",
    "dev",
    "-DKAZOO_BUILD_CHECKS=OFF",
    "-DKAZOO_BUILD_EXAMPLES=OFF",
    "-DKAZOO_BUILD_BENCH=OFF",
]


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="say what the defects are, and no more")
    parser.add_argument("--applies", action="store_true", help="see that each fits the tree")
    parser.add_argument("--self-test", action="store_true", help="prove that this can fail")
    parser.add_argument("--only", action="append", metavar="NAME", help="these defects alone")
    parser.add_argument("--scratch", default=ROOT / "build" / "mutation", type=Path)
    parser.add_argument("--prefix", default="", help="a command that runs the long commands")
    return parser.parse_args()


def chosen(arguments):
    known = defects.load(HERE / "defects")
    if not arguments.only:
        return known
    missing = set(arguments.only) - {defect.name for defect in known}
    if missing:
        raise defects.Refused("there is no defect " + ", ".join(sorted(missing)))
    return [defect for defect in known if defect.name in arguments.only]


def judge_all(tree, some):
    """Prints a line for each defect and a table; returns how many were not caught."""
    rows = []
    for defect in some:
        begin = time.monotonic()
        try:
            caught = tree.judge(defect)
            verdict = f"{caught[0]}: {caught[1]}" if caught else "SURVIVES"
        except (Broken, defects.Refused) as failed:
            caught, verdict = None, f"CANNOT BE TRIED: {failed}"
        print(f"{defect.name}: {verdict} ({time.monotonic() - begin:.0f} s)", flush=True)
        rows.append((defect.name, verdict.splitlines()[0], caught is not None))
    width = max(len(name) for name, _, _ in rows)
    print(f"\n{'defect':{width}} | caught by")
    for name, verdict, _ in rows:
        print(f"{name:{width}} | {verdict}")
    left = sum(not caught for _, _, caught in rows)
    print(f"{len(rows)} defects, {left} not caught")
    return left


def main():
    arguments = read_arguments()
    if arguments.self_test:
        return self_test.run(judge_all)
    some = chosen(arguments)
    for defect in some:
        if arguments.list:
            print(f"{defect.name} ({defect.file}): {defect.what}")
        else:
            defect.check(ROOT)
    if arguments.list or arguments.applies:
        return 0
    tree = MutatedTree(ROOT, arguments.scratch, CONFIGURATION, arguments.prefix)
    suites = dict.fromkeys(suite for defect in some for suite in defect.suites)
    tree.prepare(sorted(suites, key=lambda suite: (not suite.startswith("unit"), suite)))
    return 1 if judge_all(tree, some) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Broken, defects.Refused) as failed:
        sys.exit(str(failed))
