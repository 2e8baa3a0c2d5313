#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Recipes of this library together with Apache Curator and go-zookeeper, on Apache ZooKeeper.

Part of `make interop`, which fetches both and builds the programs in curator/ and go/."""

import argparse
import sys

import layouts
import python_kazoo_interlock_test as interlock
import recipe_case
import served


class Locks(interlock.HoldersCase):
    def need(self, *clients):
        for client in clients:
            if client not in self.clients:
                self.skipTest(f"without {client}")

    def test_names_of_curator(self):
        self.need("curator")
        self.contend_for_lock(["ours-a", "ours-b", "curator-c", "curator-d"], "curator")

    def test_names_of_curator_with_go(self):
        self.need("curator", "go")
        self.contend_for_lock(["ours-a", "ours-b", "curator-c", "go-d", "go-e"], "curator")

    def test_names_of_go(self):
        self.need("go")
        self.contend_for_lock(["ours-a", "ours-b", "go-c", "go-d"], "go")

    def test_names_of_python_with_go(self):
        self.need("go")
        self.contend_for_lock(["ours-a", "ours-b", "python-c", "go-d", "go-e"], "all")

    def test_read_write_lock(self):
        self.need("curator")
        self.contend_for_read_write_lock(
            ["ours-read", "ours-write", "ours-write-2", "curator-read", "curator-write"], "curator"
        )


class DoubleBarriers(interlock.DoubleBarriers):
    names = ("ours-a", "ours-b", "curator-c", "curator-d")

    def setUp(self):
        if "curator" not in self.clients:
            self.skipTest("without curator")
        super().setUp()


class DoubleBarriersOfThree(DoubleBarriers):
    names = ("ours-a", "curator-b", "python-c")


class Layouts(layouts.Case):
    """The recipes of this library create the nodes that those of Curator create."""

    def setUp(self):
        if "curator" not in interlock.Interlock.clients:
            self.skipTest("without curator")
        super().setUp()
        command = [*interlock.Interlock.clients["curator"], self.hosts, "commands"]
        self.curator = recipe_case.Partner(self, command)

    def theirs(self, path, call):
        self.curator.write(call[0], path, *call[1:])
        return lambda: self.assertEqual(self.curator.line(), "done")

    def test_lock(self):
        self.compare("lock-curator fürst", "~lock-curator second")

    def test_read_write_lock(self):
        self.compare("read-curator a", "read-curator b", "~write-curator c", "~read-curator d")

    def test_write_lock(self):
        self.compare("write-curator a", "~write-curator b")

    def test_leader_latch(self):
        self.compare("latch-lead first", "~latch-start ä")

    def test_group_member(self):
        self.compare("member-join a 10.0.0.1:80", "member-join ä data")

    def test_barrier(self):
        self.compare("barrier-create")

    def test_shared_value(self):
        self.compare("value-set 15")

    def test_counter_of_four_bytes(self):
        self.compare("counter-int 70000", "counter-int -1")

    def test_counter_of_eight_bytes(self):
        self.compare("counter-long -3")


CASES = (Locks, DoubleBarriers, DoubleBarriersOfThree, Layouts)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True, help="interop_recipes")
    parser.add_argument("--curator", help="the class path of Curator and of the programs")
    parser.add_argument("--go", help="the program of go/")
    return parser.parse_args()


def main():
    arguments = parse()
    clients = interlock.Interlock.clients
    if arguments.curator:
        clients["curator"] = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m",
                              "-cp", arguments.curator, "Interop"]
    if arguments.go:
        clients["go"] = [arguments.go]
    with served.apache() as hosts:
        return recipe_case.run(hosts, arguments.program, *CASES)


if __name__ == "__main__":
    sys.exit(main())
