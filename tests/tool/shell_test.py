# SPDX-License-Identifier: Apache-2.0
"""The shell of the tool: scripts on standard input, and a user at a terminal. --apache: against
Apache ZooKeeper instead of the embedded server."""

import signal
import subprocess

import suite
from suite import DONE, FAILED, NO_NODE, NOT_CONNECTED, USAGE, ToolCase
from terminal import END, ENTER, INTERRUPT, TAB, UP, Terminal

INTERRUPTED = 130


class Script(ToolCase):
    def script(self, code, *lines, options=(), **more):
        text = "".join(line + "\n" for line in lines)
        return self.check(code, "shell", *options, stdin=text, **more)

    def test_runs_commands_without_a_prompt(self):
        root = self.root
        result = self.script(
            DONE,
            "# a comment",
            "",
            f"create {root}/a 'it is \"one\" text'   # and its node",
            f'create "{root}/b c" x\\ y',
            f"get {root}/a",
            "! echo",
            f"get '{root}/b c'",
            f"ls {root}",
        )
        self.assertEqual(
            result.text, f'{root}/a\n{root}/b c\nit is "one" text\nx ya\nb c\n'
        )
        self.assertEqual(result.err, b"")

    def test_last_line_needs_no_newline(self):
        self.assertEqual(self.ok("shell", stdin=f"exists {self.root}").text, "true\n")
        self.assertEqual(self.ok("shell", stdin="").text, "")
        self.assertEqual(self.ok("shell", stdin="pwd\r\n").text, "/\n")

    def test_stops_at_the_first_failure(self):
        result = self.script(NO_NODE, "pwd", f"get {self.root}/x", "pwd")
        self.assertEqual(result.text, "/\n")
        self.assertIn(f"kazoo: line 2: get {self.root}/x", result.err.decode())
        self.script(USAGE, "nonsense")
        self.assertIn("line 1: ", self.script(USAGE, "get").err.decode())
        self.script(FAILED, f"create {self.root}", "pwd")

    def test_keep_going(self):
        result = self.script(
            NO_NODE, f"get {self.root}/x", "nonsense", "pwd", options=["--keep-going"]
        )
        self.assertEqual(result.text, "/\n")

    def test_one_session(self):
        result = self.script(
            DONE, f"create -e {self.root}/e", f"stat {self.root}/e", "session", "session"
        )
        owner = [line for line in result.lines if line.startswith("ephemeralOwner")][0].split()[-1]
        self.assertEqual(result.lines.count(f"session {owner}"), 2)
        self.assertNotIn("--hold", result.err.decode())
        self.check(NO_NODE, "exists", self.root + "/e")

    def test_directories(self):
        root = self.root
        result = self.script(
            DONE,
            f"create -p {root}/a/b data", f"cd {root}", "pwd", "cd a", "ls", "get b", "cd ..",
            "create jobs", "create -s jobs/", "ls jobs", "cd a/./b/../", "pwd", "cd -", "pwd",
            "cd", "pwd", f"cd {root}/", "cp -r a copy", "diff a copy", "du --depth 0 copy",
        )
        self.assertTrue(result.text.startswith(
            f"{root}/a/b\n{root}\nb\ndata{root}/jobs\n{root}/jobs/0000000000\n0000000000\n"
            f"{root}/a\n{root}\n/\n"
        ), result.text)
        self.assertTrue(result.text.endswith(f"{root}/copy\n"), result.text)
        self.ok("exists", root + "/copy/b")
        self.script(NO_NODE, f"cd {root}/nowhere")

    def test_transaction(self):
        root = self.root
        result = self.script(
            DONE,
            f"cd {root}", "txn", "create a 'x y'  # first", "create -s q-", f"set {root} z 0",
            "", "commit", "get a",
        )
        self.assertEqual(
            result.text,
            f"create {root}/a\ncreate {root}/q-0000000001\nset_data {root} version 1\nx y",
        )
        self.script(DONE, "begin", f"create {root}/b", "abort", "pwd")
        self.check(NO_NODE, "exists", root + "/b")
        self.script(USAGE, "begin", f"create {root}/b", "nonsense", "commit")
        result = self.script(USAGE, "begin", f"create {root}/b")
        self.assertIn("not committed", result.err.decode())
        self.script(FAILED, "begin", f"create {root}/b", f"check {root} 77", "commit")
        self.script(USAGE, "begin", "begin")
        self.script(USAGE, "commit")
        self.check(NO_NODE, "exists", root + "/b")

    def test_system_commands(self):
        result = self.script(
            7, "! echo \"$((1 + 2))\" '#'", "!cat", "  ! test -t 0 || echo none", "! exit 7", "pwd"
        )
        self.assertEqual(result.text, "3 #\nnone\n")

    def test_standard_input_is_the_script(self):
        result = self.script(USAGE, f"set {self.root} -", "data")
        self.assertIn("standard input is the script", result.err.decode())
        self.script(USAGE, "txn -f -", f"create {self.root}/a")
        self.script(DONE, f"set {self.root} @{self.file(b'from a file')}")
        self.assertEqual(self.ok("get", self.root).text, "from a file")

    def test_lines_that_go_on(self):
        self.script(DONE, f"set {self.root} 'one", "two' \\", "  --stat")
        self.assertEqual(self.ok("get", self.root).text, "one\ntwo")
        for end in ("'", "\\"):
            result = self.script(USAGE, "pwd", f"set {self.root} {end}")
            self.assertIn("not complete", result.err.decode())
        result = self.script(NO_NODE, "pwd \\", "", f"get {self.root}/x")
        self.assertIn("line 3: ", result.err.decode())

    def test_unicode_and_long_lines(self):
        text = "ü€漢字" * 20000
        self.script(DONE, f"set {self.root} {text}", f"create {self.root}/ü")
        self.assertEqual(self.ok("get", self.root).text, text)
        self.assertEqual(self.ok("ls", self.root).text, "ü\n")

    def test_formats(self):
        result = self.script(
            DONE,
            f"--format json ls {self.root}",
            f"ls {self.root}",
            f"ls {self.root} --format json",
        )
        self.assertEqual(result.text, "[]\n[]\n")
        result = self.ok("--format", "json", "shell", stdin=f"ls {self.root}\n")
        self.assertEqual(result.text, "[]\n")

    def test_names_of_zkcli(self):
        root = self.root
        result = self.script(
            DONE,
            f"create {root}/a x", f"ls2 {root}", f"getAcl {root}/a",
            f"setAcl {root}/a world:anyone:cdrwa", "addauth digest user:secret", "whoami",
            f"getEphemerals {root}", f"getAllChildrenNumber {root}", f"deleteall {root}/a",
            "version", "quit",
        )
        self.assertIn("digest:user", result.text)
        self.assertIn("world:anyone:cdrwa", result.text)
        self.check(NO_NODE, "exists", root + "/a")

    def test_help_and_exit(self):
        result = self.script(DONE, "help", "help get", "help acl set", "get --help")
        for text in ("removewatches", "addauth", "--base64", "scheme:id:cdrwa"):
            self.assertIn(text, result.text)
        self.script(9, "exit 9", "pwd")
        self.assertEqual(self.script(DONE, "pwd", "exit", "pwd").text, "/\n")

    def test_watches_do_not_wait(self):
        root = self.root
        result = self.script(
            DONE,
            f"get -w {root}", f"set {root} 1", f"addWatch {root}", f"create {root}/a",
            f"create {root}/a/b", f"sync {root}", "removewatches", f"create {root}/c",
            f"sync {root}",
        )
        events = [line for line in result.lines if line.startswith("watch: ")]
        self.assertEqual(
            events, [f"watch: {e}" for e in
                     (f"CHANGED {root}", f"CREATED {root}/a", f"CREATED {root}/a/b")]
        )

    def test_without_a_server(self):
        result = self.script(
            NOT_CONNECTED, "pwd", "ls", "pwd", servers="127.0.0.1:1",
            options=["--connect-timeout", "300ms"],
        )
        self.assertEqual(result.text, "/\n")

    def test_connect(self):
        with suite.served(suite.tool) as other:
            result = self.script(DONE, f"connect {other}", "ls", "connect", "ls /")
        self.assertEqual(result.text, "zookeeper\nzookeeper\n")

    def test_no_command_without_a_terminal_is_wrong_usage(self):
        self.fails(USAGE, "subcommand is required")

    def test_the_page_needs_a_session_of_its_own(self):
        result = self.script(USAGE, "ui")
        self.assertIn("outside of the shell", result.err.decode())

    def test_closed_output_ends_the_script_quietly(self):
        process = suite.start("shell", stdin=subprocess.PIPE)
        self.addCleanup(process.kill)
        process.stdout.close()
        process.stdin.write(b"ls /\nls /\n")
        process.stdin.close()
        self.assertEqual(process.wait(timeout=suite.PATIENCE), DONE)
        self.assertEqual(process.stderr.read(), b"")
        process.stderr.close()

    def test_signals(self):
        for number, code in ((signal.SIGINT, INTERRUPTED), (signal.SIGTERM, 143)):
            process = suite.start("shell", stdin=subprocess.PIPE)
            self.addCleanup(process.kill)
            path = f"{self.root}/{code}"
            process.stdin.write(f"create -e {path}\nwatch {self.root}\npwd\n".encode())
            self.assertEqual(process.stdout.readline().decode(), path + "\n")
            self.assertIn(b"watching", process.stderr.readline())
            process.send_signal(number)
            out, _ = process.communicate(timeout=suite.PATIENCE)
            self.assertEqual((process.returncode, out), (code, b""))
            self.check(NO_NODE, "exists", path)  # the session was closed


