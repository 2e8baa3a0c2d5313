# SPDX-License-Identifier: Apache-2.0
"""Every command in the situations that scripts meet: each method is one, for all rows of the table
in every_command.py. --apache: against Apache ZooKeeper instead of the embedded server. --width N:
with a node of N children; such as 100000 for Apache ZooKeeper, which takes minutes:

    every_command_test.py --tool build/dev/tools/kazoo/kazoo --apache --width 100000 Wide
"""

import argparse
import base64
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

import suite
from every_command import BINARY, ELSEWHERE, ENCODED, EXISTS, ROWS, Match, Vanish, filled
from hooked import HookedProxy
from suite import DONE, FAILED, NO_NODE, USAGE, run

NAME = "ü 'q\" \\x"
OWNER = b"owner:secret"
# Permits nothing without the authentication of the owner.
OTHERS = [f"digest:owner:{base64.b64encode(hashlib.sha1(OWNER).digest()).decode()}:cdrwa"]
WIDTH = 100_000
WIDTH_ON_APACHE = 2_000  # a JVM that has just started takes some 1 ms for each request
SITUATIONS = ("text", "json", "closed", "denied", "vanish")


def path_for(row, situation):
    return f"/every/{situation}/{row.name.replace(' ', '-')}/{NAME}"


def subtrees():
    """The lines of a dump with the subtrees of all rows."""
    def node(path, data="", **more):
        return {"path": path, "data": data, **more}

    yield node("/every")
    for situation in SITUATIONS:
        yield node(f"/every/{situation}")
        for row in ROWS:
            path = path_for(row, situation)
            yield node(os.path.dirname(path))
            yield node(path, "root")
            yield node(path + "/a", "one")
            yield node(path + "/b ü", ENCODED, encoding="base64")


def denied_nodes():
    for row in ROWS:
        path = path_for(row, "denied")
        for end in ("/a", "/b ü", ""):
            yield {"path": path + end, "data": "", "acl": OTHERS}


def load(nodes, *options):
    script = "".join(json.dumps(node) + "\n" for node in nodes)
    result = run("load", *options, "-", stdin=script)
    if result.code != DONE:
        raise AssertionError(result.err)


def dead_address():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % unused.getsockname()[1]


