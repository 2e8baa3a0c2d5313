#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the pages about migration with the clients that they are about, as installed.

docs/migration-from-c.md names every function of zookeeper.h, docs/migration-from-kazoo.md every
public name of Python kazoo's client, handlers, recipes and what these use. Both are read as text.
Names of this library on the three pages, in the second column of a table, are in its headers.

Exit code 77: one of the clients is not installed, and nothing else is wrong.
"""

import ast
import pathlib
import re
import sys

import sources

HEADER = pathlib.Path("/usr/include/zookeeper/zookeeper.h")
PACKAGE = pathlib.Path("/usr/lib/python3/dist-packages/kazoo")
C_PAGE, KAZOO_PAGE = "docs/migration-from-c.md", "docs/migration-from-kazoo.md"
PAGES = (C_PAGE, KAZOO_PAGE, "docs/migration-from-curator.md")
MODULES = (
    "client", "exceptions", "interfaces", "retry", "security", "hosts", "handlers/threading",
    "handlers/gevent", "handlers/eventlet", "handlers/utils", "protocol/states", "protocol/paths",
    "recipe/barrier", "recipe/cache", "recipe/counter", "recipe/election", "recipe/lease",
    "recipe/lock", "recipe/partitioner", "recipe/party", "recipe/queue", "recipe/watchers",
    "testing/harness",
)
CODE = re.compile(r"`([^`]+)`")
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")


def c_functions(text):
    """The functions that a header of C declares."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
    text = re.sub(r"typedef[^;]*;", "", text)
    return set(re.findall(r"\b(\w+)\s*\([^;{}()]*\)\s*;", text))


def members(node):
    """The public methods, properties, constants and attributes that a class of Python defines."""
    for item in node.body:
        if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield item.name
        elif isinstance(item, ast.Assign):
            yield from (target.id for target in item.targets if isinstance(target, ast.Name))
    for item in ast.walk(node):
        if isinstance(item, ast.Attribute) and isinstance(item.ctx, ast.Store):
            if isinstance(item.value, ast.Name) and item.value.id == "self":
                yield item.attr


def fields(call):
    """The fields of a call of namedtuple."""
    if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "namedtuple":
        names = ast.literal_eval(call.args[1])
        yield from names.replace(",", " ").split() if isinstance(names, str) else names


def python_names(text):
    """The public names of a module of Python: functions, classes, constants, `Class.member`."""
    names = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            names.update([name] if name[0].isupper() else [])
            names.update(f"{name}.{field}" for field in fields(node.value))
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            names.add(node.name)
            names.update(f"{node.name}.{member}" for member in members(node))
            names.update(f"{node.name}.{field}" for base in node.bases for field in fields(base))
    return {name for name in names if not name.rpartition(".")[2].startswith("_")}


def rows(text):
    """(line number, cells) of the tables of a page, without their heads."""
    rule = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line.startswith("|"):
            rule = False
        elif re.fullmatch(r"[|:\- ]+", line):
            rule = True
        elif rule:
            yield number, [cell.strip() for cell in line.strip().strip("|").split("|")]


def first_column(text):
    """The names in the first columns of the tables of a page. `.b` after `A` stands for `A.b`."""
    names = set()
    for _, cells in rows(text):
        owner = ""
        for span in CODE.findall(cells[0]):
            names.add(owner + span if span.startswith(".") else span)
            owner = owner if span.startswith(".") else span.partition(".")[0]
    return names


def missing(page, text, names):
    known = first_column(text)
    return [sources.Problem(page, 1, f"{name} is missing") for name in sorted(names - known)]


def unknown(page, text, words):
    """Names in the second columns that are not among the words of the headers."""
    return [
        sources.Problem(page, number, f"{word} is no name of the headers")
        for number, cells in rows(text)
        for span in CODE.findall(cells[1] if len(cells) > 1 else "")
        for word in WORD.findall(span)
        if word not in words
    ]


def header_words():
    words = {"std", "int", "const", "co_await", "catch", "std::stop_token", "boost", "asio"}
    for name, path in sources.cpp_files():
        if name.startswith("include/kazoo/"):
            words.update(WORD.findall(path.read_text()))
    return words


def check():
    found, words = [], header_words()
    texts = {page: (sources.ROOT / page).read_text() for page in PAGES}
    for page, text in texts.items():
        found += unknown(page, text, words)
    if HEADER.exists():
        found += missing(C_PAGE, texts[C_PAGE], c_functions(HEADER.read_text()))
    for module in MODULES if PACKAGE.exists() else ():
        names = python_names((PACKAGE / f"{module}.py").read_text())
        found += missing(KAZOO_PAGE, texts[KAZOO_PAGE], names)
    return found


def self_test():
    header = "/* f(x); */ typedef void (*fn)(int);\nZOOAPI int zoo_a(int x,\n  int y);\nvoid b();\n"
    assert c_functions(header) == {"zoo_a", "b"}, c_functions(header)
    module = "def f(): pass\ndef _g(): pass\nclass A:\n    B = 1\n    def c(self):\n"
    module += "        self.d = 1\nT = namedtuple('T', 'e')\nx = 1\n"
    expected = {"f", "A", "A.B", "A.c", "A.d", "T", "T.e"}
    assert python_names(module) == expected, python_names(module)
    page = "| x | y |\n| --- | --- |\n| `zoo_a`, `b` | `stop`, `KazooClient::get` |\n"
    assert first_column("| x |\n|---|\n| `A`, `.b`, `.c`, `D` |") == {"A", "A.b", "A.c", "D"}
    assert missing("p", page, {"zoo_a", "b"}) == []
    assert len(missing("p", page, {"zoo_a", "b", "y"})) == 1
    assert unknown("p", page, {"stop", "get", "KazooClient"}) == []
    assert len(unknown("p", page, {"stop", "get"})) == 1


def main():
    result = sources.main(check, self_test)
    absent = [str(path) for path in (HEADER, PACKAGE) if not path.exists()]
    if result or not absent or sys.argv[1:] == ["--self-test"]:
        return result
    print("not installed: " + " ".join(absent))
    return 77


if __name__ == "__main__":
    sys.exit(main())
