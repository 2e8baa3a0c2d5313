# SPDX-License-Identifier: Apache-2.0
"""Commands for single nodes, options of the connection, formats and exit codes."""

import os
import pty
import socket
import subprocess

import suite
from suite import DONE, FAILED, NO_NODE, NOT_CONNECTED, USAGE, ToolCase, run

BINARY = bytes(range(256))


class Data(ToolCase):
    def test_get_writes_the_data_byte_for_byte(self):
        for data in (b"", b"text", b"two\nlines\n", BINARY):
            self.ok("set", self.root, "-", stdin=data)
            self.assertEqual(self.ok("get", self.root).out, data)
            self.assertEqual(self.ok("--format", "raw", "get", self.root).out, data)

    def test_data_from_the_command_line(self):
        for data in ("a b  'c' \"d\"", "ü€漢字", "[1,2]", "{\"a\": [\"b\"]}", "", "-5", "get"):
            self.ok("set", self.root, "--", data)
            self.assertEqual(self.ok("get", self.root).text, data)

    def test_data_from_files(self):
        self.ok("set", self.root, "@" + self.file(BINARY))
        self.assertEqual(self.ok("get", self.root).out, BINARY)
        self.ok("set", self.root, "@@home")
        self.assertEqual(self.ok("get", self.root).out, b"@home")
        self.fails(FAILED, "cannot read /nonexistent/f", "set", self.root, "@/nonexistent/f")

    def test_get_writes_files(self):
        file = self.directory() / "out"
        self.ok("set", self.root, "-", stdin=BINARY)
        self.assertEqual(self.ok("get", self.root, "-o", str(file)).out, b"")
        self.assertEqual(file.read_bytes(), BINARY)
        self.fails(FAILED, "cannot write /nonexistent/f", "get", self.root, "-o", "/nonexistent/f")

    def test_encodings(self):
        self.ok("set", self.root, "-", stdin=b"\x00\xffA")
        self.assertEqual(self.ok("get", "-b", self.root).text, "AP9B\n")
        self.assertIn("00 ff 41", self.ok("get", "-x", self.root).text)
        self.assertIn("|..A|", self.ok("get", "-x", self.root).text)

    def test_json(self):
        self.ok("set", self.root, "ü")
        node = self.ok("--format", "json", "get", self.root).json
        self.assertEqual((node["path"], node["data"]), (self.root, "ü"))
        self.assertEqual((node["stat"]["version"], node["stat"]["dataLength"]), (1, 2))
        self.ok("set", self.root, "-", stdin=b"\xff")
        node = self.ok("--format", "json", "get", self.root).json
        self.assertEqual((node["data"], node["encoding"]), ("/w==", "base64"))

    def test_get_with_stat(self):
        self.ok("set", self.root, "text")
        lines = self.ok("get", "-s", self.root).lines
        self.assertEqual(lines[0], "text")
        self.assertEqual(len(lines), 12)
        self.assertIn("dataLength = 4", lines)


