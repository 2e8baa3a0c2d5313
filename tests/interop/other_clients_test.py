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


class CuratorCase(layouts.Case):
    """Has a process of Curator that carries out commands."""

    def setUp(self):
        if "curator" not in interlock.Interlock.clients:
            self.skipTest("without curator")
        super().setUp()
        command = [*interlock.Interlock.clients["curator"], self.hosts, "commands"]
        self.curator = recipe_case.Partner(self, command)

    def theirs(self, path, call):
        self.curator.write(call[0], path, *call[1:])
        return lambda: self.assertEqual(self.curator.line(), "done")


class Layouts(CuratorCase):
    """The recipes of this library create the nodes that those of Curator create."""

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


class Services(CuratorCase):
    """Service discovery: the same nodes, and each finds what the other has registered."""

    TIME = "time=1700000000123"

    def test_nodes(self):
        self.compare(
            f"services-register web plain 10.0.0.1 {self.TIME}",
            f"services-register web ports host.example port=8080 ssl=8443 {self.TIME}",
            f"services-register web payload 10.0.0.1 port=1 payload=täxt/1 {self.TIME}",
            f"services-register db uri 10.0.0.1 uri={{scheme}}://{{address}}:{{port}}/x/{{name}}"
            f" port=80 {self.TIME}",
        )

    def test_nodes_of_other_types(self):
        self.compare(
            f"services-register web static 10.0.0.1 type=STATIC {self.TIME}",
            f"services-register web numbered- 10.0.0.1 type=DYNAMIC_SEQUENTIAL {self.TIME}",
        )

    def test_both_find_all_instances(self):
        ours = self.ours("commands")
        pattern = "{scheme}://{address}:{port}/{id}"
        for partner, name in ((ours, "a"), (self.curator, "b")):
            options = ("port=8080", "ssl=8443", f"payload=of-{name}", f"uri={pattern}")
            call = ("services-register", self.path, "web", name, "10.0.0.1", *options)
            self.assertEqual(partner.call(*call), "done")
        found = ours.call("services-list", self.path, "web")
        self.assertEqual(found.count(" | "), 1, found)
        self.assertIn(" payload=of-b ", found)
        self.assertIn(" uri=https://10.0.0.1:8080/b", found)
        self.assertEqual(self.curator.call("services-list", self.path, "web"), found)
        self.assertEqual(ours.call("services-unregister", self.path, "web", "a"), "done")
        left = found.split(" | ")[1]
        self.assertEqual(self.curator.call("services-list", self.path, "web"), left)
        self.assertEqual(ours.call("services-list", self.path, "web"), left)

    def test_an_instance_of_a_killed_process_vanishes(self):
        ours = self.ours("commands")
        ours.call("services-register", self.path, "web", "a", "10.0.0.1")
        self.assertIn("web a ", self.curator.call("services-list", self.path, "web"))
        ours.kill()
        self.wait_until(lambda: not self.curator.call("services-list", self.path, "web"))


CASES = (Locks, DoubleBarriers, DoubleBarriersOfThree, Layouts, Services)


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
