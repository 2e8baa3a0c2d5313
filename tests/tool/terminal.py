# SPDX-License-Identifier: Apache-2.0
"""Runs of the tool on a terminal: a pseudo-terminal, whose output is read as it comes."""

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import termios
import time

import suite
from screen import Screen

SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
ENTERED, LEFT = "\x1b[?1049h", "\x1b[?1049l"
INTERRUPT, END, TAB, UP, ENTER = "\x03", "\x04", "\t", "\x1b[A", "\r"


class Terminal:
    """A terminal with a process. What the process does not have on it is a pipe: `on`.

    What it has written is seen in three ways: `output`, from which tests may remove what they have
    seen; `frame`, for a program that draws the full screen; and `screen`, for one that edits lines.
    """

    def __init__(self, *arguments, on=("stdin", "stdout", "stderr"), size=(24, 100), **options):
        self.master, self.slave = pty.openpty()
        self.resize(*size)
        self.before = termios.tcgetattr(self.slave)
        self.output = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.lines = Screen(size[1])
        self.unseen = ""  # by `lines`
        variables = {"TERM": "xterm", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        variables.update(options.pop("env", {}))
        self.process = suite.start(
            *arguments,
            **{name: self.slave for name in on},
            env=suite.environment(**variables),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0),
            **options,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()
        os.close(self.slave)
        os.close(self.master)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        data = text.encode()
        while data:
            data = data[os.write(self.master, data) :]

    def read(self, seconds):
        """Reads what is there, or what comes next. Returns whether there was anything."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        text = self.decoder.decode(os.read(self.master, 1 << 16))
        self.output += text
        self.unseen += text
        return True

    def wait_for(self, condition, what="what was waited for"):
        """Reads until the condition is true of this object; returns what it is."""
        deadline = time.monotonic() + suite.PATIENCE
        while not (value := condition(self)):
            has_ended = self.process.poll() is not None
            if (not self.read(0 if has_ended else 0.05) and has_ended) or (
                time.monotonic() > deadline
            ):
                raise AssertionError(f"{what} is not in {self.output[-3000:]!r}")
        return value

    def code(self):
        """Reads until the process has ended; returns its exit code."""
        self.wait_for(lambda _: self.process.poll() is not None, "the end of the program")
        while self.read(0):
            pass
        return self.process.returncode

    @property
    def text(self):
        """The output without what moves the cursor and colours."""
        return SEQUENCE.sub("", self.output).replace("\r\n", "\n")

    @property
    def frame(self):
        """The lines of the last whole frame of a full screen."""
        frames = self.output.split("\x1b[H")[1:]
        whole = [frame for frame in frames if "\x1b[J" in frame]
        if not whole:
            return []
        return SEQUENCE.sub("", whole[-1].split("\x1b[J")[0]).replace("\r", "").split("\n")

    @property
    def screen(self):
        """What the user sees, as far as its program only edits lines."""
        text, self.unseen = self.unseen, ""
        self.lines.feed(text)
        return self.lines

    def expect(self, pattern):
        """Waits until the text on the screen matches."""
        self.wait_for(lambda _: re.search(pattern, self.screen.text(), re.MULTILINE), pattern)

    def expect_line(self, pattern):
        """Waits until the line with the cursor matches from its beginning to its end."""
        self.wait_for(lambda _: re.fullmatch(pattern, self.screen.last), f"the line {pattern}")

    def edits_lines(self):
        """Whether the terminal itself edits lines, as while a command runs: not at a prompt."""
        return bool(termios.tcgetattr(self.master)[3] & termios.ICANON)

    def wait_for_prompt(self, pattern=r"\[.*\] .*>"):
        """Waits until the program reads keys. Those of control mean something else before."""
        self.expect_line(pattern)
        self.wait_for(lambda _: not self.edits_lines(), "the terminal for single keys")

    @property
    def is_restored(self):
        """Whether the full screen was left and the terminal has its settings again."""
        return (
            self.output.count(ENTERED) == self.output.count(LEFT)
            and termios.tcgetattr(self.slave) == self.before
        )
