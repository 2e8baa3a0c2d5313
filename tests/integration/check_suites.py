#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the suites of a test executable with those that its CMake file lists."""

import argparse
import re
import subprocess
import sys


def suite_names(listing):
    """Base names in the output of --gtest_list_tests: "Prefix/Suite.", "Suite/0.  # TypeParam"."""
    names = set()
    for line in listing.splitlines():
        suite = re.match(r"([\w/]+)\.($|\s)", line)
        if suite:
            parts = suite.group(1).split("/")
            names.add(parts[0] if len(parts) == 1 or parts[1].isdigit() else parts[1])
    return names


def differences(compiled, listed):
    problems = [f"suite {name} is missing in the CMake file" for name in sorted(compiled - listed)]
    problems += [f"the CMake file lists {name}, no suite" for name in sorted(listed - compiled)]
    return problems


def self_test():
    listing = (
        "Running main() from gmock_main.cc\nPlain.\n  Case\nAll/Param.\n"
        "  Case/0  # GetParam() = 1\nTyped/0.  # TypeParam = int\n  Case\n"
    )
    assert suite_names(listing) == {"Plain", "Param", "Typed"}
    assert differences({"A"}, {"A"}) == []
    assert len(differences({"A", "B"}, {"B", "C"})) == 2


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--executable")
    parser.add_argument("--listed", nargs="*", default=[])
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    command = [arguments.executable, "--gtest_list_tests"]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    problems = differences(suite_names(listing), set(arguments.listed))
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
