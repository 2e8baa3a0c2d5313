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

SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
ENTERED, LEFT = "\x1b[?1049h", "\x1b[?1049l"


class Terminal:
    """A terminal with a process. What the process does not have on it is a pipe: `on`."""

    def __init__(self, *arguments, on=("stdin", "stdout", "stderr"), size=(24, 100), **options):
        self.master, self.slave = pty.openpty()
        self.resize(*size)
        self.before = termios.tcgetattr(self.slave)
        self.output = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        variables = {"TERM": "xterm", "NO_COLOR": "1", **options.pop("env", {})}
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

    def press(self, keys):
        os.write(self.master, keys.encode())

    def read(self, seconds):
        """Reads what is there, or what comes next."""
        if select.select([self.master], [], [], seconds)[0]:
            self.output += self.decoder.decode(os.read(self.master, 1 << 16))

    def wait_for(self, condition):
        """Reads until the condition is true of this object; returns what it is."""
        deadline = time.monotonic() + suite.PATIENCE
        while not (value := condition(self)):
            if time.monotonic() > deadline:
                raise AssertionError(f"this is not what was waited for: {self.output[-3000:]!r}")
            self.read(0.05)
        return value

    def wait(self):
        """Reads until the process has ended; returns its exit code."""
        self.wait_for(lambda _: self.process.poll() is not None)
        while select.select([self.master], [], [], 0)[0]:
            self.read(0)
        return self.process.returncode

    @property
    def text(self):
        """What was written, without what moves the cursor and colours."""
        return SEQUENCE.sub("", self.output).replace("\r\n", "\n")

    @property
    def screen(self):
        """The lines of the last whole frame of a full screen."""
        frames = self.output.split("\x1b[H")[1:]
        whole = [frame for frame in frames if "\x1b[J" in frame]
        if not whole:
            return []
        return SEQUENCE.sub("", whole[-1].split("\x1b[J")[0]).replace("\r", "").split("\n")

    @property
    def is_restored(self):
        """Whether the screen was left and the terminal has its settings again."""
        return (
            self.output.count(ENTERED) == self.output.count(LEFT)
            and termios.tcgetattr(self.slave) == self.before
        )
