#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that what the Markdown pages link to exists: files, directories, and headings of pages.

Links to other sites are not followed.
"""

import pathlib
import sys
import tempfile

import sources
from sources import Problem

sys.path.insert(0, str(sources.ROOT / "docs" / "site"))
import pages  # noqa: E402


def links(text):
    """(line number, address) of the links and images of a page, without those in blocks of code."""
    code = False
    plain = []
    for line in text.split("\n"):
        if pages.FENCE.match(line):
            code = not code
            line = ""
        plain.append("" if code or line.startswith("    ") else line)
    text = "\n".join(plain)
    for image in pages.IMAGE.finditer(text):
        yield text.count("\n", 0, image.start()) + 1, image[2]
    for start, _, _, address in pages.find_links(text):
        yield text.count("\n", 0, start) + 1, address


def anchors(path):
    return {anchor for _, _, _, anchor in pages.headings(path.read_text())}


def problems(root, name):
    page = root / name
    found = []
    for line, address in links(page.read_text()):
        if ":" in address.split("#")[0]:
            continue
        file, _, anchor = address.partition("#")
        target = (page.parent / file) if file else page
        if not target.exists():
            found.append(Problem(name, line, f"there is no {file}"))
        elif anchor and (target.suffix != ".md" or anchor not in anchors(target)):
            found.append(Problem(name, line, f"{address}: there is no such heading"))
    return found


def check():
    names = [name for name, path in sources.files() if path.suffix == ".md"]
    return [problem for name in names for problem in problems(sources.ROOT, name)]


def self_test():
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        (root / "docs").mkdir()
        (root / "docs" / "b.md").write_text(
            "# Title\n\n## With `code`, twice\n\n## With code twice\n"
        )
        page = root / "a.md"
        page.write_text(
            "# A\n[x](docs/b.md#title) [y](docs/b.md#with-code-twice-1) [z](#a) [d](docs)\n"
            "[e](https://example.org/#x) `[](auto&)`\n```cpp\n[this](nothing)\n```\n"
        )
        assert problems(root, "a.md") == [], problems(root, "a.md")
        links_to_nothing = ("[x](docs/c.md)", "[x](docs/b.md#a)", "[x](#b)", "[`x`\ny](c)")
        for bad in (*links_to_nothing, "![x](docs/c.svg)"):
            page.write_text(f"# A\n{bad}\n")
            found = problems(root, "a.md")
            assert len(found) == 1 and found[0].line == 2, (bad, found)


if __name__ == "__main__":
    sys.exit(sources.main(check, self_test))
