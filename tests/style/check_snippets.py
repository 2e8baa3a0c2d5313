#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the code in docs/*.md against the examples: each block names the region it is cut from.
In README.md, blocks without a name are not checked.

    <!-- examples/FILE: REGION -->      what stands between the two lines //! [REGION] of that file
    ```cpp                              (without its indentation) is what the block holds
    ```

--fill writes the blocks anew.
"""

import argparse
import pathlib
import re
import sys
import textwrap

BLOCK = re.compile(
    r"(?P<head>(?:<!-- (?P<file>[\w./]+): (?P<region>\w+) -->\n)?```cpp\n)(?P<code>.*?)```\n",
    re.DOTALL,
)


def region(text, name):
    """The lines of a region, or None."""
    mark = rf"^ *//! \[{name}\]\n"
    found = re.findall(f"{mark}(.*?){mark}", text, re.DOTALL | re.MULTILINE)
    return textwrap.dedent(found[0]) if len(found) == 1 else None


def cut(root, block):
    """The code that a block should hold, or what is wrong with it."""
    if block["file"] is None:
        return None, "a block of code that is cut from no example"
    try:
        text = (root / block["file"]).read_text()
    except OSError:
        return None, f"there is no {block['file']}"
    code = region(text, block["region"])
    return code, None if code is not None else f"{block['file']} has no region {block['region']}"


def problems(root, name, text, all_cut=True):
    found = []
    for block in BLOCK.finditer(text):
        if block["file"] is None and not all_cut:
            continue
        line = text.count("\n", 0, block.start()) + 1
        code, problem = cut(root, block)
        if problem is None and code != block["code"]:
            source = f"{block['file']}: {block['region']}"
            problem = f"differs from {source}; run check_snippets.py --fill"
        if problem:
            found.append(f"{name}:{line}: {problem}")
    return found


def fill(root, text):
    def fresh(block):
        code, problem = cut(root, block)
        return block[0] if problem else f"{block['head']}{code}```\n"

    return BLOCK.sub(fresh, text)


def self_test():
    import tempfile

    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        (root / "e.cpp").write_text("{\n    //! [a]\n    f();\n        g();\n    //! [a]\n}\n")
        good = "<!-- e.cpp: a -->\n```cpp\nf();\n    g();\n```\n"
        assert problems(root, "d", good) == []
        bad = [good.replace("f()", "h()"), good.replace(": a", ": b"), good.replace("e.", "x."),
               good.split("\n", 1)[1]]
        for text in bad:
            assert len(problems(root, "d", text)) == 1, text
        assert fill(root, bad[0]) == good
        assert problems(root, "d", bad[3], all_cut=False) == []
        assert len(problems(root, "d", bad[0], all_cut=False)) == 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fill", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    root = pathlib.Path(__file__).resolve().parents[2]
    found = []
    readme = root / "README.md"
    for path in [readme, *sorted((root / "docs").glob("*.md"))]:
        text = path.read_text()
        if arguments.fill:
            text = fill(root, text)
            path.write_text(text)
        found += problems(root, path.relative_to(root), text, all_cut=path != readme)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
