# SPDX-License-Identifier: Apache-2.0
"""Commands for subtrees: tree, find, grep, du, count, cp, mv, mirror, diff, dump, load."""

import json
import pathlib

import suite
from suite import DONE, FAILED, NO_NODE, NOT_CONNECTED, USAGE, ToolCase


class TreeCase(ToolCase):
    """self.root has the children a (with b and c) and d."""

    def setUp(self):
        super().setUp()
        self.ok("create", "-p", self.root + "/a", "1")
        self.ok("create", self.root + "/a/b", "two")
        self.ok("create", self.root + "/a/c", "three words\nin lines")
        self.ok("create", self.root + "/d", "-", stdin=b"\xff\x00")

    def paths(self, root=None):
        root = root or self.root
        return [path[len(root) :] for path in self.ok("ls", "-R", root).lines]

    def data(self, path):
        return self.ok("get", path).out


class Views(TreeCase):
    def test_tree(self):
        expected = f"{self.root}\n├── a\n│   ├── b\n│   └── c\n└── d\n"
        self.assertEqual(self.ok("tree", self.root).text, expected)
        expected = f"{self.root}\n├── a\n└── d\n"
        self.assertEqual(self.ok("tree", "-L", "1", self.root).text, expected)
        self.assertEqual(self.ok("tree", "-L", "0", self.root).text, self.root + "\n")
        self.assertIn("└── d  (2 bytes, version 0)", self.ok("tree", "-s", self.root).text)
        nodes = self.ok("--format", "json", "tree", self.root).json_lines
        self.assertEqual([node["depth"] for node in nodes], [0, 1, 2, 2, 1])
        self.assertEqual(nodes[1]["stat"]["numChildren"], 2)
        self.fails(NO_NODE, "does not exist", "tree", self.root + "/x")

    def test_count(self):
        self.assertEqual(self.ok("count", self.root).text, "4\n")
        self.assertEqual(self.ok("getAllChildrenNumber", self.root).text, "4\n")
        self.assertEqual(self.ok("count", "--children", self.root).text, "2\n")
        self.assertEqual(
            self.ok("--format", "json", "count", self.root).json, {"path": self.root, "count": 4}
        )
        self.check(NO_NODE, "count", self.root + "/x")

    def test_du(self):
        rows = [line.split() for line in self.ok("du", self.root).lines]
        self.assertEqual(
            rows,
            [["24", "3", self.root + "/a"], ["2", "1", self.root + "/d"], ["26", "5", self.root]],
        )
        sums = self.ok("--format", "json", "du", "-L", "0", self.root).json_lines
        self.assertEqual(sums, [{"path": self.root, "bytes": 26, "nodes": 5}])

    def find(self, *conditions):
        return [path[len(self.root) :] for path in self.ok("find", self.root, *conditions).lines]

    def test_find(self):
        self.assertEqual(self.find(), ["", "/a", "/a/b", "/a/c", "/d"])
        self.assertEqual(self.find("--name", "[bc]"), ["/a/b", "/a/c"])
        self.assertEqual(self.find("--name", "B", "-i"), ["/a/b"])
        self.assertEqual(self.find("--regex", "/a/.$"), ["/a/b", "/a/c"])
        self.assertEqual(self.find("--data", "t(wo|hree)"), ["/a/b", "/a/c"])
        self.assertEqual(self.find("--min-bytes", "4"), ["/a/c"])
        self.assertEqual(self.find("--min-children", "2"), ["", "/a"])
        self.assertEqual(self.find("-L", "1", "--name", "*"), ["", "/a", "/d"])
        self.assertEqual(self.find("--ephemeral"), [])
        self.assertEqual(self.ok("find", self.root, "-0", "--name", "d").text, self.root + "/d\0")
        found = self.ok("--format", "json", "find", self.root, "--name", "d").json_lines
        self.assertEqual([node["path"] for node in found], [self.root + "/d"])
        self.fails(USAGE, "malformed", "find", self.root, "--regex", "(")
        self.fails(USAGE, "no session id", "find", self.root, "--owner", "me")

    def test_grep(self):
        result = self.ok("grep", "in|two", self.root)
        self.assertEqual(
            result.lines, [self.root + "/a/b:1:two", self.root + "/a/c:2:in lines"]
        )
        self.assertEqual(self.ok("grep", "-l", "e+ w", self.root).lines, [self.root + "/a/c"])
        self.assertEqual(self.ok("grep", "-i", "TWO", self.root).lines, [self.root + "/a/b:1:two"])
        self.check(FAILED, "grep", "-F", "in|two", self.root)
        self.ok("create", self.root + "/e", "-", stdin=b"\xff needle")
        binary = self.ok("grep", "needle", self.root)
        self.assertEqual(binary.lines, [self.root + "/e: binary data matches"])
        found = self.ok("--format", "json", "grep", "two", self.root).json_lines
        self.assertEqual(found, [{"path": self.root + "/a/b", "line": 1, "text": "two"}])
        self.fails(USAGE, "malformed", "grep", "[", self.root)

    def test_long_lines_do_not_end_the_process(self):
        self.ok("set", self.root, "-", stdin=b"x" * 900_000)
        self.ok("grep", "-l", "(x|y)*z?$", self.root)

    def test_nodes_that_may_not_be_read(self):
        self.ok("create", "--acl", "world:anyone:cda", self.root + "/secret")
        result = self.check(FAILED, "ls", "-R", self.root)
        self.assertIn("ACL does not permit", result.err.decode())
        self.assertIn(self.root + "/d", result.lines)


