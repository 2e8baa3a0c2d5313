#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the test suites of other clients on `kazoo serve`, or on Apache ZooKeeper for comparison,
and tests of recipes of this library together with other clients, on Apache ZooKeeper.

Fetches the packages with their own tools (pip, go, cargo, npm, mvn) into a separate directory,
without touching anything else, runs the tests, and prints a table. A suite whose tool or package is
not available is skipped, with the reason."""

import argparse
import os
import pathlib
import shutil
import sys

import suites
from common import Failed, Skipped


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True, help="the built `kazoo`")
    parser.add_argument("--recipes", required=True, help="the built `interop_recipes`")
    parser.add_argument("--work", required=True, help="a directory for packages and builds")
    parser.add_argument("--apache", help="a class path: run on that Apache ZooKeeper instead")
    parser.add_argument("--only", nargs="*", default=[], choices=[s.name for s in suites.ALL])
    return parser.parse_args()


def environment(arguments):
    here = pathlib.Path(__file__).resolve().parent
    recipes = str(pathlib.Path(arguments.recipes).resolve())
    env = dict(
        os.environ, KAZOO_ZK_SERVER=str(here / "zk_server.py"), KAZOO_INTEROP_RECIPES=recipes
    )
    if arguments.apache:
        env["KAZOO_APACHE"] = arguments.apache
        if not shutil.which("java"):
            raise Skipped("there is no java")
    else:
        env["KAZOO_TOOL"] = str(pathlib.Path(arguments.tool).resolve())
    return env


def run(suite, work, env):
    try:
        suite.prepare(work)
        outcome = suite.run(work, env)
    except Skipped as why:
        print(f"{suite.name}: skipped: {why}", flush=True)
        return True
    except Failed as why:
        print(f"{suite.name}: FAILED: {why}", flush=True)
        return False
    print(f"{suite.name} {outcome.version}: {outcome.passed} of {outcome.total} passed", flush=True)
    for name, reason in sorted(outcome.left_out.items()):
        print(f"    left out: {name}: {reason}")
    for name in sorted(outcome.failed):
        print(f"    FAILED: {name}")
    return not outcome.failed


def main():
    arguments = parse()
    env = environment(arguments)
    work = pathlib.Path(arguments.work).resolve()
    work.mkdir(parents=True, exist_ok=True)
    chosen = [suite for suite in suites.ALL if not arguments.only or suite.name in arguments.only]
    results = [run(suite, work / suite.name, env) for suite in chosen]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
