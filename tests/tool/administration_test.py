# SPDX-License-Identifier: Apache-2.0
"""Commands for access, servers, quotas, transactions, watches and the editor."""

import json
import socket
import subprocess

import suite
from hooked import SET_ACL, HookedProxy
from suite import DONE, FAILED, LOST, NO_NODE, USAGE, ToolCase


class Access(ToolCase):
    def test_acl(self):
        self.assertEqual(self.ok("acl", "get", self.root).text, "world:anyone:cdrwa\n")
        self.ok("acl", "add", self.root, "ip:10.0.0.0/8:r")
        self.ok("acl", "add", self.root, "world:anyone:cdra")
        entries = ["world:anyone:cdra", "ip:10.0.0.0/8:r"]
        self.assertEqual(self.ok("getAcl", self.root).lines, entries)
        self.ok("acl", "rm", self.root, "ip:10.0.0.0/8")
        shown = self.ok("--format", "json", "acl", "get", self.root).json
        self.assertEqual(
            shown, {"path": self.root, "acl": ["world:anyone:cdra"], "version": 3}
        )
        self.fails(FAILED, "version does not match", "acl", "set", "-v", "1", self.root, "open")
        self.ok("setAcl", "-v", "3", self.root, "open")
        self.assertEqual(len(self.ok("acl", "get", "-s", self.root).lines), 12)
        self.check(NO_NODE, "acl", "get", self.root + "/x")
        self.check(USAGE, "acl")
        self.check(USAGE, "acl", "set", self.root, "world:anyone")
        self.check(USAGE, "acl", "rm", self.root, "anyone")
        self.fails(FAILED, "ACL is empty or names", "acl", "set", self.root, "sing:song:r")

    def test_recursive(self):
        self.ok("touch", "-p", self.root + "/a/b", self.root + "/c")
        self.ok("acl", "set", "-R", self.root, "world:anyone:cdra")
        self.ok("acl", "add", "-R", self.root, "ip:127.0.0.1:w")
        for end in ("", "/a", "/a/b", "/c"):
            self.assertEqual(
                self.ok("acl", "get", self.root + end).lines,
                ["world:anyone:cdra", "ip:127.0.0.1:w"],
            )

    def test_recursive_beside_other_clients(self):
        """An ACL that another client changes between the read and the write keeps that change."""
        for name, other, expected in (
            ("add", ("add", "ip:10.0.0.2:r"), ["ip:10.0.0.2:r", "ip:10.0.0.1:r"]),
            ("rm", ("add", "ip:10.0.0.3:r"), ["ip:10.0.0.2:r", "ip:10.0.0.3:r"]),
        ):
            entry = {"add": "ip:10.0.0.1:r", "rm": "ip:10.0.0.1"}[name]
            path = self.root + "/a"
            self.ok("touch", path)
            changed = []

            def hook(operation, requested):
                if operation == SET_ACL and requested == path and not changed:
                    changed.append(suite.run("acl", other[0], path, other[1]).code)

            with HookedProxy(suite.address, hook) as proxy:
                self.ok("acl", name, "-R", self.root, entry, servers=proxy.address)
            self.assertEqual(changed, [DONE])
            self.assertEqual(
                self.ok("acl", "get", path).lines, ["world:anyone:cdrwa", *expected]
            )

    def test_digest(self):
        # As Apache's DigestAuthenticationProvider generates it.
        known = "digest:super:DyNYQEQvajljsxlhf5uS4PJ9R28=\n"
        self.assertEqual(self.ok("digest", "super", stdin="password\n").text, known)
        file = self.file("password\n")
        self.assertEqual(self.ok("digest", "super", "-f", file).text, known)
        shown = self.ok("--format", "json", "digest", "a", "-f", file).json
        self.assertEqual(shown["scheme"], "digest")
        self.fails(FAILED, "must be the password", "digest", "super")

    def test_who_am_i(self):
        self.assertEqual(self.ok("whoami").text, "ip:127.0.0.1\n")
        result = self.ok("auth", "digest", "-", stdin="alice:secret\n")
        self.assertEqual(sorted(result.lines), ["digest:alice", "ip:127.0.0.1"])
        shown = self.ok("--format", "json", "whoami").json
        self.assertEqual(shown, [{"scheme": "ip", "id": "127.0.0.1"}])