class Copies(TreeCase):
    def test_cp(self):
        copy = self.root + "/copy"
        self.ok("cp", self.root + "/a/c", copy)
        self.assertEqual(self.data(copy), b"three words\nin lines")
        self.fails(FAILED, "already exists", "cp", self.root + "/d", copy)
        self.ok("cp", "--on-conflict", "skip", self.root + "/d", copy)
        self.assertEqual(self.data(copy), b"three words\nin lines")
        self.ok("cp", "--on-conflict", "overwrite", self.root + "/d", copy)
        self.assertEqual(self.data(copy), b"\xff\x00")
        self.check(NO_NODE, "cp", self.root + "/d", self.root + "/x/y")
        self.ok("cp", "-p", self.root + "/d", self.root + "/x/y")
        self.check(NO_NODE, "cp", self.root + "/none", self.root + "/y")

    def test_cp_recursive(self):
        result = self.ok("cp", "-r", self.root + "/a", self.root + "/e")
        self.assertIn("3 nodes created", result.err.decode())
        self.assertEqual(self.paths(self.root + "/e"), ["", "/b", "/c"])
        self.assertEqual(self.data(self.root + "/e/b"), b"two")
        self.fails(USAGE, "into itself", "cp", "-r", self.root, self.root + "/f")

    def test_cp_keeps_acls(self):
        acl = "ip:127.0.0.1:cdrwa"
        self.ok("acl", "set", self.root + "/d", acl)
        self.ok("cp", self.root + "/d", self.root + "/e")
        self.assertEqual(self.ok("acl", "get", self.root + "/e").text, acl + "\n")
        self.ok("cp", "--no-acls", self.root + "/d", self.root + "/f")
        self.assertEqual(self.ok("acl", "get", self.root + "/f").text, "world:anyone:cdrwa\n")

    def test_other_servers(self):
        with suite.served(suite.tool) as other:
            there = f"zk://{other}/copy"
            self.ok("cp", "-r", self.root, there)
            self.assertEqual(self.ok("get", "/copy/a/b", servers=other).out, b"two")
            self.ok("diff", self.root, there)
            self.ok("mirror", "-y", there + "/a", self.root + "/m")
            self.assertEqual(self.paths(self.root + "/m"), ["", "/b", "/c"])
            dumped = self.ok("dump", there).json_lines
            self.assertEqual(dumped[0]["path"], "/copy")
        self.check(NOT_CONNECTED, "--connect-timeout", "3s", "diff", self.root, there)
        self.fails(USAGE, "must have the form", "cp", self.root, "zk://host")

    def test_mv(self):
        self.ok("mv", self.root + "/a", self.root + "/e")
        self.assertEqual(self.paths(), ["", "/d", "/e", "/e/b", "/e/c"])
        self.assertEqual(self.data(self.root + "/e/c"), b"three words\nin lines")
        self.fails(FAILED, "already exists", "mv", self.root + "/d", self.root + "/e")
        self.assertEqual(self.paths(), ["", "/d", "/e", "/e/b", "/e/c"])
        self.fails(USAGE, "into itself", "mv", self.root + "/e", self.root + "/e/f")
        self.check(NO_NODE, "mv", self.root + "/none", self.root + "/f")

    def test_diff_and_mirror(self):
        copy = self.root + "-copy"
        self.ok("cp", "-r", self.root, copy)
        self.assertEqual(self.ok("diff", self.root, copy).out, b"")
        self.ok("set", copy + "/a/b", "changed")
        self.ok("rm", copy + "/d")
        self.ok("touch", "-p", copy + "/new/below")
        expected = ["+- /a/b", "-- /d", "++ /new", "++ /new/below"]
        self.assertEqual(self.check(FAILED, "diff", self.root, copy).lines, expected)
        found = self.check(FAILED, "--format", "json", "diff", self.root, copy).json_lines
        self.assertEqual(found[0], {"path": "/a/b", "difference": "changed"})
        self.assertEqual(self.ok("mirror", "-n", self.root, copy).lines, expected)
        self.check(FAILED, "diff", self.root, copy)
        self.ok("mirror", "--keep", self.root, copy)
        self.assertEqual(
            self.check(FAILED, "diff", self.root, copy).lines, ["++ /new", "++ /new/below"]
        )
        self.ok("mirror", self.root, copy)
        self.ok("diff", "--acls", self.root, copy)
        self.fails(USAGE, "contains the other", "mirror", self.root, self.root + "/x")


    def test_mirror_writes_what_differs(self):
        """Nothing else gets a new version, or needs a permission that the mirror may not have."""
        copy = self.root + "-copy"
        self.ok("cp", "-r", self.root, copy)
        self.ok("set", self.root + "/a", "changed")
        self.ok("acl", "set", copy + "/d", "world:anyone:ra")
        self.assertIn(
            "0 nodes created, 2 overwritten", self.ok("mirror", self.root, copy).err.decode()
        )
        self.ok("diff", "--acls", self.root, copy)
        for end, version, acl_version in (("/a", 1, 0), ("/d", 0, 2), ("/a/b", 0, 0)):
            stat = self.ok("--format", "json", "stat", copy + end).json
            self.assertEqual((stat["version"], stat["aversion"]), (version, acl_version), end)


