#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the documentation as a site: the reference from the public headers, and the pages.

    build.py OUTPUT        writes OUTPUT/index.html and the rest, from scratch
    build.py --self-test   shows that the checks can fail

Fails for each public entity without a comment and for each broken link. Needs Doxygen, and no
network. Exit code 77: there is no Doxygen.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import check_site
import contents
import headers
import pages

ROOT = pathlib.Path(__file__).resolve().parents[2]
SITE = ROOT / "docs" / "site"
OTHER_PAGES = (
    "README.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md", "SECURITY.md",
    "packaging/README.md", "tests/README.md",
)
NAMESPACES = """/// \\namespace kazoo
/// The client, its handlers and its recipes.
/// \\namespace kazoo::detail
/// Base classes of public classes.
/// \\namespace kazoo::testing
/// The embedded server and the harness for tests.
"""
WARNING = re.compile(r"^(?P<file>/[^:]+):(?P<line>\d+): (?:warning|error): (?P<text>.*)$")


def public_headers(root):
    for path in sorted((root / "include").rglob("*.hpp")):
        if "detail" not in path.parts or headers.has_kept(path.read_text()):
            yield path.relative_to(root).as_posix()


def page_names(root):
    names = [path.relative_to(root).as_posix() for path in (root / "docs").glob("*.md")]
    return [*(name for name in OTHER_PAGES if (root / name).exists()), *sorted(names)]


def first_comment(path):
    """The comment at the top of an example, without the licence."""
    lines = []
    for line in path.read_text().split("\n")[1:]:
        if not line.startswith("//"):
            break
        lines.append(line[2:].strip())
    return " ".join(lines)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


class Site:
    def __init__(self, root, output):
        self.root = root
        self.output = output.resolve()
        self.input = self.output.parent / (self.output.name + ".in")
        self.lines = {}  # of each rewritten header, the lines of the original

    def prepare(self):
        for directory in (self.output, self.input):
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)
        table = self.root / "include/kazoo/detail/error_table.def"
        names = list(public_headers(self.root))
        for name in names:
            text = (self.root / name).read_text()
            text, lines = headers.convert(text, table.read_text() if table.exists() else "")
            write(self.input / name, text)
            self.lines[name] = lines
        self.prepare_pages(self.header_addresses(names))
        for image in (self.root / "docs" / "images").glob("*.[ps][nv]g"):
            shutil.copy(image, self.output)

    @staticmethod
    def header_addresses(names):
        """The pages of the headers. Doxygen names those with equal names after their folder."""
        short = [name.rpartition("/")[2] for name in names]
        addresses = {}
        for name, file in zip(names, short):
            if short.count(file) == 1:
                addresses[name] = pages.html_name(file) + ".html"
            else:
                folders = name.removeprefix("include/kazoo/").split("/")
                addresses[name] = "_2".join(map(pages.html_name, folders)) + ".html"
        return addresses

    def prepare_pages(self, addresses):
        examples = sorted((self.root / "examples").glob("*.[ch]pp"))
        example_names = {f"examples/{path.name}" for path in examples}
        names = page_names(self.root)
        titles = {name: pages.title((self.root / name).read_text()) for name in names}
        for name in names:
            page = pages.Page(name, titles, addresses, example_names)
            text = page.convert((self.root / name).read_text())
            write(self.input / "pages" / (pages.page_id(name) + ".md"), text)
        dox = [NAMESPACES, contents.dox(names)]
        for path in examples:
            text = headers.escape(first_comment(path) or "A header of the examples.")
            dox.append(f"/** \\example {path.name}\n{text} */\n")
        write(self.input / "site.dox", "\n".join(dox))

    def settings(self):
        version = re.search(r"project\(.*?VERSION ([\d.]+)",
                            (self.root / "CMakeLists.txt").read_text(), re.DOTALL)
        return "\n".join([
            (SITE / "Doxyfile").read_text(),
            f"PROJECT_NUMBER = {version[1]}",
            f"OUTPUT_DIRECTORY = {self.output}",
            f"INPUT = {self.input}",
            f"STRIP_FROM_PATH = {self.input}/include {self.input}",
            f"STRIP_FROM_INC_PATH = {self.input}/include",
            f"USE_MDFILE_AS_MAINPAGE = {self.input}/pages/{pages.page_id('README.md')}.md",
            f"EXAMPLE_PATH = {self.root}/examples",
            f"LAYOUT_FILE = {SITE}/layout.xml",
            f"HTML_EXTRA_STYLESHEET = {SITE}/style.css",
            "WARN_LOGFILE = -",
        ])

    def original(self, line):
        """A warning of Doxygen, with the place in the repository that it is about."""
        match = WARNING.match(line)
        if not match:
            return line
        file = match["file"].removeprefix(f"{self.input}/")
        lines = self.lines.get(file)
        number = int(match["line"])
        if lines and number <= len(lines):
            number = lines[number - 1]
        return f"{file}:{number}: {match['text']}"

    def run_doxygen(self):
        done = subprocess.run(
            ["doxygen", "-"], input=self.settings(), capture_output=True, text=True, cwd=self.input
        )
        found = [self.original(line) for line in (done.stdout + done.stderr).split("\n") if line]
        if done.returncode != 0 and not found:
            found = [f"doxygen ends with exit code {done.returncode}"]
        return found


    def build(self):
        """Builds the site, and returns what is wrong with it."""
        self.prepare()
        return self.run_doxygen() or check_site.problems(self.output)