class Servers(ToolCase):
    def test_config_and_sync(self):
        self.ok("config")
        self.assertIsInstance(self.ok("--format", "json", "config").json, dict)
        self.assertEqual(self.ok("sync", self.root).out, b"")
        self.assertEqual(
            self.ok("--format", "json", "sync", self.root).json, {"path": self.root}
        )
        self.check(FAILED, "reconfig", "--remove", "2")

    def test_four_letter_words(self):
        self.assertEqual(self.ok("4lw", "ruok").text, "imok\n")
        both = suite.address + "," + suite.address
        lines = self.ok("4lw", "--all", "ruok", servers=both).lines
        self.assertEqual(lines, [f"# {suite.address}", "imok"] * 2)
        answers = self.ok("--format", "json", "4lw", "-a", "ruok").json_lines
        self.assertEqual(answers, [{"server": suite.address, "answer": "imok"}])
        self.fails(USAGE, "four letters", "4lw", "hello")

    def test_check(self):
        header, row = self.ok("check").lines
        self.assertEqual(header.split("\t")[:3], ["SERVER", "STATE", "MODE"])
        self.assertEqual(row.split("\t")[:3], [suite.address, "ok", "standalone"])
        self.assertEqual(len(header.split("\t")), len(row.split("\t")))
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            down = "127.0.0.1:%d" % unused.getsockname()[1]
            servers = suite.address + "," + down
            result = self.check(FAILED, "check", servers=servers)
            self.assertEqual(result.lines[2].split("\t")[:2], [down, "down"])
            shown = self.check(FAILED, "--format", "json", "check", servers=servers).json_lines
            self.assertEqual([server["ok"] for server in shown], [True, False])

    def test_quota(self):
        self.fails(USAGE, "one limit or more", "quota", "set", self.root)
        self.ok("quota", "set", "-n", "5", self.root)
        self.ok("create", self.root + "/a", "12345")
        self.assertEqual(
            self.ok("quota", "get", self.root).lines,
            ["bytes limit none", "count limit 5", "bytes used 5", "count used 2"],
        )
        self.ok("setquota", "-B", "100", self.root)
        shown = self.ok("--format", "json", "listquota", self.root).json
        self.assertEqual(shown["limits"]["byteHardLimit"], 100)
        self.assertEqual((shown["limits"]["count"], shown["used"]["count"]), (5, 2))
        raw = self.ok("get", "/zookeeper/quota" + self.root + "/zookeeper_limits").text
        self.assertEqual(raw, "count=5,bytes=-1=;byteHardLimit=100;countHardLimit=-1")
        self.fails(FAILED, "has a quota already", "quota", "set", "-n", "1", self.root + "/a")
        self.ok("quota", "rm", self.root)
        self.check(NO_NODE, "quota", "get", self.root)
        self.check(NO_NODE, "quota", "rm", self.root)
        self.check(NO_NODE, "exists", "/zookeeper/quota" + self.root)
        self.ok("quota", "set", "-n", "1", self.root + "/a")
        self.fails(FAILED, "a descendant has", "quota", "set", "-n", "1", self.root)
        self.check(NO_NODE, "quota", "set", "-n", "1", self.root + "/none")
        self.fails(USAGE, "cannot have a quota", "quota", "set", "-n", "1", "/zookeeper")


class Transactions(ToolCase):
    def test_operations(self):
        a, b = self.root + "/a", self.root + "/b c"
        result = self.ok(
            "txn", f"create {a} 'one two'", f'create "{b}"', f"set {a} x 0", f"check {a} 1"
        )
        self.assertEqual(
            result.lines,
            [f"create {a}", f"create {b}", f"set_data {a} version 1", f"check {a}"],
        )
        script = f"# a comment\n\ndelete {a} 1\nrm \"{b}\"\ncreate -s {self.root}/n-\n"
        results = self.ok("--format", "json", "txn", stdin=script).json_lines
        self.assertEqual(results[0], {"operation": "delete", "path": a})
        self.assertEqual(results[2]["path"], self.root + "/n-0000000002")
        self.assertEqual(self.ok("ls", self.root).lines, ["n-0000000002"])

    def test_all_or_nothing(self):
        file = self.file(f"create {self.root}/a\ncheck {self.root} 7\n")
        self.fails(FAILED, "version does not match", "txn", "-f", file)
        self.check(NO_NODE, "exists", self.root + "/a")
        self.fails(NO_NODE, self.root + "/x", "txn", f"delete {self.root}/x")

    def test_malformed(self):
        for wrong in ("sing /a", "create", "set /a", "check /a one", "create '/a", "create -x /a"):
            self.check(USAGE, "txn", wrong)


