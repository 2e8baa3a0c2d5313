#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what shared libraries export with the lists in tests/build/symbols/, one file for each
library, and names what was added and removed. --fill writes the lists instead.

    symbols.py BUILD_DIRECTORY | --fill BUILD_DIRECTORY | --self-test COMPILER

The lists have the functions and variables which the library alone defines: those that programs
compiled with an older version may call. Inline functions, instances of templates, type information
and virtual tables are left out, because programs have them as well, and which of them a library
has depends on the optimiser; what a public header declares as `extern template` is in the lists.
The check check_symbols.py --exported looks at all symbols.
"""

import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LISTS = pathlib.Path(__file__).resolve().parent / "symbols"
STRONG = "TDBR"  # nm's letters for functions and variables which no other library may define
EXTERN_TEMPLATES = re.compile(r"^kazoo::BasicCounter<(?:long|double)>::[^{]*$")
# What these names stand for is long, and not of interest.
SHORT = [
    ("std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >",
     "std::string"),
    ("std::basic_string_view<char, std::char_traits<char> >", "std::string_view"),
    ("std::__exception_ptr::exception_ptr", "std::exception_ptr"),
    ("std::chrono::_V2::steady_clock", "std::chrono::steady_clock"),
    ("std::chrono::duration<long, std::ratio<1l, 1000000000l> >", "std::chrono::nanoseconds"),
]


def exported(library):
    command = ["nm", "-C", "-D", "--defined-only", str(library)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    names = set()
    for line in text.splitlines():
        letter, name = line.split(" ", 2)[1:]
        for long, short in SHORT:
            name = name.replace(long, short)
        if letter in STRONG or EXTERN_TEMPLATES.match(name):
            names.add(name)
    return sorted(names)


def list_of(library, directory):
    """libkazoo_uv.so.0.1.0 has the list libkazoo_uv.txt."""
    return directory / (pathlib.Path(library).name.split(".")[0] + ".txt")


def differences(library, directory):
    file = list_of(library, directory)
    listed = file.read_text().splitlines() if file.exists() else []
    changes = [line for line in difflib.ndiff(listed, exported(library)) if line[0] in "+-"]
    return [f"{file.stem}: {'added' if line[0] == '+' else 'removed'}: {line[2:]}"
            for line in changes]


def libraries_of(build):
    """Components whose dependencies are missing are not built."""
    found = sorted([*build.glob("libkazoo.so"), *build.glob("src/**/libkazoo_*.so")])
    if not found:
        sys.exit(f"there are no shared libraries in {build}")
    return found


def compare(libraries, directory):
    return [line for library in libraries for line in differences(library, directory)]


def fill(libraries, directory):
    directory.mkdir(exist_ok=True)
    for library in libraries:
        list_of(library, directory).write_text("".join(f"{n}\n" for n in exported(library)))


def self_test(compiler):
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)

        def build(text):
            library = directory / "libtest_part.so.1.0"
            command = [compiler, "-std=c++20", "-shared", "-fPIC", "-x", "c++", "-", "-o", library]
            subprocess.run(command, check=True, text=True, input="#include <string>\n" + text)
            return library

        inline = "namespace kazoo { inline int k() { return 1; } int (*p)() = &k; }"
        before = build("namespace kazoo { int f(std::string) { return 1; } int g; }" + inline)
        lists = directory / "lists"
        fill([before], lists)
        assert (lists / "libtest_part.txt").read_text() == \
            "kazoo::f(std::string)\nkazoo::g\nkazoo::p\n"
        assert compare([before], lists) == []
        after = build("namespace kazoo { int f(std::string, int) { return 1; } int g; }" + inline)
        assert compare([after], lists) == [
            "libtest_part: removed: kazoo::f(std::string)",
            "libtest_part: added: kazoo::f(std::string, int)"], compare([after], lists)


def main(arguments):
    if arguments[:1] == ["--self-test"]:
        return self_test(*arguments[1:])
    libraries = libraries_of(pathlib.Path(arguments[-1]))
    if arguments[:1] == ["--fill"] or os.environ.get("KAZOO_RENEW_SYMBOLS"):
        return fill(libraries, LISTS)
    found = compare(libraries, LISTS)
    print(*found, sep="\n")
    if found:
        print("If this is intended: KAZOO_RENEW_SYMBOLS=1 ctest --preset dev -R packages.symbols")
        print("After a release, symbols are removed with a new SONAME only.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
