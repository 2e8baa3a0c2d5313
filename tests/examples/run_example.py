#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a program; succeeds if its exit code and its output are as expected.

    run_example.py --expect FILE [--exit-code N] [--needs PROGRAM] -- COMMAND [ARGUMENT...]

FILE holds regular expressions, one a line: each must match a whole line of what the program writes
to its output or its error stream, in this order. Other lines may stand between them. Where there is
no PROGRAM it ends with 77.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

SKIPPED = 77


def missing_line(expected, output):
    """The first expected line that does not come in its turn, or None."""
    lines = iter(output.splitlines())
    for pattern in expected:
        if not any(re.fullmatch(pattern, line) for line in lines):
            return pattern
    return None


def problem(command, expected, exit_code):
    """What is wrong with a run of the command, or None; prints what the program wrote."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print(done.stdout, end="")
    if done.returncode != exit_code:
        return f"exit code {done.returncode}, expected {exit_code}"
    pattern = missing_line(expected, done.stdout)
    return pattern and f"expected, in its turn: {pattern}"


def self_test():
    def run(script, expected, exit_code=0):
        return problem([sys.executable, "-c", script], expected, exit_code)

    two_lines = "print('one 1'); print('between'); print('two')"
    assert run(two_lines, [r"one \d", "two"]) is None
    assert run(two_lines, ["two", r"one \d"]) is not None
    assert run(two_lines, ["one"]) is not None
    assert run(two_lines, ["one 1", "one 1"]) is not None
    assert run("import sys; print('out'); sys.exit(1)", ["out"]) is not None
    assert run("import sys; sys.exit('wrong')", ["wrong"], exit_code=1) is None
    assert run("import os; os.kill(os.getpid(), 9)", [], exit_code=0) is not None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--expect", type=pathlib.Path)
    parser.add_argument("--exit-code", type=int, default=0)
    parser.add_argument("--needs")
    parser.add_argument("command", nargs="*")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    if arguments.needs and shutil.which(arguments.needs) is None:
        print("skipped: there is no", arguments.needs)
        return SKIPPED
    expected = arguments.expect.read_text(encoding="utf-8").splitlines()
    if not expected or not arguments.command:
        parser.error("nothing to run, or nothing to expect")
    return problem(arguments.command, expected, arguments.exit_code)


if __name__ == "__main__":
    sys.exit(main())
