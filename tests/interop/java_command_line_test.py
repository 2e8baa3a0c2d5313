#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ZooKeeper's own command line (Debian's `zookeeper`, in Java) against the embedded server."""

import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
import unittest

import served

JAR = pathlib.Path("/usr/share/java/zookeeper.jar")
# Clients need these for TLS only. Each has a second name with its version.
NETTY = [jar for jar in sorted(JAR.parent.glob("netty-*.jar")) if not re.search(r"-\d", jar.name)]
CLASS_PATH = os.environ.get(
    "KAZOO_ZOOKEEPER_CLASSPATH",
    ":".join(map(str, [JAR, JAR.parent / "slf4j-simple.jar", *NETTY])),
)
JAVA = [
    "java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
    "-Dzookeeper.jmx.log4j.disable=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
]
MAIN = ["-cp", CLASS_PATH, "org.apache.zookeeper.ZooKeeperMain"]
LIMIT_S = 40


class CommandLine:
    """A running command line: takes commands and prints lines."""

    def __init__(self, hosts, options=()):
        self.process = subprocess.Popen(
            [*JAVA, *options, *MAIN, "-timeout", "10000", "-server", hosts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=served.die_with_parent,
        )
        self.lines = queue.Queue()
        self.marks = 0
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def until(self, wanted):
        """Returns the output up to the first line that contains a text."""
        seen, deadline = [], time.monotonic() + LIMIT_S
        while True:
            try:
                line = self.lines.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"no {wanted!r} in {seen}")
            seen.append(line)
            if wanted in line:
                return "\n".join(seen)

    def run(self, command):
        """Returns the output of a command; the error of a second command marks its end."""
        self.marks += 1
        mark = f"/no-such-node-{self.marks}"
        self.process.stdin.write(f"{command}\nstat {mark}\n")
        self.process.stdin.flush()
        return self.until(f"Node does not exist: {mark}")

    def close(self):
        self.process.stdin.write("quit\n")
        self.process.stdin.close()
        self.process.wait(LIMIT_S)
        self.reader.join(LIMIT_S)
        self.process.stdout.close()


class Commands(unittest.TestCase):
    """The tests run in the order of their names, on one tree."""

    hosts = None

    @classmethod
    def setUpClass(cls):
        cls.zk = CommandLine(cls.hosts)
        cls.other = CommandLine(cls.hosts)

    @classmethod
    def tearDownClass(cls):
        cls.zk.close()
        cls.other.close()

    def says(self, command, *texts):
        printed = self.zk.run(command)
        for text in texts:
            self.assertIn(text, printed, command)

    def test_1_nodes(self):
        self.says("create /node one", "Created /node")
        self.says("create /node one", "Node already exists: /node")
        self.says("get -s /node", "one", "dataVersion = 0", "dataLength = 3")
        self.zk.run("set -v 0 /node three")
        self.says("set -v 0 /node four", "version No is not valid")
        self.says("create -s /node/s- x", "Created /node/s-0000000000")
        self.says("create -c /node/container", "Created /node/container")
        self.says("create -t 100000 /node/ttl x", "Created /node/ttl")
        self.says("ls /node", "[container, s-0000000000, ttl]")
        self.says("ls -R /node", "/node/s-0000000000")
        self.says("getAllChildrenNumber /node", "3")
        self.says("stat /node", "numChildren = 3", "cversion = 3")
        self.says("delete /node", "Node not empty: /node")
        self.says("sync /node", "Sync is OK")
        self.zk.run("deleteall /node")
        self.says("get /node", "Node does not exist: /node")
        self.says("create / x", "Node already exists: /")

    def test_2_acls(self):
        self.zk.run("addauth digest me:secret")
        self.says("create /mine x auth:me:secret:cdrwa", "Created /mine")
        self.says("getAcl /mine", "'digest,'me:", "cdrwa")
        self.says("whoami", "digest: me", "ip: 127.0.0.1")
        self.assertIn("Insufficient permission", self.other.run("get /mine"))
        self.zk.run("setAcl /mine world:anyone:r")
        self.assertIn("x", self.other.run("get /mine"))

    def test_3_watches(self):
        self.zk.run("create /watched x")
        self.says("get -w /watched", "x")
        self.other.run("set /watched y")
        self.zk.until("type:NodeDataChanged path:/watched")
        self.zk.run("addWatch -m PERSISTENT_RECURSIVE /watched")
        self.other.run("create /watched/child x")
        self.zk.until("type:NodeCreated path:/watched/child")
        self.other.run("deleteall /watched")
        self.zk.until("type:NodeDeleted path:/watched")
        self.zk.run("removewatches /watched -a")

    def test_4_ephemerals_vanish(self):
        owner = CommandLine(self.hosts)
        self.assertIn("Created /ephemeral", owner.run("create -e /ephemeral x"))
        self.assertIn("/ephemeral", owner.run("getEphemerals"))
        self.assertIn("Ephemerals cannot have children", owner.run("create /ephemeral/child x"))
        self.says("stat -w /ephemeral", "ephemeralOwner = 0x")
        owner.close()
        self.zk.until("type:NodeDeleted path:/ephemeral")

    def test_5_what_the_server_has_not(self):
        self.zk.run("config")
        self.says("reconfig -remove 1", "Reconfig is disabled")
        self.says("version", "ZooKeeper CLI version")

    def test_6_quotas(self):
        self.zk.run("create /limited x")
        self.zk.run("setquota -n 5 /limited")
        self.says("listquota /limited", "count=5")
        self.zk.run("delquota /limited")


def main():
    arguments = served.parse(__doc__)
    if shutil.which("java") is None or not JAR.exists():
        served.skip("no java, or Debian's package zookeeper is not installed")
    with served.served(arguments.tool) as hosts:
        Commands.hosts = hosts
        return served.run_cases(Commands)


if __name__ == "__main__":
    sys.exit(main())
