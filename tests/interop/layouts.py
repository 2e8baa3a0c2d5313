# SPDX-License-Identifier: Apache-2.0
"""Compares the nodes that two clients create for the same calls of recipes."""

import re
import time

import recipe_case

# What differs between any two runs.
RANDOM = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"[0-9a-f]{32}"), "<hex>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"), "<time>"),
)


def without_random_parts(text):
    for expression, replacement in RANDOM:
        text = expression.sub(replacement, text)
    return text


def nodes_below(zk, root):
    """Lists "<path> <kind> <data>" of all nodes, with the numbers of sequence nodes."""
    nodes, paths = [], [root]
    while paths:
        path = paths.pop()
        for name in zk.get_children(path):
            child = f"{path}/{name}"
            data, stat = zk.get(child)
            kind = "ephemeral" if stat.ephemeralOwner else "persistent"
            line = f"{child[len(root):]} {kind} {data.decode('latin-1')!r}"
            nodes.append(without_random_parts(line))
            paths.append(child)
    return sorted(nodes)


class Case(recipe_case.Case):
    """A call is "<recipe>-<what> <argument>...", without the path. One that begins with "~" waits
    for others."""

    def theirs(self, path, call):
        """Begins a call with the other client; returns a function that waits for its end."""
        raise NotImplementedError

    def compare(self, *calls):
        """Compares the nodes after the calls."""
        theirs = self.laid_out("theirs", self.theirs, calls)
        self.expect(theirs, calls)

    def expect(self, nodes, calls):
        """Compares the nodes after the calls of this library, which may still be deleting what it
        does not need any more."""
        ours = self.laid_out("ours", self.begin_ours, calls)
        end = time.monotonic() + recipe_case.LIMIT_S
        while ours != nodes and time.monotonic() < end:
            time.sleep(0.01)
            ours = nodes_below(self.zk, self.path + "-ours")
        self.assertEqual(ours, nodes)

    def begin_ours(self, path, call):
        partner = self.ours("commands")
        partner.write(call[0], path, *call[1:])
        return partner.line

    def laid_out(self, side, begin, calls):
        """Returns the nodes after the calls, which are made one after the other: the numbers of
        their nodes are part of the layout."""
        root = f"{self.path}-{side}"
        self.zk.ensure_path(root)
        for call in calls:
            before = len(nodes_below(self.zk, root))
            finish = begin(root + "/node", call.lstrip("~").split(" "))
            if call.startswith("~"):
                self.wait_until(lambda n=before: len(nodes_below(self.zk, root)) > n)
            else:
                finish()
        return nodes_below(self.zk, root)
