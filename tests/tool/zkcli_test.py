# SPDX-License-Identifier: Apache-2.0
"""The commands that ZooKeeper's zkCli.sh has as well: both on one Apache ZooKeeper, each below a
node of its own, must have the same effects and write the same things."""

import json
import re
import shutil
import sys
import unittest

import suite
import java_command_line_test as java  # beside `served`, whose directory `suite` adds to the path
import served
from suite import DONE, FAILED, NO_NODE, ToolCase

THEIRS, OURS = "/theirs", "/ours"
# What differs between two nodes that were made alike.
VARIABLE = ("Zxid", "time")


def stat_of(text):
    """The lines "name = value" of a stat, without zxids and times."""
    found = re.findall(r"^(\w+) = (.*)$", text, re.MULTILINE)
    return {name: value for name, value in found if not name.endswith(VARIABLE)}


def listed(text):
    """The names in "[a, b]"."""
    inside = re.search(r"^\[(.*)\]$", text, re.MULTILINE).group(1)
    return sorted(inside.split(", ")) if inside else []


class BesideZkCli(ToolCase):
    zk = None

    @classmethod
    def setUpClass(cls):
        cls.zk = java.CommandLine(suite.address)

    @classmethod
    def tearDownClass(cls):
        cls.zk.close()

    def setUp(self):
        for root in (THEIRS, OURS):
            suite.run("rmr", root)
            self.ok("create", root, "root")

    def theirs(self, command):
        """Runs a command of zkCli, whose paths begin with {r}."""
        return self.zk.run(command.replace("{r}", THEIRS))

    def ours(self, *words, code=DONE, **options):
        result = self.check(code, *(word.replace("{r}", OURS) for word in words), **options)
        return result.out.decode() + result.err.decode()

    def both(self, command, code=DONE):
        """The same words for both; the tool has the names and flags of zkCli."""
        return self.theirs(command), self.ours(*command.split(), code=code)

    def same_trees(self):
        def tree(root):
            nodes = self.ok("dump", "--ephemerals", root).json_lines
            stats = self.ok("--format", "json", "find", root).json_lines
            for node, found in zip(nodes, stats):
                stat = found["stat"]
                node["path"] = node["path"][len(root) :]
                node["stat"] = [stat[name] for name in ("version", "cversion", "aversion")]
                node.pop("ephemeralOwner", None)
            return nodes

        self.assertEqual(tree(THEIRS), tree(OURS))

    def test_create(self):
        for flags in ("", "-s ", "-c "):
            theirs, ours = self.both(f"create {flags}{{r}}/n data")
            created = re.search(r"^Created (.*)$", theirs, re.MULTILINE).group(1)
            self.assertEqual(ours.strip()[len(OURS) :], created[len(THEIRS) :])
            if not flags:
                self.both("delete {r}/n")
        self.both("create -t 100000 {r}/ttl x")
        self.both("create {r}/acl x world:anyone:cdra")
        self.theirs('create {r}/blanks "two words"')
        self.ours("create", "{r}/blanks", "two words")
        self.same_trees()

    def test_failures(self):
        for command, code, text, said in (
            ("create {r} x", FAILED, "Node already exists", "already exists"),
            ("create {r}/a/b x", NO_NODE, "Node does not exist", "does not exist"),
            ("get {r}/none", NO_NODE, "Node does not exist", "does not exist"),
            ("set {r}/none x", NO_NODE, "Node does not exist", "does not exist"),
            ("set -v 7 {r} x", FAILED, "version No is not valid", "version does not match"),
            ("delete -v 7 {r}", FAILED, "version No is not valid", "version does not match"),
            ("stat {r}/none", NO_NODE, "Node does not exist", "does not exist"),
            ("ls {r}/none", NO_NODE, "Node does not exist", "does not exist"),
            ("deleteall {r}/none", NO_NODE, "Node does not exist", "does not exist"),
            ("getAcl {r}/none", NO_NODE, "Node does not exist", "does not exist"),
            ("reconfig -remove 1", FAILED, "econfig", "econfig"),
        ):
            theirs = self.theirs(command)
            ours = self.ours(*command.replace(" -remove", " --remove").split(), code=code)
            self.assertIn(text, theirs, command)
            self.assertIn(said, ours, command)
        self.both("create {r}/a x")
        theirs, ours = self.both("delete {r}", code=FAILED)
        self.assertIn("Node not empty", theirs)
        self.assertIn("has children", ours)
        self.both("create {r}/closed x ip:192.0.2.1:cdrwa")
        theirs, ours = self.both("get {r}/closed", code=FAILED)
        self.assertIn("Insufficient permission", theirs)
        self.assertIn("ACL does not permit", ours)
        self.same_names()

    def same_names(self):
        names = [self.ok("ls", root).lines for root in (THEIRS, OURS)]
        self.assertEqual(*names)

    def test_reads(self):
        for end in ("/a one", "/a/b two", "/c three"):
            self.both(f"create {{r}}{end}")
        theirs, ours = self.both("ls {r}")
        self.assertEqual(listed(theirs), ours.splitlines())
        theirs, ours = self.both("ls -R {r}")
        paths = [line for line in theirs.splitlines() if line.startswith(THEIRS)]
        self.assertEqual(
            sorted(path[len(THEIRS) :] for path in paths),
            sorted(path[len(OURS) :] for path in ours.splitlines()),
        )
        theirs, ours = self.both("get {r}/a")
        self.assertIn("one", theirs.splitlines())
        self.assertEqual(ours, "one")
        for command in ("ls -s {r}", "get -s {r}/a", "stat {r}", "set -s {r} new", "ls2 {r}"):
            if command.startswith("ls2"):  # zkCli has removed it in favour of ls -s
                theirs, ours = self.theirs("ls -s {r}"), self.ours("ls2", "{r}")
            else:
                theirs, ours = self.both(command)
            self.assertEqual(stat_of(theirs), stat_of(ours), command)
            self.assertEqual(len(stat_of(ours)), 6, command)
        theirs, ours = self.both("getAllChildrenNumber {r}")
        self.assertIn(ours.strip(), theirs.splitlines())
        theirs, ours = self.both("sync {r}")
        self.assertIn("Sync is OK", theirs)
        self.assertEqual(ours, "")
        theirs, ours = self.both("config")
        self.assertIn(ours.strip(), theirs)
        self.same_trees()

    def test_writes_and_deletes(self):
        for end in ("/a x", "/a/b x", "/a/b/c x", "/d x", "/e x"):
            self.both(f"create {{r}}{end}")
        self.both("set {r}/a new")
        self.both("set -v 1 {r}/a newer")
        self.both("delete -v 0 {r}/d")
        self.both("deleteall {r}/a/b")
        self.theirs("deleteall {r}/e")
        self.ours("rmr", "{r}/e")
        self.assertEqual(self.ok("ls", "-R", OURS).lines, [OURS, OURS + "/a"])
        self.same_trees()

    def acl_of(self, text):
        return [
            f"{scheme}:{identity}:{permissions}"
            for scheme, identity, permissions in re.findall(r"'(\w+),'(\S+)\s+: (\w+)", text)
        ]

    def test_acls(self):
        self.both("setAcl {r} world:anyone:cdra,ip:127.0.0.1:cdrwa")
        theirs, ours = self.both("getAcl {r}")
        self.assertEqual(self.acl_of(theirs), ours.splitlines())
        theirs, ours = self.both("getAcl -s {r}")
        self.assertEqual(stat_of(theirs), stat_of(ours))
        self.both("create {r}/a x")
        self.both("setAcl -R {r} world:anyone:cdrwa")
        self.assertIn("version No is not valid", self.theirs("setAcl -v 9 {r} world:anyone:r"))
        self.ours("setAcl", "-v", "9", "{r}", "world:anyone:r", code=FAILED)
        self.same_trees()

    def test_identities(self):
        self.theirs("addauth digest zkcli:secret")
        known = dict(re.findall(r"^(ip|digest): (.*)$", self.theirs("whoami"), re.MULTILINE))
        ours = self.ours("addauth", "digest", "-", stdin="zkcli:secret")
        self.assertEqual(sorted(ours.splitlines()), sorted(f"{k}:{v}" for k, v in known.items()))
        self.theirs("create {r}/mine x auth::cdrwa")
        self.assertIn("ACL does not permit", self.ours("get", THEIRS + "/mine", code=FAILED))
        self.ok("get", THEIRS + "/mine", env={"KAZOO_AUTH": "digest:zkcli:secret"})

    def test_ephemerals(self):
        self.theirs("create -e {r}/e x")
        theirs, ours = self.theirs("getEphemerals {r}"), self.ours("getEphemerals", THEIRS)
        self.assertEqual(listed(theirs), [line.split(" ", 1)[1] for line in ours.splitlines()])
        self.theirs("delete {r}/e")

    def test_quotas(self):
        self.both("create {r}/q 12345")
        self.theirs("setquota -n 5 {r}/q")
        self.ours("setquota", "-n", "5", "{r}/q")
        raw = [
            self.ok("get", f"/zookeeper/quota{root}/q/zookeeper_limits").text
            for root in (THEIRS, OURS)
        ]
        self.assertEqual(*[limits.partition("=;")[0] for limits in raw])
        self.assertIn("count=5", self.theirs("listquota {r}/q"))
        # Each reads what the other has set.
        self.assertIn("count=5", self.zk.run(f"listquota {OURS}/q"))
        self.assertIn("count limit 5", self.ours("listquota", THEIRS + "/q"))
        self.zk.run(f"delquota {OURS}/q")
        self.ok("delquota", THEIRS + "/q")
        for root in (THEIRS, OURS):
            self.check(NO_NODE, "quota", "get", root + "/q")

    def test_watches(self):
        process = suite.start("--format", "json", "addWatch", "-n", "3", OURS)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.assertIn(b"watching", process.stderr.readline())
        printed = self.theirs("addWatch {r}")
        seen = []
        for command in ("create {r}/w x", "set {r}/w y", "delete {r}/w"):
            printed += self.both(command)[0]
            seen.append(json.loads(process.stdout.readline())["type"])
        self.assertEqual(seen, ["CREATED", "CHANGED", "DELETED"])
        if f"type:NodeDeleted path:{THEIRS}/w" not in printed:
            printed += self.zk.until(f"type:NodeDeleted path:{THEIRS}/w")
        kinds = re.findall(rf"type:Node(\w+) path:{THEIRS}/w$", printed, re.MULTILINE)
        self.assertEqual(kinds, ["Created", "DataChanged", "Deleted"])
        self.theirs("removewatches {r} -a")


if __name__ == "__main__":
    if shutil.which("java") is None or not java.JAR.exists():
        served.skip("no java, or Debian's package zookeeper is not installed")
    suite.main(apache=True)
