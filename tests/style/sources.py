# SPDX-License-Identifier: Apache-2.0
"""What the style checks share: which files there are, and C++ text stripped for counting."""

import dataclasses
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SKIPPED = (".git", ".cache", "__pycache__")
CPP_SUFFIXES = {".hpp", ".cpp", ".h", ".def"}

_TOKEN = re.compile(
    r"""//[^\n]*
      | /\*.*?\*/
      | R"([^()\\\s]{0,16})\(.*?\)\1"
      | "(?:\\.|[^"\\\n])*"
      | '(?:\\.|[^'\\\n])+'""",
    re.DOTALL | re.VERBOSE,
)


@dataclasses.dataclass(frozen=True)
class Problem:
    path: str
    line: int
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}"



def files(root=ROOT):
    """Every file of the tree as (path relative to root with slashes, absolute path)."""
    for directory, subdirectories, names in os.walk(root):
        top = pathlib.Path(directory) == root
        subdirectories[:] = sorted(
            name
            for name in subdirectories
            if name not in SKIPPED and not (top and name.startswith("build"))
        )
        for name in sorted(names):
            path = pathlib.Path(directory) / name
            yield path.relative_to(root).as_posix(), path


def cpp_files(root=ROOT):
    for name, path in files(root):
        if path.suffix in CPP_SUFFIXES:
            yield name, path


def without_comments_and_literals(text):
    """The same lines with comments blanked and literals emptied, so that counting stays right."""

    def blank(match):
        token = match.group(0)
        lines = "\n" * token.count("\n")
        if token.startswith("/"):
            return " " + lines
        # A digit separator (1'000) starts what looks like a character literal.
        return '""' + lines if '"' in token[:2] else "0"

    text = re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "", text)
    return _TOKEN.sub(blank, text)


def report(problems):
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def main(check, self_test):
    """The command line of every check: the tree by default, --self-test to prove it can fail."""
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    return report(check())