class EveryCommand(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.grammar = run("generate", "json").json
        owner = pathlib.Path(cls.folder.name) / "owner"
        owner.touch(mode=0o600)
        owner.write_bytes(b"digest:" + OWNER)
        cls.as_owner = ("--auth-file", str(owner))
        load(subtrees())
        load(denied_nodes(), "--on-conflict", "overwrite")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def for_all_rows(self, check, rows=ROWS):
        """Calls `check` for the rows, some at a time; each returns what is wrong, or None."""
        def guarded(row):
            try:
                wrong = check(row)
            except Exception as error:  # pylint: disable=broad-except
                wrong = repr(error)
            return f"{row.name}: {wrong}" if wrong else None

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            wrong = [text for text in pool.map(guarded, rows) if text]
        self.assertEqual(wrong, [], "\n".join(wrong))

    def start(self, words, row=None, **options):
        # In a session of its own, no command has a terminal, not even as /dev/tty.
        env = {"TMPDIR": self.folder.name, **(row.env if row else {})}
        return suite.start(
            "-q", *words, env=suite.environment(**env), start_new_session=True, **options
        )

    def run_words(self, words, row=None, stdin=b"", **options):
        process = self.start(words, row, stdin=subprocess.PIPE, **options)
        try:
            out, err = process.communicate(stdin, timeout=suite.PATIENCE)
        finally:
            process.kill()
        return suite.Run(process.returncode, out, err)

    def run_row(self, row, path, *options, arguments=None):
        """Runs the command of a row, and what has to happen meanwhile."""
        for words in row.before:
            result = self.run_words(filled(words, path))
            if result.code != DONE:
                raise AssertionError(result.err)
        words = [*options, *row.words(path, arguments)]
        if not row.during:
            return self.run_words(words, row, row.input(path))
        process = self.start(words, row, stdin=subprocess.PIPE)
        for event in row.during:
            # A watch may not have been set yet: the event is repeated until the command ends.
            while process.poll() is None:
                self.run_words(filled(event, path))
        out, err = process.communicate(timeout=suite.PATIENCE)
        return suite.Run(process.returncode, out, err)

    @staticmethod
    def differs(expected, out, path):
        if isinstance(expected, Match):
            agrees = expected.agrees(out, path)
        elif isinstance(expected, bytes):
            agrees = out == expected
        else:
            agrees = out.decode() == "".join(filled([expected], path))
        return None if agrees else f"the output is {out[:500]!r}"

    def test_the_table_is_complete(self):
        def leaves(command):
            below = [leaf for each in command["commands"] for leaf in leaves(each)]
            return below or [command]

        names = {
            name for leaf in leaves(self.grammar) for name in (leaf["name"], *leaf["aliases"])
        }
        rows = {row.name for row in ROWS}
        self.assertEqual(len(rows), len(ROWS))
        self.assertEqual(names - rows - set(ELSEWHERE), set(), "commands without a row")
        self.assertEqual(rows - names, set(), "rows without a command")
        root = pathlib.Path(__file__).resolve().parents[2]
        for name in names & set(ELSEWHERE):
            self.assertTrue((root / ELSEWHERE[name]).exists(), name)
        for row in ROWS:
            if isinstance(row.vanish, str) and row.vanish.startswith("tests/"):
                self.assertTrue((root / row.vanish).exists(), row.name)

    def test_text(self):
        def check(row):
            path = path_for(row, "text")
            result = self.run_row(row, path)
            if result.code != row.code:
                return f"{result.code} {result.out[:200]!r} {result.err!r}"
            if row.code == DONE and result.err:
                return f"standard error: {result.err!r}"
            if b"\x1b" in result.out and row.text != BINARY:
                return "control sequences without a terminal"
            wrong = self.differs(row.text, result.out, path)
            if wrong or not row.after:
                return wrong
            shown = self.run_words(filled(row.after[0], path)).out
            return self.differs(row.after[1], shown, path)

        self.for_all_rows(check)

    def test_json(self):
        def check(row):
            path = path_for(row, "json")
            result = self.run_row(row, path, "--format", "json", arguments=row.json_arguments)
            if result.code != row.code or (row.code == DONE and result.err):
                return f"{result.code} {result.err!r}"
            if row.values is None:
                return None
            values = result.json_lines
            if callable(row.values):
                return None if row.values(values, path) else f"{values}"
            expected = json.dumps(list(row.values))
            for mark, text in (("{p}", path), ("{q}", path + "-q")):
                expected = expected.replace(mark, json.dumps(text)[1:-1])
            return None if values == json.loads(expected) else f"{values}"

        self.for_all_rows(check)

    def run_without_a_reader(self, words, row=None, path=""):
        """The reader of standard output is gone before anything is written."""
        reader, writer = os.pipe()
        os.close(reader)
        try:
            process = self.start(words, row, stdin=subprocess.PIPE, stdout=writer)
        finally:
            os.close(writer)
        try:
            for event in row.during if row else ():
                while process.poll() is None:
                    self.run_words(filled(event, path))
            _, err = process.communicate(row.input(path) if row else b"", suite.PATIENCE)
        finally:
            process.kill()
        return suite.Run(process.returncode, b"", err)

    def test_output_that_is_closed(self):
        def check(row):
            path = path_for(row, "closed")
            for words in row.before:
                self.run_words(filled(words, path))
            result = self.run_without_a_reader(row.words(path), row, path)
            # `printf` is a program that is run, and reports itself what it cannot write.
            if "printf" in row.arguments:
                return None if result.code != DONE else f"{result.err!r}"
            if result.code != row.code or (row.code == DONE and result.err):
                return f"{result.code} {result.err!r}"
            return None

        self.for_all_rows(check)
        result = self.run_without_a_reader(["exists", "/every/none"])
        self.assertEqual((result.code, result.err), (NO_NODE, b""))

    def test_wrong_arguments(self):
        def find(command, name):
            for below in command["commands"]:
                if name == below["name"] or name in below["aliases"]:
                    return below
                if name.startswith(below["name"] + " "):
                    return find(below, name)
            return None

        def wrong_lines(row):
            arguments = find(self.grammar, row.name)["arguments"]
            words = row.name.split()
            values = [(argument["choices"] or ["/x"])[0] for argument in arguments]
            yield [*words, *values, "--no-such-option"]
            yield [*words, *values, "--timeout"]
            if not any(argument["repeated"] for argument in arguments):
                yield [*words, *values, "one-more"]
            required = sum(argument["required"] for argument in arguments)
            if required:
                yield [*words, *values[: required - 1]]

        def check(row):
            for words in wrong_lines(row):
                result = self.run_words(words)
                if result.code != USAGE or result.out or not result.err:
                    return f"{words}: {result.code} {result.out!r} {result.err!r}"
            return None

        self.for_all_rows(check)

    def test_without_a_server(self):
        address = dead_address()

        def check(row):
            result = self.run_words(
                ["--connect-timeout", "200ms", *row.words("/x")], row, row.input("/x"),
                servers=address,
            )
            expected = row.code if row.offline is None else row.offline
            if result.code != expected:
                return f"{result.code} {result.out!r} {result.err!r}"
            silent = row.offline is None or row.name in ("check", "complete")
            return None if silent or (result.err and not result.out) else f"{result.out!r}"

        self.for_all_rows(check)

    def code_of_exists_without_permission(self):
        """By the release of the server."""
        version = re.search(r"version: 3\.(\d+)\.(\d+)", self.run_words(["4lw", "srvr"]).text)
        minor, patch = map(int, version.groups())
        is_protected = (minor, patch) >= (9, 2) or (minor == 8 and patch >= 4)
        return FAILED if is_protected else DONE

    def test_without_permission(self):
        code_of_exists = self.code_of_exists_without_permission()

        def check(row):
            path = path_for(row, "denied")
            for words in row.before:
                result = self.run_words([*self.as_owner, *filled(words, path)])
                if result.code != DONE:
                    return f"{result.err!r}"
            code = {EXISTS: code_of_exists, None: row.code}.get(row.denied, row.denied)
            result = self.run_words(row.words(path), row, row.input(path))
            if result.code != code:
                return f"{result.code} {result.out!r} {result.err!r}"
            if row.denied is None or code == DONE:
                return self.differs(row.text, result.out, path)
            refused = b"ACL does not permit" in result.err and not result.out
            return None if refused or row.name == "complete" else f"{result!r}"

        # Watches may be set on any node: the next test.
        self.for_all_rows(check, [row for row in ROWS if not row.during])

    def test_watches_without_permission(self):
        """Servers report no change of a node that the client may not read (3.8.4, 3.9.2, and the
        3.8.0 of Debian)."""
        for row in [row for row in ROWS if row.during]:
            path = path_for(row, "denied")
            process = suite.start(*row.words(path))
            self.addCleanup(process.kill)
            self.assertIn(b"watching", process.stderr.readline())
            for change in (["set", path, "hidden"], ["acl", "set", path, "open"]):
                result = self.run_words([*self.as_owner, *change])
                self.assertEqual(result.code, DONE, result.err)
            self.assertEqual(self.run_words(["create", path + "/n"]).code, DONE)
            out, err = process.communicate(timeout=suite.PATIENCE)
            shown = {"watch": f"CHILD {path}\n", "addWatch": f"CREATED {path}/n\n"}[row.name]
            self.assertEqual((out.decode(), err, process.returncode), (shown, b"", DONE))

    def vanishing(self, row):
        path, wanted = path_for(row, "vanish"), row.vanish
        victim = path + wanted.victim
        for words in wanted.before:
            self.run_words(filled(words, path))
        lock = threading.Lock()
        deleted = []

        def hook(operation, requested):
            on_victim = requested == victim or requested is None
            if not on_victim or wanted.operation not in (None, operation):
                return
            with lock:
                if not deleted:
                    deleted.append(self.run_words(["rm", victim]).code)

        with HookedProxy(suite.address, hook) as proxy:
            result = self.run_words(
                filled(wanted.words, path), row, servers=proxy.address
            )
        return path, deleted, result

    def test_node_that_vanishes_between_two_steps(self):
        def check(row):
            path, deleted, result = self.vanishing(row)
            if deleted != [DONE]:
                return f"the node did not vanish: {deleted} {result.err!r}"
            if result.code != row.vanish.code or (row.vanish.code == DONE and result.err):
                return f"{result.code} {result.out!r} {result.err!r}"
            if row.vanish.text is None:
                return None
            return self.differs(row.vanish.text, result.out, path)

        self.for_all_rows(check, [row for row in ROWS if isinstance(row.vanish, Vanish)])

    def test_standard_descriptors_that_are_closed(self):
        path = path_for(ROWS[0], "closed")
        address = suite.address

        def shell(redirection, *words):
            process = subprocess.run(
                ["sh", "-c", f'exec "$@" {redirection}', "sh", suite.tool, "-s", address, *words],
                env=suite.environment(), capture_output=True, timeout=suite.PATIENCE,
            )
            return process.returncode, process.stdout

        self.assertEqual(shell("<&-", "get", path), (DONE, b"root"))
        self.assertEqual(shell("2>&-", "get", path), (DONE, b"root"))
        self.assertEqual(shell("<&- 2>&-", "set", path, "-"), (FAILED, b""))
        self.assertEqual(shell(">&-", "get", path), (FAILED, b""))
        self.assertEqual(shell("", "get", path), (DONE, b"root"))


class Wide(unittest.TestCase):
    """A node with many children: 100 000, unless the server is slow."""

    width = None  # by the server
    # The names of the children several times, and the requests under way; not copies of the nodes.
    MORE_MEMORY = 24 << 20  # beside what the tool takes for a single node

    @classmethod
    def setUpClass(cls):
        cls.width = cls.width or (WIDTH_ON_APACHE if suite.on_apache else WIDTH)

    def done(self, *words, **options):
        result = run("-q", *words, **options)
        self.assertEqual((result.code, result.err), (DONE, b""), words)
        return result

    def single_node_memory(self):
        process = suite.start("watch", "-n", "1", "/zookeeper")
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        process.stderr.readline()
        return suite.peak_memory(process)

    def bounded(self, *words):
        """Runs a command that writes nothing; checks its memory as well."""
        process = suite.start("-q", *words)
        (peak,) = suite.peak_memory_until_end(process)
        self.assertEqual((process.communicate(), process.returncode), ((b"", b""), DONE), words)
        if self.least < 30 << 20:  # sanitizers keep memory that was freed
            self.assertLess(peak, self.least + self.MORE_MEMORY, words)

    def nodes(self, root, acl):
        """The nodes of the tree as `dump` writes them, by path."""
        def node(path, data):
            return path, {"path": path, "data": data, "acl": acl}

        names = [f"{i:05}" for i in range(self.width)]
        return dict([node(root, ""), *(node(f"{root}/{name}", name) for name in names)])

    def check_nodes(self, expected):
        root = next(iter(expected))
        found = {node["path"]: node for node in self.done("dump", root).json_lines}
        self.assertTrue(found == expected, root)  # assertEqual would write all of them

    def copy_and_change(self):
        """Commands that write as many nodes: each result is compared node for node."""
        self.least = self.single_node_memory()
        acl, entry = ["world:anyone:cdra", "ip:127.0.0.1:w"], "ip:10.0.0.1:r"
        self.bounded("acl", "set", "-R", "/wide", ",".join(acl))
        self.check_nodes(self.nodes("/wide", acl))
        self.bounded("cp", "-r", "/wide", "/copied")
        self.check_nodes(self.nodes("/copied", acl))
        # Differences of all kinds, for `mirror`.
        self.bounded("acl", "add", "-R", "/wide", entry)
        self.bounded("rm", "/wide/00000", "/copied/00001", "/copied/00002")
        self.bounded("set", "/wide/00003", "changed")
        expected = self.nodes("/copied", [*acl, entry])
        del expected["/copied/00000"]
        expected["/copied/00003"]["data"] = "changed"
        self.bounded("mirror", "/wide", "/copied")
        self.check_nodes(expected)
        self.bounded("acl", "rm", "-R", "/copied", entry.rpartition(":")[0])
        for node in expected.values():
            node["acl"] = acl
        self.check_nodes(expected)
        moved = run("-q", "mv", "/copied", "/moved")
        refused = b"too many nodes for one transaction" in moved.err
        is_too_many = self.width > 10_000
        self.assertEqual((moved.code, refused), (FAILED if is_too_many else DONE, is_too_many))
        self.bounded("rm", "-r", "/copied" if is_too_many else "/moved")

    def test_every_command(self):
        self.done("load", "-", stdin='{"path": "/wide", "data": ""}\n' + "".join(
            f'{{"path": "/wide/{i:05}", "data": "{i:05}"}}\n' for i in range(self.width)
        ))

        def check(row):
            words, count = row.wide
            words = [word.replace("{w}", "/wide") for word in words]
            shown = self.done(*words, env=row.env).lines
            self.assertEqual(len(shown), count(self.width), words)

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(check, [row for row in ROWS if row.wide]))
        self.assertEqual(self.done("count", "/wide").text, f"{self.width}\n")
        self.copy_and_change()
        self.bounded("rm", "-r", "/wide")
        self.assertEqual(run("exists", "/wide").text, "false\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--width", type=int)
    options, sys.argv[1:] = parser.parse_known_args()
    Wide.width = options.width
    if options.width:
        suite.PATIENCE *= 10
    suite.main()
