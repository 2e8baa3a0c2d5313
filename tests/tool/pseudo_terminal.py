# SPDX-License-Identifier: Apache-2.0
"""A program in a pseudo terminal, and the screen that its user would see."""

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

import suite

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

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.lines)


class Terminal:
    """The tool in a terminal. Use it with `with`; the process is ended then."""

    def __init__(self, *arguments, columns=100, servers=None, **environment):
        self.screen = Screen(columns)
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        environment.setdefault("TERM", "xterm")
        environment.setdefault("LC_ALL", "C.UTF-8")
        self.master, slave = pty.openpty()
        size = struct.pack("HHHH", 40, columns, 0, 0)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [suite.tool, "-s", servers or suite.address, *arguments],
            stdin=slave, stdout=slave, stderr=slave, preexec_fn=own_terminal,
            env=suite.environment(**environment),
        )
        os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)

    @property
    def text(self):
        return self.screen.text()

    @property
    def last(self):
        """The line with the cursor."""
        return "".join(self.screen.lines[self.screen.row]).rstrip()

    def read_more(self, seconds):
        """Reads what the program writes, for a moment. Returns False at its end."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            block = os.read(self.master, 1 << 16)
        except OSError:  # the program has closed the terminal
            return False
        self.screen.feed(self.decoder.decode(block))
        return bool(block)

    def wait(self, condition, what):
        deadline = time.monotonic() + suite.PATIENCE
        while not condition():
            if time.monotonic() > deadline or not self.read_more(0.2):
                raise AssertionError(f"{what} is not on the screen:\n{self.text}")

    def expect(self, pattern):
        """Waits until the text on the screen matches."""
        self.wait(lambda: re.search(pattern, self.text, re.MULTILINE), pattern)

    def expect_line(self, pattern):
        """Waits until the line with the cursor matches from its beginning to its end."""
        self.wait(lambda: re.fullmatch(pattern, self.last), f"the line {pattern}")

    def edits_lines(self):
        """Whether the terminal itself edits lines, as while a command runs: not at a prompt."""
        return bool(termios.tcgetattr(self.master)[3] & termios.ICANON)

    def wait_for_prompt(self, pattern=r"\[.*\] .*>"):
        """Waits until the program reads keys. Those of control mean something else before."""
        self.expect_line(pattern)
        self.wait(lambda: not self.edits_lines(), "the terminal for single keys")

    def type(self, text):
        data = text.encode()
        while data:
            data = data[os.write(self.master, data) :]

    def signal(self, number):
        self.process.send_signal(number)

    def code(self):
        """Waits until the program has ended; returns its exit code."""
        deadline = time.monotonic() + suite.PATIENCE
        while self.read_more(0.2):
            if time.monotonic() > deadline:
                raise AssertionError(f"the program has not ended:\n{self.text}")
            if self.process.poll() is not None:
                break
        return self.process.wait(timeout=suite.PATIENCE)


INTERRUPT, END, TAB, UP, ENTER = "\x03", "\x04", "\t", "\x1b[A", "\r"
