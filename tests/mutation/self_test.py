# SPDX-License-Identifier: Apache-2.0
"""Checks on a toy tree that survivors, and defects that do not apply, are reported."""

import tempfile
from pathlib import Path

import defects
from mutated_tree import Broken, MutatedTree, name_of_failure

CMAKE = """cmake_minimum_required(VERSION 3.22)
project(toy CXX)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_executable(unit_toy toy.cpp)
"""
TOY = """#include <cstdio>
// Adds.
int sum(int a, int b) {
    return a + b;
}
int twice(int a) {
    int all = 0;
    for (int i = 0; i < 2; ++i) {
        all = sum(all, a);
    }
    return all;
}
int main() {
    std::puts("[ RUN      ] Toy.Adds");
    std::fflush(stdout);
    int wanted = 4;
    if (twice(2) == wanted) {
        return 0;
    }
    std::puts("[  FAILED  ] Toy.Adds");
    return 1;
}
"""


def defect(before, after, suites="unit_toy", file="toy.cpp"):
    text = f"what: a\n    defect\nfile: {file}\nsuites: {suites}\n"
    return defects.parse("toy", text + f"--- before\n{before}\n--- after\n{after}\n")


def refused(make):
    try:
        make()
    except (defects.Refused, Broken):
        return True
    return False


def check_texts(root):
    good = defect("    return a + b;", "    return a - b;")
    good.check(root)
    assert good.what == "a defect" and good.suites == ("unit_toy",), good
    assert good.mutate(TOY) == TOY.replace("a + b", "a - b")
    assert refused(lambda: defect("}", "};").check(root)), "occurs three times"
    assert refused(lambda: defect("return a + b;", "").check(root)), "is not a whole line"
    assert refused(lambda: defect("// Multiplies.", "").check(root)), "occurs nowhere"
    assert refused(lambda: defect("// Adds.", "", file="no.cpp").check(root)), "has no file"
    assert refused(lambda: defect("// Adds.", "// Adds.")), "changes nothing"
    assert refused(lambda: defect("// Adds.", "", suites="unit_toy rm")), "is no suite"
    assert refused(lambda: defects.parse("toy", "what: a\nfile: toy.cpp\n")), "has no texts"


def check_judgements(root, tree, judge_all):
    tree.prepare(["unit_toy"])
    judgements = (
        ("    return a + b;", "    return a - b;", "Toy.Adds"),
        ("    return a + b;", "    __builtin_trap();", "Toy.Adds crashes"),
        ("        all = sum(all, a);", "        --i;", "Toy.Adds does not end"),
        ("// Adds.", "// Adds two numbers.", None),
    )
    for before, after, test in judgements:
        judged = tree.judge(defect(before, after))
        assert judged == (test and ("unit_toy", test)), (before, after, judged)
        assert (tree.tree / "toy.cpp").read_text(encoding="utf-8") == TOY, "is taken back"
    assert refused(lambda: tree.judge(defect("// Adds.", "Adds."))), "does not compile"

    caught = defect("    return a + b;", "    return a - b;")
    survivor = defect("// Adds.", "// Adds two numbers.")
    assert judge_all(tree, [caught]) == 0
    assert judge_all(tree, [caught, survivor, defect("// Adds.", "Adds.")]) == 2

    (root / "toy.cpp").write_text(TOY.replace("wanted = 4", "wanted = 5"), encoding="utf-8")
    assert refused(lambda: tree.prepare(["unit_toy"])), "fails without any defect"


def check_names():
    seed = "seed 7: a write is answered twice"
    assert name_of_failure(f"x\n{seed}\nagain: make sim\n", "fails") == seed
    begun = "[ RUN      ] A.B\n[       OK ] A.B\n[ RUN      ] A.C/0\n"
    assert name_of_failure(begun, "crashes") == "A.C/0 crashes"
    assert name_of_failure(begun + "[  FAILED  ] A.C/0 (3 ms)\n", "fails") == "A.C/0"
    assert name_of_failure("", "fails") == "fails"


def run(judge_all):
    check_names()
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "root"
        root.mkdir()
        (root / "CMakeLists.txt").write_text(CMAKE, encoding="utf-8")
        (root / "toy.cpp").write_text(TOY, encoding="utf-8")
        check_texts(root)
        tree = MutatedTree(root, Path(directory) / "scratch", [], limit=5)
        check_judgements(root, tree, judge_all)
    return 0
