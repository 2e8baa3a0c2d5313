# SPDX-License-Identifier: Apache-2.0
"""Dump and load of 100,000 nodes: what they read and write, and the memory that they take."""

import json

import suite
from suite import DONE, ToolCase


class ManyNodes(ToolCase):
    """Dump and load take memory for a window of nodes, however many there are."""

    FAMILIES, CHILDREN = 1000, 99
    MORE_MEMORY = 6 << 20  # beside what the tool takes for a single node

    def write_tree(self, file, families):
        acls = (["world:anyone:cdra"], ["world:anyone:r", "ip:127.0.0.1:cdrwa"])
        with open(file, "w", encoding="utf-8") as out:
            out.write(json.dumps({"path": self.root + "/a", "data": "", "acl": acls[0]}) + "\n")
            for i in range(families):
                path = f"{self.root}/a/{i:04}"
                for j, end in enumerate(["", *(f"/{k:02}" for k in range(self.CHILDREN))]):
                    node = {"path": path + end, "data": "x" * (j % 50), "acl": acls[j % 2]}
                    out.write(json.dumps(node) + "\n")

    def test_memory(self):
        single = suite.start("watch", "-n", "1", self.root)
        single.stderr.readline()
        least = suite.peak_memory(single)
        self.ok("set", self.root, "x")
        single.communicate()
        # Sanitizers make the tool slow, and keep memory that was freed.
        is_instrumented = least > 30 << 20
        families = 20 if is_instrumented else self.FAMILIES
        file = str(self.directory() / "tree")
        self.write_tree(file, families)
        load = suite.start("load", file)
        (first,) = suite.peak_memory_until_end(load)
        load.communicate()
        dump = suite.start("dump", self.root + "/a")
        copy = suite.start(
            "load", "--from", self.root + "/a", "--to", self.root + "/b", "-", stdin=dump.stdout
        )
        dump.stdout.close()
        peaks = [first, *suite.peak_memory_until_end(dump, copy)]
        dump.stderr.close()
        counts = copy.communicate()[1].decode()
        nodes = families * (self.CHILDREN + 1) + 1
        self.assertEqual((load.returncode, dump.returncode, copy.returncode), (DONE,) * 3)
        self.assertIn(f"{nodes} nodes created", counts)
        if not is_instrumented:
            self.assertLess(max(peaks), least + self.MORE_MEMORY, (least, peaks))
        self.assertEqual(self.ok("diff", "--acls", self.root + "/a", self.root + "/b").out, b"")


if __name__ == "__main__":
    suite.main()