class Watches(ToolCase):
    def watch(self, *arguments):
        """A watch that has been set."""
        process = suite.start(*arguments)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.assertIn(b"watching", process.stderr.readline())
        return process

    def test_recursive(self):
        process = self.watch("--format", "json", "watch", "-r", "-d", self.root)
        self.ok("create", self.root + "/a", "data")
        event = json.loads(process.stdout.readline())
        self.assertEqual(
            (event["type"], event["path"], event["data"], event["events"]),
            ("CREATED", self.root + "/a", "data", 1),
        )
        self.assertGreater(event["zxid"], 0)
        self.ok("set", self.root + "/a", "more")
        self.assertEqual(json.loads(process.stdout.readline())["type"], "CHANGED")
        self.ok("rm", self.root + "/a")
        self.assertEqual(json.loads(process.stdout.readline())["type"], "DELETED")

    def test_text_and_count(self):
        process = self.watch("watch", "-n", "2", self.root)
        self.ok("set", self.root, "1")
        # Changes of one node are combined until they are written.
        self.assertEqual(process.stdout.readline().decode(), f"CHANGED {self.root}\n")
        self.ok("touch", self.root + "/a")
        out, _ = process.communicate(timeout=suite.PATIENCE)
        self.assertEqual(out.decode(), f"CHILD {self.root}\n")
        self.assertEqual(process.returncode, DONE)

    def test_exec(self):
        command = 'echo "$KAZOO_EVENT $KAZOO_PATH"; test -n "$KAZOO_ZXID" && cat'
        process = self.watch("watch", "-r", "-n", "1", "--exec", command, self.root)
        self.ok("touch", self.root + "/a")
        out, _ = process.communicate(timeout=suite.PATIENCE)
        expected = f"CREATED {self.root}/a\n"
        self.assertEqual(out.decode(), expected * 2)

    def test_exec_that_fails(self):
        process = self.watch("watch", "-n", "2", "--exec", 'test "$KAZOO_EVENT" = CHILD', self.root)
        self.ok("set", self.root, "1")
        # The watch goes on.
        self.assertIn(b"the command has failed with 1", process.stderr.readline())
        self.ok("touch", self.root + "/a")
        _, err = process.communicate(timeout=suite.PATIENCE)
        self.assertEqual((process.returncode, err), (DONE, b""))

    def test_gap_as_json(self):
        with suite.Proxy(suite.address) as proxy:
            process = suite.start(
                "--format", "json", "watch", "-r", self.root, servers=proxy.address
            )
            self.addCleanup(process.communicate)
            self.addCleanup(process.kill)
            self.assertIn(b"watching", process.stderr.readline())
            proxy.cut()
            gap = json.loads(process.stdout.readline())
            self.assertEqual(gap, {"type": "GAP", "path": self.root, "zxid": None, "events": 1})

    def test_gap(self):
        with suite.Proxy(suite.address) as proxy:
            process = suite.start("watch", "-r", self.root, servers=proxy.address)
            self.addCleanup(process.communicate)
            self.addCleanup(process.kill)
            self.assertIn(b"watching", process.stderr.readline())
            proxy.cut()
            self.assertEqual(process.stdout.readline(), f"GAP {self.root}\n".encode())
            self.ok("touch", self.root + "/a")
            self.assertEqual(process.stdout.readline(), f"CREATED {self.root}/a\n".encode())

    def test_end_of_the_session(self):
        with suite.served(suite.tool) as first:
            process = suite.start("watch", "-r", "/", servers=first)
            self.addCleanup(process.kill)
            self.assertIn(b"watching", process.stderr.readline())
        # Another server at the same address does not have the session.
        with suite.served(suite.tool, listen=first):
            _, err = process.communicate(timeout=suite.PATIENCE)
            self.assertEqual(process.returncode, LOST, err)
            self.assertIn(b"the watch has ended", err)


class Editing(ToolCase):
    def edit(self, script, code, path=None):
        editor = self.file("#!/bin/sh\n" + script + "\n", "editor with blanks")
        return self.check(
            code, "edit", path or self.root, env={"EDITOR": f"sh '{editor}'", "VISUAL": ""}
        )

    def test_edit(self):
        self.ok("set", self.root, "old")
        self.edit('printf new > "$1"', DONE)
        self.assertEqual(self.ok("get", self.root).text, "new")
        result = self.edit("true", DONE)
        self.assertIn("was not changed", result.err.decode())
        self.assertIn("dataVersion = 2", self.ok("stat", self.root).lines)
        result = self.edit('printf newer > "$1"; exit 3', FAILED)
        self.assertIn("failed with 3", result.err.decode())
        self.assertEqual(self.ok("get", self.root).text, "new")
        self.edit("true", NO_NODE, self.root + "/x")

    def test_changed_meanwhile(self):
        change = f"'{suite.tool}' -s {suite.address} set {self.root} theirs"
        result = self.edit(f'{change}; printf mine > "$1"', FAILED)
        self.assertIn("version does not match", result.err.decode())
        self.assertEqual(self.ok("get", self.root).text, "theirs")
        kept = result.err.decode().partition("edited data are in ")[2].split("\n")[0]
        with open(kept, encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine")
        subprocess.run(["rm", kept], check=True)


if __name__ == "__main__":
    suite.main()
