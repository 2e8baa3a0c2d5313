#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws a picture of a terminal in which a command has run.

    docs/images/terminal.py --output docs/images/terminal.svg make run
    docs/images/terminal.py --check docs/images/terminal.svg --expect tests/examples/tour.txt

The first form runs the command and draws what it prints. It ends with the command's exit code if
that is not 0. The second succeeds if the lines of the picture match the regular expressions, one a
line, in this order; other lines may stand between them.
"""

import argparse
import html
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

LINE_HEIGHT, CHARACTER, MARGIN, BAR = 20, 8.4, 20, 36
COLUMNS = 88
BACKGROUND, BORDER, TEXT, CALL, RESULT, PROMPT = (
    "#161b22", "#30363d", "#c9d1d9", "#79c0ff", "#7ee787", "#f0912d",
)
NO_BREAK_SPACE = "\u00a0"  # blanks at the begin of a text are not drawn
NAMESPACE = "{http://www.w3.org/2000/svg}"


def color(line):
    if line.startswith("$ "):
        return PROMPT
    if line.startswith("    ->"):
        return RESULT
    return CALL if line.startswith("zk.") else TEXT


def draw(lines):
    width = round(max(COLUMNS, *map(len, lines)) * CHARACTER) + 2 * MARGIN
    height = BAR + LINE_HEIGHT * len(lines) + MARGIN
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{html.escape(lines[0])}">',
        f'<rect x="1" y="1" width="{width - 2}" height="{height - 2}" rx="10"'
        f' fill="{BACKGROUND}" stroke="{BORDER}" stroke-width="2"/>',
    ]
    for index, fill in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        rows.append(f'<circle cx="{22 + 20 * index}" cy="19" r="6" fill="{fill}"/>')
    rows.append(
        '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"'
        ' font-size="14">'
    )
    for index, line in enumerate(lines):
        y = BAR + LINE_HEIGHT * (index + 1) - 5
        # The length makes the columns independent of the font.
        length = f'textLength="{len(line) * CHARACTER:.0f}" lengthAdjust="spacingAndGlyphs"'
        text = html.escape(line, quote=False).replace(" ", NO_BREAK_SPACE)
        rows.append(f'<text x="{MARGIN}" y="{y}" {length} fill="{color(line)}">{text}</text>')
    return "\n".join([*rows, "</g>", "</svg>", ""])


def lines_of(picture):
    tree = xml.etree.ElementTree.parse(picture)
    texts = [element.text or "" for element in tree.iter(f"{NAMESPACE}text")]
    return [text.replace(NO_BREAK_SPACE, " ") for text in texts]


def record(command, output):
    environment = dict(os.environ, TERM="dumb")
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment)
    if done.returncode != 0:
        return done.returncode
    # What tools report about the build is left out.
    printed = [line.rstrip() for line in done.stdout.splitlines()]
    printed = [line for line in printed if line and not re.match(r"\[\d+/\d+\]|ninja: ", line)]
    output.write_text(draw([f"$ {' '.join(command)}", *printed]), encoding="utf-8")
    return 0


def check(picture, expected):
    lines = iter(lines_of(picture))
    for pattern in expected.read_text(encoding="utf-8").splitlines():
        if not any(re.fullmatch(pattern, line) for line in lines):
            print(f"{picture}: expected, in its turn: {pattern}; draw it again")
            return 1
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path)
    parser.add_argument("--check", type=pathlib.Path)
    parser.add_argument("--expect", type=pathlib.Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    if arguments.check and arguments.expect:
        return check(arguments.check, arguments.expect)
    if not arguments.output or not arguments.command:
        parser.error("--output and a command, or --check and --expect")
    return record(arguments.command, arguments.output)


if __name__ == "__main__":
    sys.exit(main())
