#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Limits and habits of CONTRIBUTING.md that a program can see."""

import re
import sys

import functions
import sources
from sources import Problem

LINE_LIMIT = 100
FILE_LIMIT = 500
FUNCTION_LIMIT = 70

CODE = re.compile(
    r".*\.(hpp|cpp|h|def|py|cmake)|(.*/)?CMakeLists\.txt|scripts/.*|Makefile|\.ci/run"
)
TEXT = re.compile(r".*\.(md|in|cfg|jvm|json|txt)|\.clang-.*|\.gitignore")
# In pieces, so that this file does not hold what it looks for.
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")
BANNED = re.compile(r"\b(" + "|".join(UNFINISHED) + r")\b")
EMPTY_TESTS = re.compile(
    "|".join(
        ["GTEST_" + "SKIP", "DISABLED" + "_", r"\bSUCC" + r"EED\(\)"]
        + [rf"\b(EXPECT|ASSERT)_TRUE\({'tru' + 'e'}\)"]
    )
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(home|Users)/\w|" + re.escape(str(sources.ROOT)) + r"\b")


def check_lines(name, text):
    problems = []
    is_code = CODE.fullmatch(name) is not None
    for number, line in enumerate(text.split("\n"), 1):
        if is_code and len(line) > LINE_LIMIT:
            problems.append(Problem(name, number, f"{len(line)} columns, {LINE_LIMIT} at most"))
        if line != line.rstrip():
            problems.append(Problem(name, number, "white space at the end of the line"))
        if is_code and "\t" in line and name != "Makefile":
            problems.append(Problem(name, number, "a tab"))
        for pattern, meaning in (
            (BANNED, "unfinished work is not committed"),
            (EMPTY_TESTS, "a test that cannot fail"),
            (MACHINE_PATHS, "a path of one machine"),
        ):
            match = pattern.search(line)
            if match:
                problems.append(Problem(name, number, f"{match.group(0)}: {meaning}"))
    return problems


def check_cpp(name, text):
    problems = []
    is_header = name.endswith(".hpp") and not name.startswith("tests/headers/")
    if is_header and "#pragma once" not in text:
        problems.append(Problem(name, 1, "no #pragma once"))
    if is_header and name.startswith("include/") and "\nnamespace kazoo" in text:
        for mark in ("\nKAZOO_API_BEGIN\n", "\nKAZOO_API_END\n"):
            if mark not in text and name != "include/kazoo/detail/export.hpp":
                problems.append(Problem(name, 1, f"no {mark.strip()}: what is exported?"))
    if name.startswith(("src/", "include/")):
        for line, length in functions.functions(sources.without_comments_and_literals(text)):
            if length > FUNCTION_LIMIT:
                problems.append(
                    Problem(name, line, f"a function of {length} lines, {FUNCTION_LIMIT} at most")
                )
    return problems


def check_file(name, text):
    problems = check_lines(name, text)
    if CODE.fullmatch(name):
        length = text.count("\n")
        if length > FILE_LIMIT:
            problems.append(Problem(name, FILE_LIMIT, f"{length} lines, {FILE_LIMIT} at most"))
        if not text.endswith("\n"):
            problems.append(Problem(name, length, "no end of line at the end of the file"))
        problems += check_cpp(name, text)
    return problems


def check():
    problems = []
    for name, path in sources.files():
        if CODE.fullmatch(name) or TEXT.fullmatch(name):
            problems += check_file(name, path.read_text(encoding="utf-8"))
    return problems


def expect(count, name, text):
    found = check_file(name, text)
    assert len(found) == count, (name, text[:200], [str(problem) for problem in found])


def self_test():
    expect(0, "src/a.hpp", "#pragma once\nint f();\n")
    expect(1, "src/a.hpp", "int f();\n")
    expect(2, "include/kazoo/a.hpp", "#pragma once\nnamespace kazoo {\n}\n")
    exported = "#pragma once\nKAZOO_API_BEGIN\nnamespace kazoo {\n}\nKAZOO_API_END\n"
    expect(0, "include/kazoo/a.hpp", exported)
    expect(0, "src/a.cpp", "//" + "x" * 98 + "\n")
    expect(1, "src/a.cpp", "//" + "x" * 99 + "\n")
    expect(1, "src/a.cpp", "int f(); \n")
    expect(1, "src/a.cpp", "int f();")
    expect(1, "src/a.cpp", "// TO" "DO later\n")
    expect(1, "tests/a.cpp", "GTEST_" "SKIP();\n")
    expect(1, "tests/a.cpp", "TEST(A, DISABLED" "_B) {}\n")
    expect(1, "tests/a.cpp", "EXPECT_TRUE(" "true);\n")
    expect(1, "README.md", "see /ho" "me/somebody/kazoo\n")
    expect(1, "README.md", f"see {sources.ROOT}\n")
    expect(1, "src/a.cpp", "int a;\n" * 501)
    expect(0, "src/a.cpp", "int a;\n" * 500)

    body = "    step();\n" * 69
    heads = (
        "void f() {\n",
        "namespace n {\nclass C {\nint f() const noexcept {\n",
        "C::C(int x)\n    : a_{x}, b_(x) {\n",
        "template <class T> requires std::is_class_v<T>\nauto f(T t) -> std::vector<T> {\n",
        "bool operator==(const A& a, const A& b) {\n",
    )
    for head in heads:
        end = "}\n" * (head.count(" {\n"))
        short = head + body[: -len("    step();\n")] + end
        expect(0, "src/a.cpp", short)
        expect(1, "src/a.cpp", head + body + end)
    # Long tables, classes and namespaces are not functions, and neither is what a comment says.
    for head in ("constexpr int table[] = {\n", "class C : public B {\n", "namespace n {\n"):
        expect(0, "src/a.cpp", head + "    1,  // f() {\n" * 90 + "};\n")


if __name__ == "__main__":
    sys.exit(sources.main(check, self_test))