class Nodes(ToolCase):
    def test_create(self):
        path = self.root + "/ a'b\"ü"
        self.assertEqual(self.ok("create", path, "data").text, path + "\n")
        self.assertEqual(self.ok("get", path).text, "data")
        self.assertEqual(self.ok("ls", self.root).text, " a'b\"ü\n")
        self.fails(FAILED, "already exists", "create", path)
        self.fails(NO_NODE, "does not exist", "create", self.root + "/x/y")
        self.ok("create", "-p", self.root + "/x/y")

    def test_create_sequence_and_kinds(self):
        self.assertEqual(
            self.ok("create", "-s", self.root + "/n-").text, self.root + "/n-0000000000\n"
        )
        made = self.ok("--format", "json", "create", "-s", self.root + "/n-").json
        self.assertEqual(made, {"path": self.root + "/n-0000000001"})
        self.ok("create", "-c", self.root + "/container")
        self.ok("create", "--ttl", "1h", self.root + "/ttl")
        self.fails(USAGE, "is no time", "create", "--ttl", "soon", self.root + "/x")

    def test_create_ephemeral_warns(self):
        result = self.ok("create", "-e", self.root + "/e")
        self.assertIn("--hold", result.err.decode())
        self.check(NO_NODE, "exists", self.root + "/e")
        self.assertEqual(self.ok("-q", "create", "-e", self.root + "/e").err, b"")

    def test_create_held(self):
        process = suite.start("create", "-e", "--hold", self.root + "/e")
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), (self.root + "/e\n").encode())
        self.assertEqual(self.ok("exists", self.root + "/e").text, "true\n")
        process.terminate()
        _, err = process.communicate(timeout=suite.PATIENCE)
        self.assertEqual((process.returncode, err), (DONE, b""))
        self.check(NO_NODE, "exists", self.root + "/e")

    def test_create_with_acl(self):
        self.ok("create", "--acl", "world:anyone:r", self.root + "/a")
        self.fails(FAILED, "ACL does not permit", "set", self.root + "/a", "x")
        self.ok("create", self.root + "/b", "data", "world:anyone:cdrwa,ip:10.0.0.0/8:r")
        for wrong in ("world", "world:anyone", "world:anyone:x", ":anyone:r"):
            self.check(USAGE, "create", "--acl", wrong, self.root + "/c")

    def test_set(self):
        self.assertEqual(self.ok("set", self.root, "1").out, b"")
        self.ok("set", "-v", "1", self.root, "2")
        self.fails(FAILED, "version does not match", "set", "-v", "1", self.root, "3")
        self.assertIn("dataVersion = 3", self.ok("set", "-s", self.root, "3").lines)
        self.assertEqual(
            self.ok("--format", "json", "set", self.root, "4").json["stat"]["version"], 4
        )
        self.fails(NO_NODE, self.root + "/new", "set", self.root + "/new", "x")
        self.ok("set", "--create", self.root + "/new", "x")
        self.ok("set", "--create", self.root + "/new", "y")
        self.assertEqual(self.ok("get", self.root + "/new").text, "y")
        self.check(USAGE, "set", "--create", "--version", "1", self.root, "x")
        self.check(USAGE, "set", "-v", "one", self.root, "x")

    def test_stat_and_exists(self):
        self.assertEqual(len(self.ok("stat", self.root).lines), 11)
        stat = self.ok("--format", "json", "stat", self.root).json
        self.assertEqual((stat["path"], stat["version"]), (self.root, 0))
        self.assertRegex(stat["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.fails(NO_NODE, "does not exist", "stat", self.root + "/x")
        self.assertEqual(self.ok("exists", self.root).text, "true\n")
        self.assertEqual(self.check(NO_NODE, "exists", self.root + "/x").text, "false\n")
        self.assertIs(
            self.check(NO_NODE, "--format", "json", "exists", self.root + "/x").json, False
        )

    def test_touch(self):
        self.ok("set", self.root, "kept")
        self.ok("touch", self.root, self.root + "/new")
        self.assertEqual(self.ok("get", self.root).text, "kept")
        self.assertIn("dataVersion = 2", self.ok("stat", self.root).lines)
        self.assertEqual(self.ok("get", self.root + "/new").out, b"")
        self.check(NO_NODE, "touch", self.root + "/x/y")
        self.ok("touch", "-p", self.root + "/x/y")

    def test_rm(self):
        self.ok("touch", "-p", self.root + "/a/b", self.root + "/c", self.root + "/d/e/f")
        self.fails(FAILED, "has children", "rm", self.root + "/a")
        self.fails(FAILED, "version does not match", "rm", "-v", "3", self.root + "/c")
        self.ok("rm", "-v", "0", self.root + "/c")
        self.fails(NO_NODE, "does not exist", "rm", self.root + "/c")
        self.ok("rm", "-f", self.root + "/c")
        listed = self.ok("rm", "-r", "--dry-run", self.root + "/d").lines
        self.assertEqual(listed, [self.root + end for end in ("/d", "/d/e", "/d/e/f")])
        self.fails(FAILED, "more than 2 nodes", "rm", "-r", "--max", "2", self.root + "/d")
        self.ok("rm", "-r", "--max", "3", self.root + "/d")
        self.fails(NO_NODE, "does not exist", "rm", "-r", self.root + "/d")
        result = self.check(NO_NODE, "rm", self.root + "/none", self.root + "/a/b")
        self.assertIn(self.root + "/none", result.err.decode())
        self.check(NO_NODE, "exists", self.root + "/a/b")

    def test_rm_refuses_the_system(self):
        for path in ("/", "/zookeeper", "zookeeper/quota", "//"):
            self.fails(USAGE, "does not delete", "rm", "-r", path)

    def test_aliases_of_zkcli(self):
        self.ok("touch", "-p", self.root + "/a/b", self.root + "/c/d", self.root + "/e")
        self.assertIn("numChildren = 3", self.ok("ls2", self.root).lines)
        self.ok("rmr", self.root + "/a")
        self.ok("deleteall", self.root + "/c")
        self.ok("delete", self.root + "/e")
        self.assertEqual(self.ok("ls", self.root).out, b"")


class Lists(ToolCase):
    def test_formats(self):
        self.ok("touch", *(self.root + "/" + name for name in ("b", "a", "ü")))
        self.assertEqual(self.ok("ls", self.root).text, "a\nb\nü\n")
        self.assertEqual(self.ok("ls", "-0", self.root).text, "a\0b\0ü\0")
        self.assertEqual(self.ok("--format", "json", "ls", self.root).json, ["a", "b", "ü"])
        self.assertEqual(self.ok("ls").lines, self.ok("ls", "/").lines)
        self.fails(NO_NODE, "does not exist", "ls", self.root + "/x")

    def test_long(self):
        self.ok("touch", "-p", self.root + "/a/b")
        self.ok("create", self.root + "/c", "12345")
        first, second = self.ok("ls", "-l", self.root).lines
        self.assertEqual(first.split()[:4] + first.split()[5:], ["-", "1", "0", "0", "a"])
        self.assertEqual(second.split()[:4] + second.split()[5:], ["-", "0", "5", "0", "c"])
        rows = self.ok("--format", "json", "ls", "-l", self.root).json
        self.assertEqual([row["name"] for row in rows], ["a", "c"])
        self.assertEqual(rows[1]["stat"]["dataLength"], 5)

    def test_recursive(self):
        self.ok("touch", "-p", self.root + "/a/b/c", self.root + "/a-b", self.root + "/d")
        expected = [self.root + end for end in ("", "/a", "/a/b", "/a/b/c", "/a-b", "/d")]
        self.assertEqual(self.ok("ls", "-R", self.root).lines, expected)
        self.assertEqual(self.ok("--format", "json", "ls", "-R", self.root).json_lines, expected)

    def test_many_children(self):
        script = "".join(f'{{"path": "{self.root}/{i:05}", "data": ""}}\n' for i in range(5000))
        self.ok("load", "-", stdin=script)
        names = self.ok("ls", self.root).lines
        self.assertEqual(names, [f"{i:05}" for i in range(5000)])
        self.assertEqual(len(self.ok("ls", "-l", self.root).lines), 5000)
        self.assertEqual(len(self.ok("ls", "-R", self.root).lines), 5001)


class Pipes(ToolCase):
    def test_reader_that_closes_early(self):
        self.ok("set", self.root, "-", stdin=b"x" * 1_000_000)
        process = suite.start("get", self.root)
        self.assertEqual(process.stdout.read(1), b"x")
        process.stdout.close()
        self.assertEqual(process.stderr.read(), b"")
        self.assertEqual(process.wait(suite.PATIENCE), DONE)
        process.stderr.close()

    def test_full_device(self):
        self.ok("set", self.root, "text")
        with open("/dev/full", "wb") as full:
            process = suite.start("get", self.root, stdout=full)
            _, err = process.communicate(timeout=suite.PATIENCE)
        self.assertEqual(process.returncode, FAILED)
        self.assertIn(b"cannot write to standard output", err)

    def on_a_terminal(self, *arguments):
        master, slave = pty.openpty()
        process = suite.start(*arguments, stdout=slave)
        os.close(slave)
        shown = b""
        try:
            while block := os.read(master, 1 << 16):
                shown += block
        except OSError:
            pass  # Linux reports the end of the terminal so.
        os.close(master)
        process.communicate(timeout=suite.PATIENCE)
        self.assertEqual(process.returncode, DONE)
        return shown.replace(b"\r\n", b"\n")

    def test_terminals_get_no_control_characters(self):
        self.ok("set", self.root, "-", stdin="a\x1b[2Jü\nb".encode() + b"\xff")
        self.assertEqual(
            self.on_a_terminal("get", self.root), "a\\x1b[2Jü\nb\\xff\n".encode()
        )
        self.assertEqual(
            self.on_a_terminal("--format", "raw", "get", self.root),
            "a\x1b[2Jü\nb".encode() + b"\xff",
        )


class Watches(ToolCase):
    def test_one_event(self):
        for arguments in (("get", "-w"), ("stat", "-w"), ("exists", "-w")):
            process = suite.start(*arguments, self.root)
            self.ok("set", self.root, "first")
            # The watch is certain once the result has been written.
            first = process.stdout.readline() if arguments[0] != "get" else None
            while process.poll() is None:
                self.ok("set", self.root, "again")
            out, _ = process.communicate(timeout=suite.PATIENCE)
            self.assertEqual(process.returncode, DONE, first)
            self.assertTrue(out.endswith(f"CHANGED {self.root}\n".encode()), out)

    def test_children(self):
        process = suite.start("--format", "json", "ls", "-w", self.root)
        self.assertEqual(process.stdout.readline(), b"[]\n")
        self.ok("touch", self.root + "/a")
        out, _ = process.communicate(timeout=suite.PATIENCE)
        event = suite.json.loads(out)
        self.assertEqual((event["type"], event["path"]), ("CHILD", self.root))


class Connections(ToolCase):
    def test_no_server(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # nothing listens there
            servers = "127.0.0.1:%d" % unused.getsockname()[1]
            self.fails(
                NOT_CONNECTED, servers, "--connect-timeout", "300ms", "ls", servers=servers
            )

    def test_wrong_usage(self):
        wrong = (
            (),
            ("sing",),
            ("get",),
            ("get", "a", "b"),
            ("--format", "xml", "ls"),
            ("--timeout", "soon", "ls"),
            ("ls", "--sing"),
        )
        for arguments in wrong:
            result = self.check(USAGE, *arguments)
            self.assertNotEqual(result.err, b"")
            self.assertEqual(result.out, b"")
        self.fails(USAGE, "hosts: ", "ls", servers="zk1:x")

    def test_options_may_follow_the_command(self):
        self.assertEqual(self.ok("ls", self.root, "--format", "json").json, [])
        self.assertEqual(self.ok("acl", "get", self.root, "--format=json").json["version"], 0)

    def test_help(self):
        self.assertIn("Exit codes", self.ok("--help").text)
        self.assertIn("--version", self.ok("set", "--help").text)
        self.assertNotIn("rmr", self.ok("--help").text)

    def test_malformed_paths(self):
        for path in ("/a/../b", "/a\x01b", "/a/./b"):
            self.fails(USAGE, "not valid", "get", path)

    def test_chroot(self):
        self.ok("create", self.root + "/a", "inside")
        self.assertEqual(
            self.ok("get", "/a", servers=suite.address + self.root).text, "inside"
        )

    def in_environment(self, *arguments, **variables):
        process = subprocess.run(
            [suite.tool, *arguments],
            env=suite.environment(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=suite.PATIENCE,
        )
        return process.returncode, process.stdout, process.stderr

    def test_environment_and_configuration(self):
        self.ok("set", self.root, "x")
        servers = f"servers = {suite.address}\n"
        file = self.file("# a comment\n\n" + servers)
        done = (DONE, b"x", b"")
        get = ("get", self.root)
        self.assertEqual(self.in_environment(*get, KAZOO_HOSTS=suite.address), done)
        self.assertEqual(self.in_environment("--config", file, *get), done)
        self.assertEqual(self.in_environment(*get, KAZOO_CONFIG=file), done)
        # The command line precedes the environment, and that the file.
        wrong = self.file("servers = 127.0.0.1:1\nformat = json\n")
        variables = {"KAZOO_CONFIG": wrong, "KAZOO_HOSTS": suite.address, "KAZOO_FORMAT": "raw"}
        self.assertEqual(self.in_environment(*get, **variables), done)
        folder = self.directory()
        (folder / "kazoo").mkdir()
        (folder / "kazoo" / "config").write_text(servers)
        self.assertEqual(self.in_environment(*get, XDG_CONFIG_HOME=str(folder)), done)

    def test_malformed_configuration(self):
        for content in ("sing = loud\n", "servers\n", "tls = maybe\n"):
            code, _, err = self.in_environment("--config", self.file(content), "ls")
            self.assertEqual(code, USAGE)
            self.assertIn(b":1: ", err)
        code, _, err = self.in_environment("--config", "/nonexistent/f", "ls")
        self.assertEqual((code, b"/nonexistent/f" in err), (FAILED, True))

    def test_credentials(self):
        secret = self.root + "/secret"
        file = self.file("# users\ndigest:alice:pass:word\n")
        self.ok("--auth-file", file, "create", "--acl", "creator", secret, "x")
        self.fails(FAILED, "ACL does not permit", "get", secret)
        self.assertEqual(self.ok("--auth-file", file, "get", secret).text, "x")
        self.assertEqual(
            self.ok("get", secret, env={"KAZOO_AUTH": "digest:alice:pass:word"}).text, "x"
        )
        result = self.check(USAGE, "--auth-file", self.file("hunter2\n"), "ls")
        self.assertNotIn(b"hunter2", result.err)


if __name__ == "__main__":
    suite.main()