GOOD_HEADER = """// SPDX-License-Identifier: Apache-2.0
#pragma once
KAZOO_API_BEGIN
namespace kazoo {
/// A class with `code<int>`.
///
///     A a;  // <example>
class A {
public:
    A() {}
    /// Returns one of <these>.
    int f() const;
    int g() const { return 1; }

    friend bool operator==(const A&, const A&) = default;

private:
    int hidden_;
};
namespace detail {
class B {
    int c();
};
}  // namespace detail
}  // namespace kazoo
KAZOO_API_END
"""


def self_test():
    def found(header, page):
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory, "root")
            write(root / "include/kazoo/a_b.hpp", header)
            write(root / "README.md", page)
            write(root / "CMakeLists.txt", "project(kazoo VERSION 1.2)")
            (root / "examples").mkdir()
            write(root / "docs/images/a.svg", "<svg/>")
            return Site(root, root / "out").build()

    assert pages.Page.code('--a "_b_" c_d*') == '\\--a "_b_" c\\_d\\*'
    image = "![An image](docs/images/a.svg)\n\n"
    page = "# Kazoo\n\nSee [a](#b-c) and [f](include/kazoo/a_b.hpp) `A<B>`.\n\n## `B` c\n\nText.\n"
    assert found(GOOD_HEADER, page) == [], found(GOOD_HEADER, page)
    assert found(GOOD_HEADER, page + image) == []
    assert len(found(GOOD_HEADER, page + image.replace("a.svg", "b.svg"))) == 1
    # A paragraph has one comment: what follows an empty line needs another.
    bad = GOOD_HEADER.replace("    int g()", "\n    int g()")
    problems = found(bad, page)
    assert len(problems) == 1, problems
    assert problems[0].startswith("include/kazoo/a_b.hpp:14: Member g"), problems
    problems = found(GOOD_HEADER.replace("/// A class", "// A class").replace("///\n", "").replace(
        "///     A", "//"), page)
    assert len(problems) >= 1 and "kazoo::A is not documented" in problems[0], problems
    assert len(found(GOOD_HEADER, page.replace("#b-c", "#b-d"))) == 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("output", type=pathlib.Path, nargs="?", default=ROOT / "build" / "docs")
    arguments = parser.parse_args()
    if shutil.which("doxygen") is None:
        print("there is no doxygen (apt-get install doxygen)")
        return 77
    if arguments.self_test:
        return self_test()
    site = Site(ROOT, arguments.output)
    found = site.build()
    for problem in found:
        print(problem)
    print(f"{len(found)} problems" if found else f"{site.output}/index.html")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
