#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles a file of which each line that ends in `// refused: <text>` has to be refused with a
message that contains the text, and every other line has to compile.

    check_refused.py COMPILER INCLUDE_DIRECTORY FILE... | --self-test COMPILER
"""

import pathlib
import re
import subprocess
import sys
import tempfile

MARK = re.compile(r"// refused: (.*)$")
PLACE = re.compile(r"(?:^|[ (])([^ :(]+):(\d+):(\d+)?")


def diagnostics(compiler, include, file, options=()):
    all_errors = "-ferror-limit=0" if "clang" in compiler else "-fmax-errors=0"
    command = [compiler, "-std=c++20", "-fsyntax-only", "-Wno-unused", all_errors,
               "-ftemplate-backtrace-limit=0", f"-I{include}", *options, str(file)]
    result = subprocess.run(command, capture_output=True, text=True)
    return result.returncode, result.stderr


def blocks(text):
    """The diagnostics one by one: an error with all that leads to it and follows it."""
    block, seen_error = [], False
    for line in text.splitlines():
        begins = ": In " in line or re.match(r"In file included from", line)
        if seen_error and (begins or ": error: " in line):
            yield block
            block, seen_error = [], False
        block.append(line)
        seen_error = seen_error or ": error: " in line
    if seen_error:
        yield block


def problems_of(compiler, include, file):
    lines = pathlib.Path(file).read_text().splitlines()
    wanted = {n: match[1] for n, line in enumerate(lines, 1) if (match := MARK.search(line))}
    status, text = diagnostics(compiler, include, file)
    found = {}
    for block in blocks(text):
        places = {int(p[1]) for line in block for p in PLACE.findall(line)
                  if p[0] == str(file)}
        marked = places & wanted.keys()
        for number in marked or places or {0}:
            found.setdefault(number, []).append(block)
    name = pathlib.Path(file).name
    problems = []
    if status == 0:
        problems.append(f"{name}: compiles")
    for number, message in wanted.items():
        said = found.pop(number, [])
        # Only in the message itself: compilers quote the line, with its mark.
        if not any(message in line for block in said for line in block if ": error: " in line):
            problems.append(f"{name}:{number}: not refused with '{message}' but with:\n"
                            + text_of(said))
    for number, said in found.items():
        problems.append(f"{name}:{number}: refused, though it should compile:\n" + text_of(said))
    return problems


def text_of(blocks_said):
    return "\n".join(line for block in blocks_said for line in block)


def self_test(compiler):
    header = 'template <class T> void f(T) { static_assert(sizeof(T) == 1, "only bytes"); }\n'
    cases = {
        "int main() { f(1); }  // refused: only bytes\n": True,
        "int main() { f('1'); }  // refused: only bytes\n": False,
        "int main() { f(1); }  // refused: only words\n": False,
        "int main() {\n    f(1);  // refused: only bytes\n    f(1.0);\n}\n": False,
        "int main() {\n    f(1);  // refused: only bytes\n    f(1.0);  // refused: only bytes\n}\n":
            True,
    }
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory, "case.cpp")
        for text, good in cases.items():
            file.write_text(header + text)
            problems = problems_of(compiler, directory, file)
            assert (not problems) == good, (text, problems)


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--self-test":
        return self_test(sys.argv[2])
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    problems = [p for file in sys.argv[3:] for p in problems_of(sys.argv[1], sys.argv[2], file)]
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