class AtATerminal(ToolCase):
    def setUp(self):
        super().setUp()
        self.state = self.directory()

    def open(self, *arguments, size=(40, 100), env=None, **options):
        env = {"XDG_STATE_HOME": str(self.state), "NO_COLOR": "", **(env or {})}
        terminal = Terminal(*arguments, size=size, env=env, **options)
        self.addCleanup(terminal.__exit__)
        return terminal

    def shell(self, *arguments, **options):
        """A shell that is connected, in the directory of this test."""
        terminal = self.open("shell", *arguments, **options)
        terminal.expect_line(r"\[127\.0\.0\.1:\d+ connected\] />")
        terminal.type(f"cd {self.root}{ENTER}")
        terminal.expect_line(r"\[.* connected\] " + self.root + ">")
        return terminal

    def history(self):
        return (self.state / "kazoo" / "history").read_text().splitlines()

    def test_without_a_command(self):
        terminal = self.open()
        terminal.expect_line(r"\[.* connected\] />")
        terminal.type("pwd" + ENTER)
        terminal.expect(r"^/\n\[")
        terminal.wait_for_prompt()
        terminal.type(END)
        self.assertEqual(terminal.code(), DONE)

    def test_completion(self):
        for name in ("config", "connection", "data"):
            self.ok("create", f"{self.root}/{name}")
        self.ok("create", f"{self.root}/data/a b", "blanks")
        terminal = self.shell()
        terminal.type("exi" + TAB)
        terminal.expect_line(".*> exi")
        terminal.type("s" + TAB)
        terminal.expect_line(".*> exists")
        terminal.type("co" + TAB)  # arrives later, and is completed then
        terminal.expect_line(".*> exists con")
        terminal.type(TAB)
        terminal.expect(r"^config\s+connection$")
        terminal.expect_line(".*> exists con")
        terminal.type("f" + TAB)
        terminal.expect_line(".*> exists config")
        terminal.type(ENTER)
        terminal.expect("^true$")
        terminal.wait_for_prompt()
        terminal.type("get da" + TAB)
        terminal.expect_line(".*> get data/?")
        while not terminal.screen.last.endswith("data/"):  # until its children have arrived
            terminal.type(TAB)
            terminal.read(0.2)
            self.assertRegex(terminal.screen.last, ".*> get data/?$")
        terminal.type("a" + TAB)
        terminal.expect_line(r".*> get data/a\\ b")
        terminal.type(ENTER)
        terminal.expect("^blanks$")
        terminal.wait_for_prompt()
        terminal.type("get --ba" + TAB)
        terminal.expect_line(".*> get --base64")

    def test_completion_never_blocks(self):
        with suite.Proxy(suite.address) as proxy:
            terminal = self.shell(servers=proxy.address)
            proxy.cut(for_good=True)
            terminal.expect_line(r"\[.* suspended\] .*>")
            terminal.type("get " + TAB + "typed" + TAB + "on")
            terminal.expect_line(".*> get typedon")

    def test_history(self):
        terminal = self.shell()
        terminal.type("pwd" + ENTER + "addauth digest user:secret" + ENTER)
        terminal.type(" ls /" + ENTER + "exists ." + ENTER)  # typed ahead
        terminal.expect("^true$")
        terminal.wait_for_prompt()
        terminal.type(UP)
        terminal.expect_line(r".*> exists \.")
        terminal.type(UP)
        terminal.expect_line(".*> pwd")
        terminal.type(ENTER + "exit" + ENTER)
        self.assertEqual(terminal.code(), DONE)
        self.assertEqual(self.history(), [f"cd {self.root}", "pwd", "exists .", "pwd", "exit"])
        second = self.shell()
        second.type("redo 2" + ENTER)
        second.expect(f"^{self.root}$")
        second.wait_for_prompt()
        second.type(UP + UP + UP)
        second.expect_line(".*> exit")

    def test_no_history(self):
        terminal = self.shell("--no-history")
        terminal.type("exit" + ENTER)
        self.assertEqual(terminal.code(), DONE)
        self.assertEqual(list(self.state.iterdir()), [])

    def test_interrupting_a_line(self):
        terminal = self.shell()
        terminal.type("create x")
        terminal.expect_line(".*> create x")
        terminal.type(INTERRUPT)  # which also discards what the terminal has not passed on
        terminal.expect(r"> create x\^C$")
        terminal.type("set . 'open" + ENTER)
        terminal.expect_line(">")
        terminal.type(INTERRUPT)
        terminal.expect_line(r"\[.*>")
        terminal.type("ls" + ENTER + "pwd" + ENTER)
        terminal.expect(f"^{self.root}$")
        self.assertEqual(self.ok("ls", self.root).text, "")

    def test_interrupting_a_command(self):
        terminal = self.shell()
        running = {  # what is written when it runs
            "watch .": "watching",
            "queue get q": "queue get q$",
            "create -e --hold e": f"^{self.root}/e$",
            "lock l": "__lock__",
            "! echo go; exec sleep 1000": "^go$",
        }
        for line, sign in running.items():
            terminal.type(line + ENTER)
            terminal.expect(sign)
            terminal.expect_line("")
            terminal.type(INTERRUPT)
            terminal.expect_line(r"\[.* connected\] .*>")
            terminal.screen.clear()
        terminal.type("ls" + ENTER)
        terminal.expect(r"ls\n+e\nl\n(q\n)?\[")

    def test_state_and_interrupted_writes(self):
        with suite.Proxy(suite.address) as proxy:
            terminal = self.shell("--session-timeout", "10s", servers=proxy.address)
            terminal.type("create -e e" + ENTER)
            terminal.expect(f"^{self.root}/e$")
            terminal.type("unfini")
            terminal.expect_line(".*> unfini")
            proxy.cut(for_good=True)
            terminal.expect(r"^kazoo: suspended: .*\n\[.* suspended\] .*> unfini$")
            terminal.type(INTERRUPT)
            terminal.expect_line(r"\[.* suspended\] .*>")
            terminal.type("create withdrawn" + ENTER)
            terminal.expect("> create withdrawn\n")
            terminal.type(INTERRUPT)
            terminal.expect_line(r"\[.* suspended\] .*>")
            terminal.type("ls")
            proxy.refuses = False
            terminal.expect(r"^kazoo: connected again\n\[.* connected\] .*> ls$")
            terminal.type(ENTER)
            terminal.expect(r"> ls\ne$")
            self.check(NO_NODE, "exists", self.root + "/withdrawn")

    def test_lost(self):
        with suite.Proxy(suite.address) as proxy:
            terminal = self.shell("--session-timeout", "1s", servers=proxy.address)
            proxy.cut(for_good=True)
            terminal.expect("^kazoo: lost: ")
            terminal.expect_line(r"\[.* lost\] .*>")
            proxy.refuses = False
            terminal.expect("^kazoo: connected with a new session$")
            terminal.expect_line(r"\[.* connected\] .*>")

    def test_read_only(self):
        with suite.served(suite.tool, "--read-only") as address:
            terminal = self.open("--read-only", "shell", servers=address)
            terminal.expect_line(r"\[.* read-only\] />")

    def test_events_do_not_damage_the_line(self):
        for columns in (100, 40):
            terminal = self.open("shell", size=(40, columns))
            terminal.expect_line(r"\[.* connected\] />")
            prompt = terminal.screen.last
            terminal.type(f"addWatch {self.root}{ENTER}")
            terminal.wait_for(lambda t: t.screen.text().count("]") == 2, "the second prompt")
            line = f"create {self.root}/e 'longer than a narrow terminal'"
            terminal.type(line + "\x02\x02\x02")  # the cursor three places to the left
            rows = self.rows(f"{prompt} {line}", columns)
            terminal.wait_for(lambda t, r=rows: t.screen.text().endswith(r), rows)
            self.ok("set", self.root, "changed")
            rows = self.rows(f"watch: CHANGED {self.root}", columns) + "\n" + rows
            terminal.wait_for(lambda t, r=rows: t.screen.text().endswith(r), rows)
            terminal.type("X" + ENTER)
            terminal.wait_for(lambda t: t.screen.text().count("]") == 3, "the third prompt")
            self.assertEqual(
                self.ok("get", self.root + "/e").text, "longer than a narrow terminXal"
            )
            self.ok("rm", self.root + "/e")

    @staticmethod
    def rows(text, columns):
        return "\n".join(
            text[i : i + columns].rstrip() for i in range(0, len(text), columns)
        )

    def test_transaction(self):
        terminal = self.shell()
        terminal.type("txn" + ENTER)
        terminal.expect_line(r"\[.*\] .* txn>")
        terminal.type("create a 1" + ENTER + "create b" + ENTER + "create" + ENTER)  # typed ahead
        terminal.expect("^kazoo: write: create")
        terminal.type("exit" + ENTER)
        terminal.expect("commit or abort ends it")
        terminal.type("commit" + ENTER)
        terminal.expect(f"^create {self.root}/b$")
        terminal.expect_line(r"\[.*\] [^ ]*>")
        terminal.type("begin" + ENTER + "create c" + ENTER)
        terminal.expect("> create c$")
        terminal.wait_for_prompt(r"\[.*\] .* txn>")
        terminal.type(END)
        self.assertEqual(terminal.code(), DONE)
        self.assertIn("not committed", terminal.screen.text())
        self.assertEqual(self.ok("ls", self.root).text, "a\nb\n")

    def test_questions_and_standard_input(self):
        self.ok("create", self.root + "/a")
        terminal = self.shell()
        terminal.type("rm -r a" + ENTER)
        terminal.expect(r"delete .*\? \[y/N\]")
        terminal.type("n" + ENTER)
        terminal.expect_line(r"\[.*>")
        self.ok("exists", self.root + "/a")
        terminal.type("rm -r a" + ENTER)
        terminal.expect(r"(delete .*\? \[y/N\][^$]*){2}")
        terminal.type("y" + ENTER)
        terminal.expect_line(r"\[.*>")
        self.check(NO_NODE, "exists", self.root + "/a")
        for text in ("first", "second"):
            terminal.type(f"set . -{ENTER}")
            terminal.expect("> set . -\n$")
            terminal.wait_for(Terminal.edits_lines, "the terminal for lines")
            terminal.type(text + ENTER + END)
            terminal.expect_line(r"\[.*>")
            self.assertEqual(self.ok("get", self.root).text, text + "\n")

    def test_unicode(self):
        terminal = self.shell()
        terminal.type("create ä漢 ü€" + ENTER)
        terminal.expect(f"^{self.root}/ä漢")
        self.assertEqual(self.ok("get", f"{self.root}/ä漢").text, "ü€")

    def test_terminal_without_cursor_movement(self):
        terminal = self.open("shell", env={"TERM": "dumb"})
        terminal.expect(r"\[127.*\] />")
        terminal.type(f"get -w {self.root}" + ENTER)
        terminal.expect(r"\n\[.* connected\] />")
        terminal.type("pw")
        terminal.expect_line(".*> pw")
        terminal.type(INTERRUPT)
        terminal.expect(r"pw\^C\n.*/>")
        terminal.type("pwd" + ENTER)
        terminal.expect("^/$")
        self.ok("set", self.root, "x")
        terminal.expect(f"^watch: CHANGED {self.root}$")
        terminal.type(END)
        self.assertEqual(terminal.code(), DONE)

    def test_termination_closes_the_session(self):
        terminal = self.shell()
        terminal.type("create -e e" + ENTER)
        terminal.expect(f"^{self.root}/e$")
        terminal.process.send_signal(signal.SIGTERM)
        self.assertEqual(terminal.code(), 143)
        self.check(NO_NODE, "exists", self.root + "/e")


if __name__ == "__main__":
    suite.main()
