#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads programs and shared libraries: whether they have what KAZOO_HARDENING is to give them. They
are position-independent, resolve all symbols before main() and then protect the table of them, have
no executable stack, check the stack of functions, and use the checked forms of libc's functions.
With --commands also whether all sources were compiled with the flags.

    check_hardening.py PROGRAM...
    check_hardening.py --commands compile_commands.json FLAG...
    check_hardening.py --self-test COMPILER... -- FLAG...
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

PROGRAM = """
#include <cstdio>
#include <cstring>
int main(int argc, char** argv) {
    char text[16];
    std::memcpy(text, argv[0], argc);
    return std::puts(text) < 0;
}
"""


def read_elf(file):
    command = ["readelf", "-W", "-h", "-l", "-d", "--dyn-syms", str(file)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def problems(file):
    text = read_elf(file)
    checks = {
        "is not position-independent": r"Type:\s+DYN ",
        "does not protect its relocations (RELRO)": r"^\s+GNU_RELRO ",
        "does not bind all symbols at once": r"\(FLAGS\)\s+.*BIND_NOW|\(FLAGS_1\)\s+.*\bNOW\b",
        "has an executable stack": r"^\s+GNU_STACK .* RW  ",
        "does not check stacks": r"\b__stack_chk_fail\b",
        "does not use checked functions (FORTIFY_SOURCE)": r"\b__(?!stack)\w+_chk\b",
    }
    return [f"{file}: {what}" for what, pattern in checks.items()
            if not re.search(pattern, text, re.MULTILINE)]


def without_flags(commands, flags):
    found = []
    for entry in json.loads(pathlib.Path(commands).read_text()):
        arguments = entry["command"].split()
        found += [f"{entry['file']}: compiled without {flag}"
                  for flag in flags if flag not in arguments]
    return found


def self_test(compilers, flags):
    with tempfile.TemporaryDirectory() as directory:
        source = pathlib.Path(directory, "program.cpp")
        source.write_text(PROGRAM)
        for compiler in compilers:
            good = source.with_suffix(".good")
            subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-fPIE", "-pie",
                            *flags, str(source), "-o", str(good)], check=True)
            assert problems(good) == [], problems(good)
            bad = source.with_suffix(".bad")
            subprocess.run([compiler, "-O2", "-fno-PIE", "-no-pie", "-U_FORTIFY_SOURCE",
                            "-fno-stack-protector", "-Wl,-z,norelro", "-Wl,-z,lazy",
                            "-Wl,-z,execstack", str(source), "-o", str(bad)], check=True)
            assert len(problems(bad)) == 6, problems(bad)
        commands = source.with_suffix(".json")
        commands.write_text(json.dumps([{"file": "a.cpp", "command": "c++ -fsome -c a.cpp"}]))
        assert without_flags(commands, ["-fsome"]) == []
        assert without_flags(commands, ["-fother"]) == ["a.cpp: compiled without -fother"]
    return []


def main(arguments):
    if arguments[:1] == ["--self-test"]:
        middle = arguments.index("--")
        found = self_test(arguments[1:middle], arguments[middle + 1:])
    elif arguments[:1] == ["--commands"]:
        found = without_flags(arguments[1], arguments[2:])
    else:
        found = [problem for file in arguments for problem in problems(file)]
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
