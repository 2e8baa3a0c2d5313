#!/usr/bin/env python3
"""Looks into the archives of the core (base, codec, session) for symbols of Asio: there are none.

    check_symbols.py ARCHIVE... | --self-test COMPILER
"""

import pathlib
import re
import subprocess
import sys
import tempfile

FORBIDDEN = re.compile(r"\basio\b")


def symbols(archive):
    command = ["nm", "-C", str(archive)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def offending(archive):
    lines = symbols(archive)
    if not lines:
        return [f"{archive}: no symbols at all"]
    return [f"{archive}: {line.strip()}" for line in lines if FORBIDDEN.search(line)]


def self_test(compiler):
    sources = {
        "clean": "namespace kazoo { int basiology() { return 1; } }",
        "tainted": "namespace boost::asio { int run(); } int f() { return boost::asio::run(); }",
    }
    with tempfile.TemporaryDirectory() as directory:
        for name, text in sources.items():
            source = pathlib.Path(directory, name + ".cpp")
            source.write_text(text)
            target = source.with_suffix(".o")
            subprocess.run([compiler, "-std=c++20", "-c", source, "-o", target], check=True)
            assert bool(offending(target)) == (name == "tainted"), name


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--self-test":
        return self_test(sys.argv[2])
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    problems = [line for archive in sys.argv[1:] for line in offending(archive)]
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
