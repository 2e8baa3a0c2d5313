#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each source names its licence in the first line, or in the second after a "#!" line."""

import pathlib
import sys
import tempfile

import sources
from sources import Problem

IDENTIFIER = "SPDX-License-Identifier: Apache-2.0"
FOLDERS = (
    "include",
    "src",
    "tests",
    "tools",
    "examples",
    "bench",
    "scripts",
    "cmake",
    "packaging",
)


def mark_of(name, lines):
    """What begins a comment in a source, or None for files that need no licence line."""
    path = pathlib.PurePosixPath(name)
    if path.suffix in (".hpp", ".cpp"):
        return "//"
    if path.suffix in (".py", ".cmake") or path.name == "CMakeLists.txt":
        return "#"
    return "#" if lines and lines[0].startswith(b"#!") else None


def problems_in(root):
    for name, path in sources.files(root):
        if not name.startswith(tuple(f"{folder}/" for folder in FOLDERS)):
            continue
        lines = path.read_bytes().split(b"\n", 2)
        mark = mark_of(name, lines)
        first = 1 if lines[0].startswith(b"#!") else 0
        wanted = f"{mark} {IDENTIFIER}".encode()
        if mark and lines[first : first + 1] != [wanted]:
            yield Problem(name, first + 1, f"the line '{wanted.decode()}' is missing")


def self_test():
    slashes, hashes = f"// {IDENTIFIER}\n", f"# {IDENTIFIER}\n"
    good = {
        "src/a.cpp": slashes + "int a;\n",
        "include/a.hpp": slashes,
        "tests/CMakeLists.txt": hashes,
        "tests/run": "#!/bin/sh\n" + hashes,
        "tests/a.txt": "text\n",
        "build/a.cpp": "int a;\n",
        "a.cpp": "int a;\n",
    }
    bad = {
        "src/b.cpp": "int b;\n" + slashes,
        "src/c.hpp": "",
        "cmake/b.cmake": slashes,
        "tests/b.py": "#!/usr/bin/env python3\n",
        "tests/b": "#!/bin/sh\n\n" + hashes,
    }
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        for name, text in (good | bad).items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert {problem.path for problem in problems_in(root)} == set(bad)


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    found = list(problems_in(sources.ROOT))
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
