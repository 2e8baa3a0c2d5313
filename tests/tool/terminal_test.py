# SPDX-License-Identifier: Apache-2.0
"""What the tool does on terminals only: the pager, progress and colours."""

import json
import time

import suite
from suite import DONE, FAILED, NO_NODE, ToolCase
from terminal import LEFT, Terminal

# A pager that shows that it was there, and whether its input has ended.
PAGER = "sed 's/^/paged: /'; echo end of the pager"


class OnATerminal(ToolCase):
    def on_terminal(self, *arguments, **options):
        terminal = Terminal(*arguments, **options)
        self.addCleanup(terminal.__exit__)
        return terminal

    def create_children(self, number):
        self.ok("touch", *(f"{self.root}/n{i:03}" for i in range(number)))


class Pagers(OnATerminal):
    def text_of(self, *arguments, code=DONE, pager=PAGER, **options):
        terminal = self.on_terminal(*arguments, env={"PAGER": pager}, **options)
        self.assertEqual(terminal.code(), code, terminal.output)
        return terminal.text

    def test_only_for_what_is_long(self):
        self.create_children(30)
        names = [f"n{i:03}" for i in range(30)]
        self.assertEqual(
            self.text_of("ls", self.root).splitlines(),
            [*(f"paged: {name}" for name in names), "end of the pager"],
        )
        self.assertEqual(self.text_of("ls", self.root, size=(40, 80)).splitlines(), names)
        # Long lines take several rows.
        self.ok("set", self.root, "x" * 500)
        self.assertIn("paged: ", self.text_of("get", self.root, size=(10, 40)))
        self.assertNotIn("paged: ", self.text_of("get", self.root, size=(10, 80)))

    def test_commands(self):
        self.create_children(5)
        for command in (
            ("tree",),
            ("find",),
            ("ls", "-R"),
            ("dump",),
            ("--format", "json", "tree"),
            ("du",),
        ):
            text = self.text_of(*command, self.root, size=(5, 80))
            self.assertIn("paged: ", text, command)
            self.assertIn("end of the pager", text, command)

    def test_refused(self):
        self.create_children(30)
        for arguments, pager in (
            (("--no-pager",), PAGER),
            (("--format", "raw"), PAGER),
            ((), ""),
            ((), "cat"),
        ):
            text = self.text_of(*arguments, "ls", self.root, pager=pager)
            self.assertEqual(len(text.splitlines()), 30)
        self.assertNotIn("paged", self.text_of("ls", self.root, on=("stdin", "stderr")))
        options = {"env": {"PAGER": PAGER, "TERM": "dumb"}}
        terminal = self.on_terminal("ls", self.root, **options)
        terminal.code()
        self.assertNotIn("paged", terminal.text)
        terminal = self.on_terminal("ls", self.root, env={"PAGER": "no", "KAZOO_PAGER": PAGER})
        terminal.code()
        self.assertIn("paged: n000", terminal.text)

    def test_exit_codes_and_errors(self):
        self.create_children(30)
        self.ok("create", "--acl", "world:anyone:cda", self.root + "/secret")
        text = self.text_of("ls", "-R", self.root, code=FAILED)
        # Errors wait until the pager has left the terminal.
        self.assertRegex(text, r"(?s)n029\n.*end of the pager\nkazoo: .*ACL does not permit")
        text = self.text_of("ls", self.root, pager="/nonexistent/pager")
        self.assertIn("cannot run the pager", text)

    def test_pager_that_is_left_early(self):
        self.create_children(100)
        # More than a pipe holds.
        for i in range(10):
            self.ok("set", f"{self.root}/n{i:03}", "line\n" * 20_000)
        text = self.text_of("-q", "grep", "line", self.root, pager="head -n 1")
        self.assertEqual(text, f"{self.root}/n000:1:line\n")

    def test_interrupt_is_for_the_pager(self):
        self.create_children(30)
        pager = "trap 'echo trapped' INT; cat; read line < /dev/tty"
        terminal = self.on_terminal("ls", self.root, env={"PAGER": pager})
        terminal.wait_for(lambda t: "n029" in t.text)
        terminal.type("\x03")
        terminal.wait_for(lambda t: "trapped" in t.text)
        self.assertIsNone(terminal.process.poll())
        terminal.type("\n")
        self.assertEqual(terminal.code(), DONE)