class Dumps(TreeCase):
    def test_dump(self):
        nodes = self.ok("dump", self.root).json_lines
        self.assertEqual(
            [node["path"] for node in nodes],
            [self.root + end for end in ("", "/a", "/a/b", "/a/c", "/d")],
        )
        self.assertEqual(nodes[3]["data"], "three words\nin lines")
        self.assertEqual((nodes[4]["data"], nodes[4]["encoding"]), ("/wA=", "base64"))
        self.assertEqual(nodes[0]["acl"], ["world:anyone:cdrwa"])
        self.assertNotIn("acl", self.ok("dump", "--no-acls", self.root).json_lines[0])

    def test_load(self):
        self.ok("acl", "set", self.root + "/d", "world:anyone:cdrw")
        dumped = self.ok("dump", self.root).out
        self.ok("load", "--from", self.root, "--to", self.root + "-new", "-", stdin=dumped)
        self.ok("diff", "--acls", self.root, self.root + "-new")
        self.ok("rm", "-r", self.root + "/a")
        self.fails(FAILED, "already exists", "load", "-", stdin=dumped)
        self.ok("rm", "-rf", self.root + "/a")  # requests behind the failed one were on their way
        result = self.ok("load", "--on-conflict", "skip", "-", stdin=dumped)
        self.assertIn("3 nodes created, 0 overwritten, 2 skipped", result.err.decode())
        self.ok("set", self.root + "/d", "other")
        self.ok("load", "--on-conflict", "overwrite", "--no-acls", "-", stdin=dumped)
        self.assertEqual(self.data(self.root + "/d"), b"\xff\x00")

    def test_load_malformed(self):
        for content in (
            "{", "[]", "{}", '{"path": 1}', '{"path": "/x", "data": 1}',
            '{"path": "/x", "data": "a", "encoding": "base64"}',
            '{"path": "/x", "acl": [1]}', '{"path": "/x", "ttl": "soon"}',
        ):
            result = self.check(FAILED, "load", "-", stdin="\n" + content + "\n")
            self.assertIn("-:2: ", result.err.decode(), content)
        self.fails(FAILED, "is not below /x", "load", "--from", "/x", "-", stdin='{"path": "/y"}')
        self.fails(FAILED, "cannot read", "load", "/nonexistent/f")

    def test_load_kinds(self):
        lines = [
            {"path": self.root + "/null", "data": None},
            {"path": self.root + "/ttl", "data": "x", "ttl": 3_600_000},
            {"path": self.root + "/container", "data": "", "container": True},
            {"path": self.root + "/e", "data": "", "ephemeralOwner": 5},
        ]
        script = "\n".join(json.dumps(line) for line in lines)
        self.ok("load", "-", stdin=script)
        names = self.ok("ls", self.root).lines
        self.assertEqual(names, ["a", "container", "d", "null", "ttl"])
        self.assertIsNone(self.ok("--format", "json", "get", self.root + "/null").json["data"])
        self.ok("load", "--on-conflict", "skip", "--ephemerals", "persist", "-", stdin=script)
        self.assertIn("ephemeralOwner = 0x0", self.ok("stat", self.root + "/e").lines)

    def test_ephemerals_by_choice(self):
        process = suite.start("create", "-e", "--hold", self.root + "/e")
        self.addCleanup(process.communicate)
        self.addCleanup(process.terminate)
        process.stdout.readline()
        self.assertNotIn(self.root + "/e", self.ok("dump", self.root).text)
        last = self.ok("dump", "--ephemerals", self.root).json_lines[-1]
        self.assertEqual(last["path"], self.root + "/e")
        self.assertNotEqual(last["ephemeralOwner"], 0)
        owner = hex(last["ephemeralOwner"] % (1 << 64))
        self.assertEqual(
            self.ok("find", self.root, "--owner", owner).lines, [self.root + "/e"]
        )
        self.assertEqual(self.ok("ephemerals", self.root).text, f"{owner} {self.root}/e\n")

    def test_resume(self):
        file = str(self.directory() / "dump")
        self.ok("dump", self.root, "-o", file)
        whole = pathlib.Path(file).read_bytes()
        ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("\n")]
        for cut in (0, 5, *ends, ends[1] + 7):
            pathlib.Path(file).write_bytes(whole[:cut])
            self.ok("dump", self.root, "-o", file, "--resume")
            self.assertEqual(pathlib.Path(file).read_bytes(), whole, cut)
        rest = self.ok("dump", "--after", self.root + "/a/b", self.root).json_lines
        self.assertEqual([n["path"][len(self.root) :] for n in rest], ["/a/c", "/d"])
        self.fails(USAGE, "--resume needs", "dump", self.root, "--resume")

    def test_many_nodes_that_vanish(self):
        def line(path):
            return json.dumps({"path": self.root + path, "data": path})

        script = "\n".join(
            text
            for i in range(300)
            for text in (line(f"/{i:03}"), *(line(f"/{i:03}/{j}") for j in range(10)))
        )
        self.ok("load", "-", stdin=script)
        self.assertEqual(self.ok("count", self.root).text, "3304\n")
        self.assertEqual(len(self.ok("dump", self.root).lines), 3305)
        # The tree is deleted while it is being walked through: whatever is seen, no error.
        walk = suite.start("dump", self.root)
        self.ok("rm", "-r", self.root + "/000", "-f")
        remove = suite.start("rm", "-r", self.root)
        out, err = walk.communicate(timeout=suite.PATIENCE)
        remove.communicate(timeout=suite.PATIENCE)
        self.assertEqual(remove.returncode, DONE)
        self.assertIn(walk.returncode, (DONE, NO_NODE), err)
        for text in out.splitlines():
            json.loads(text)
        self.ok("touch", self.root)

    def test_reader_that_closes_early(self):
        script = "\n".join(
            json.dumps({"path": f"{self.root}/{i:04}", "data": "x" * 100}) for i in range(2000)
        )
        self.ok("load", "-", stdin=script)
        process = suite.start("dump", self.root)
        process.stdout.readline()
        process.stdout.close()
        self.assertEqual(process.stderr.read(), b"")
        self.assertEqual(process.wait(suite.PATIENCE), DONE)
        process.stderr.close()


if __name__ == "__main__":
    suite.main()
