# SPDX-License-Identifier: Apache-2.0
"""The screen that the user of a terminal would see."""

import re

SEQUENCE = re.compile(r"\x1b(?:\[([?0-9;]*)([@-~])|[()][A-Z0-9]|[=>78])")


class Screen:
    """The part of a terminal that line editing uses."""

    def __init__(self, columns):
        self.columns = columns
        self.pending = ""
        self.clear()

    def clear(self):
        """Forgets what has been written."""
        self.lines = [[]]
        self.row = self.column = 0

    def feed(self, text):
        text = self.pending + text
        self.pending = ""
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                match = SEQUENCE.match(text, at)
                if match is None:
                    self.pending = text[at:]
                    return
                if match.group(2):
                    self.control(match.group(1), match.group(2))
                at = match.end()
            else:
                self.character(text[at])
                at += 1

    def character(self, c):
        if c == "\r":
            self.column = 0
        elif c == "\n":
            self.down()
        elif c == "\b":
            self.column = max(0, self.column - 1)
        elif c >= " ":
            if self.column == self.columns:  # the cursor waits behind the last column
                self.column = 0
                self.down()
            line = self.lines[self.row]
            line.extend(" " * (self.column + 1 - len(line)))
            line[self.column] = c
            self.column += 1

    def down(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append([])

    def control(self, arguments, letter):
        number = int(arguments) if arguments.isdigit() else 0
        line = self.lines[self.row]
        if letter == "A":
            self.row = max(0, self.row - max(number, 1))
        elif letter == "B":
            for _ in range(max(number, 1)):
                self.down()
        elif letter == "C":
            self.column = min(self.columns - 1, self.column + max(number, 1))
        elif letter == "D":
            self.column = max(0, self.column - max(number, 1))
        elif letter == "G":
            self.column = max(number, 1) - 1
        elif letter == "K" and number == 0:
            del line[self.column :]
        elif letter == "J" and number == 0:
            del line[self.column :]
            del self.lines[self.row + 1 :]
        elif letter == "P":
            del line[self.column : self.column + max(number, 1)]
        elif letter == "@":
            line[self.column : self.column] = " " * max(number, 1)
        elif letter not in "mhlr":
            raise AssertionError(f"the screen does not know the sequence {arguments}{letter}")

    @property
    def last(self):
        """The line with the cursor."""
        return "".join(self.lines[self.row]).rstrip()

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.lines)