class InTheShell(OnATerminal):
    def shell(self, **env):
        return self.on_terminal("shell", "--no-history", size=(24, 120), env=env)

    def goes_on(self, terminal):
        """The shell runs a further command."""
        terminal.output = ""
        terminal.type(f"exists {self.root}\n")
        terminal.wait_for(lambda t: "true" in t.text)
        terminal.type("exit\n")
        self.assertEqual(terminal.code(), DONE)

    def test_pager_that_is_left(self):
        self.ok("set", self.root, "-", stdin="line\n" * 100_000)
        terminal = self.shell(PAGER="head -n 1")
        terminal.type(f"grep line {self.root}\n")
        terminal.wait_for(lambda t: f"{self.root}:1:line" in t.text)
        self.goes_on(terminal)

    def test_top(self):
        terminal = self.shell()
        for key in ("q", "\x03"):
            terminal.output = ""
            terminal.type("top -i 100ms\n")
            terminal.wait_for(lambda t: any("standalone" in line for line in t.frame))
            terminal.type(key)
            terminal.wait_for(lambda t: LEFT in t.output)
        self.goes_on(terminal)


class Progress(OnATerminal):
    """Shown half a second after the beginning of the work, which is delayed for it."""

    def shows(self, expression, *arguments, **options):
        with suite.Proxy(suite.address, limit=10_000) as proxy:
            terminal = self.on_terminal(*arguments, servers=proxy.address, **options)
            self.assertTrue(proxy.reached.wait(suite.PATIENCE))
            time.sleep(0.6)
            proxy.released.set()
            self.assertEqual(terminal.code(), DONE, terminal.output)
        self.assertRegex(terminal.output, "\\r" + expression + "\x1b\\[K")
        # It is removed at last.
        self.assertIn("\r\x1b[K", terminal.output)
        return terminal.output.rpartition("\r\x1b[K")[2]

    def load(self, number):
        file = self.file(
            "".join(
                json.dumps({"path": f"{self.root}/{i:04}", "data": "x" * 50}) + "\n"
                for i in range(number)
            )
        )
        return ("load", file)

    def test_bar(self):
        bar = r"\[#+\.+\] +\d+%  \d+ nodes  \d+/s  \d:\d\d"
        # More than a twentieth, a mark of the bar, before the proxy stops.
        rest = self.shows(bar, *self.load(1000))
        self.assertIn("1000 nodes created", rest)

    def test_count(self):
        self.ok(*self.load(500))
        count = r"\d+ nodes  \d+/s  \d:\d\d"
        # Also between lines of results; without a pager, because nothing is to be held back.
        rest = self.shows(count, "--no-pager", "find", self.root, "--name", "?4?0")
        self.assertIn(self.root + "/0490\r\n", rest)
        rest = self.shows(count, "dump", self.root, on=("stdin", "stderr"))
        self.assertEqual(rest, "")

    def test_deletion(self):
        self.ok(*self.load(100))
        terminal = self.on_terminal("rm", "-r", self.root)
        terminal.wait_for(lambda t: "with its 101 nodes? [y/N]" in t.text)
        terminal.type("y\n")
        self.assertEqual(terminal.code(), DONE)
        self.check(NO_NODE, "exists", self.root)

    def test_quiet(self):
        with suite.Proxy(suite.address, limit=10_000) as proxy:
            terminal = self.on_terminal("-q", *self.load(500), servers=proxy.address)
            self.assertTrue(proxy.reached.wait(suite.PATIENCE))
            time.sleep(0.6)
            proxy.released.set()
            self.assertEqual((terminal.code(), terminal.output), (DONE, ""))

    def test_none_without_a_terminal(self):
        self.create_children(3)
        terminal = self.on_terminal("dump", self.root, on=("stdin", "stdout"))
        self.assertEqual(terminal.code(), DONE)
        self.assertEqual(terminal.process.stderr.read(), b"")


class Colours(OnATerminal):
    def output(self, *arguments, **env):
        self.create_children(1)
        with Terminal("-q", *arguments, "tree", self.root, env={"NO_COLOR": "", **env}) as terminal:
            self.assertEqual(terminal.code(), DONE)
            return terminal.output

    def test_colours(self):
        coloured = "\x1b[1;34m"
        self.assertIn(coloured, self.output())
        self.assertNotIn("\x1b", self.output(NO_COLOR="1"))
        self.assertNotIn("\x1b", self.output(TERM="dumb"))
        self.assertNotIn("\x1b", self.output("--color", "never"))
        self.assertIn(coloured, self.output("--color", "always", NO_COLOR="1"))
        self.assertNotIn("\x1b", self.ok("tree", self.root).text)
        self.assertIn(coloured, self.ok("--color", "always", "tree", self.root).text)


if __name__ == "__main__":
    suite.main()
