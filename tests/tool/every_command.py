# SPDX-License-Identifier: Apache-2.0
"""A table of all commands of the tool, for every_command_test.py.

Each row is run on subtrees of its own. The node {p}, whose name has blanks, quotes, a backslash and
letters beyond ASCII, has the data "root" and the children "a", with the data "one", and "b ü",
with binary data. {q} does not exist. A command without "{p}" in its arguments is not about a node.
"""

import base64
import json
import re
import shlex

from hooked import DELETE, MULTI, SET, SET_ACL
from suite import DONE, FAILED, NO_NODE, NOT_CONNECTED

BINARY = bytes(range(256)) * 4
ENCODED = base64.b64encode(BINARY).decode()
ONE_REQUEST = "the command sends one request, or does not depend on the node"
# The command asks `exists`, for which the ACL needs to permit reading in newer releases only.
EXISTS = "as exists"
ELSEWHERE = {
    # Commands which other tests cover, and which.
    "serve": "tests/embedded",
    "shell": "tests/tool/shell_test.py",
    "top": "tests/tool/top_test.py",
    "ui": "tests/tool/ui_test.py",
}


class Match:
    """A regular expression for a whole output; in {p}, nothing has a special meaning."""

    def __init__(self, expression):
        self.expression = expression

    def agrees(self, out, path):
        expression = self.expression.replace("{p}", re.escape(path)).replace("{q}", path + "-q")
        return re.fullmatch(expression, out.decode(), re.DOTALL) is not None


class Vanish:
    """Before the first request for {p}/a (of a kind, if it is given) reaches the server, that node
    is deleted. `words`: the command; `code` and `text`: what it must do then."""

    def __init__(self, *words, operation=None, code=DONE, text=None, victim="/a", before=()):
        self.words, self.operation, self.code, self.text = words, operation, code, text
        self.victim, self.before = victim, before


class Row:
    """text: the output, as a text with {p}, bytes or a Match. values: a list of the JSON values, or
    a function of it and the path. before: commands that are run first. after: (a command, its
    output). denied: the exit code without permission, None if none is needed, or EXISTS. offline:
    that without a server, None if none is needed. vanish: a Vanish, or why there is none. wide: a
    command for the node {w} with many children, and a function of their number: that of the lines
    it writes."""

    def __init__(
        self, name, *arguments, text="", values=(), stdin=b"", code=DONE, before=(), after=(),
        denied=FAILED, offline=NOT_CONNECTED, vanish=ONE_REQUEST, wide=(), env=None, during=(),
        json_arguments=None,
    ):
        self.name, self.arguments, self.text, self.values = name, arguments, text, values
        self.stdin, self.code, self.before, self.after = stdin, code, before, after
        self.denied, self.offline, self.vanish, self.wide = denied, offline, vanish, wide
        self.env, self.during = env or {}, during
        self.json_arguments = json_arguments or arguments

    def words(self, path, arguments=None):
        return self.name.split() + filled(arguments or self.arguments, path)

    def input(self, path):
        return self.stdin(path) if callable(self.stdin) else self.stdin


def filled(words, path):
    return [word.replace("{p}", path).replace("{q}", path + "-q") for word in words]


def lines(*texts):
    return "".join(text + "\n" for text in texts)


def operations(path):
    """For txn."""
    return f"create {shlex.quote(path + '/n')} x\nset {shlex.quote(path)} y\n".encode()


def node_lines(path):
    """For load."""
    nodes = [{"path": path + "/n", "data": ENCODED, "encoding": "base64"}]
    return b"".join(json.dumps(node).encode() + b"\n" for node in nodes)


def paths(*ends):
    """The JSON values are objects with these paths."""
    return lambda values, path: [value["path"] for value in values] == [path + e for e in ends]


WITHOUT_A = lines("{p}", "{p}/b ü")
STAT = r"cZxid = 0x[0-9a-f]+\n(\w+ = [^\n]*\n){9}numChildren = 2\n"
OPEN = "world:anyone:cdrwa\n"
EVENT = [["set", "{p}", "new"]]
HELD = ("--", "printf", "%s", "held")

ROWS = [
    Row("ls", "{p}", text=lines("a", "b ü"), values=[["a", "b ü"]],
        vanish=Vanish("ls", "-l", "{p}", text=Match("[^\n]* b ü\n")),
        wide=(("ls", "{w}"), lambda n: n)),
    Row("ls2", "{p}", text=Match("a\nb ü\n" + STAT),
        values=lambda values, _: values[0]["children"] == ["a", "b ü"],
        vanish=Vanish("ls", "-R", "{p}", text=WITHOUT_A), wide=(("ls2", "{w}"), lambda n: n + 11)),
    Row("get", "{p}/b ü", text=BINARY,
        values=lambda values, _: values[0]["data"] == ENCODED),
    Row("set", "{p}", "-", stdin=BINARY, after=(["get", "{p}"], BINARY),
        values=lambda values, _: values[0]["stat"]["dataLength"] == len(BINARY)),
    Row("create", "{p}/n 'ü\"", "-", stdin=BINARY, text="{p}/n 'ü\"\n",
        values=[{"path": "{p}/n 'ü\""}], after=(["get", "{p}/n 'ü\""], BINARY)),
    Row("rm", "{p}/a", "{p}/b ü", after=(["ls", "{p}"], b""),
        vanish=Vanish("rm", "-r", "{p}"), wide=(("rm", "-r", "-n", "{w}"), lambda n: n + 1)),
    Row("delete", "{p}/a", after=(["ls", "{p}"], "b ü\n")),
    Row("rmr", "{p}", after=(["exists", "{p}"], "false\n"), vanish=Vanish("rmr", "{p}")),
    Row("deleteall", "{p}", after=(["exists", "{p}"], "false\n"),
        vanish=Vanish("deleteall", "{p}")),
    Row("stat", "{p}", text=Match(STAT), denied=EXISTS,
        values=lambda values, _: values[0]["numChildren"] == 2),
    Row("exists", "{p}", text="true\n", values=[True], denied=EXISTS),
    Row("touch", "{p}/a", "{p}/n", after=(["get", "{p}/a"], b"one"),
        vanish=Vanish("touch", "{p}/a", operation=SET)),
    Row("edit", "{p}", env={"EDITOR": "printf 'ed\\377' >", "VISUAL": ""},
        after=(["get", "{p}"], b"ed\xff"),
        vanish=Vanish("edit", "{p}/a", operation=SET, code=NO_NODE)),
    Row("txn", stdin=operations, text=lines("create {p}/n", "set_data {p} version 1"),
        values=lambda values, path: values[0]["path"] == path + "/n"),
    Row("watch", "-n", "1", "{p}", during=EVENT, text="CHANGED {p}\n", denied=None,
        values=lambda values, path: (values[0]["type"], values[0]["path"]) == ("CHANGED", path),
        vanish="tests/tool/administration_test.py"),
    Row("addWatch", "{p}", "-n", "1", during=EVENT, text="CHANGED {p}\n", denied=None,
        values=lambda values, path: (values[0]["type"], values[0]["path"]) == ("CHANGED", path)),
    Row("ephemerals", "{p}", vanish=Vanish("ephemerals", "{p}"),
        wide=(("ephemerals", "{w}"), lambda _: 0)),
    Row("getEphemerals", "{p}"),
    Row("tree", "{p}", text=lines("{p}", "├── a", "└── b ü"), values=paths("", "/a", "/b ü"),
        vanish=Vanish("tree", "{p}", text=lines("{p}", "└── b ü")),
        wide=(("tree", "{w}"), lambda n: n + 1)),
    Row("find", "{p}", "--name", "b*", text="{p}/b ü\n", values=paths("/b ü"),
        vanish=Vanish("find", "{p}", text=WITHOUT_A),
        wide=(("find", "--name", "*99", "{w}"), lambda n: n // 100)),
    Row("grep", "one", "{p}", text="{p}/a:1:one\n", values=paths("/a"),
        vanish=Vanish("grep", "root|one", "{p}", text="{p}:1:root\n"),
        wide=(("grep", "-l", "99$", "{w}"), lambda n: n // 100)),
    Row("count", "{p}", text="2\n", values=[{"path": "{p}", "count": 2}],
        wide=(("count", "{w}"), lambda _: 1)),
    Row("getAllChildrenNumber", "{p}", text="2\n", values=[{"path": "{p}", "count": 2}],
        wide=(("count", "--children", "{w}"), lambda _: 1)),
    Row("du", "{p}", text=Match(r"\s*3\s+1\s+{p}/a\n\s*1024\s+1\s+{p}/b ü\n\s*1031\s+3\s+{p}\n"),
        values=paths("/a", "/b ü", ""), vanish=Vanish("du", "{p}", text=Match(".*1028 +2 +{p}\n")),
        wide=(("du", "-L", "0", "{w}"), lambda _: 1)),
    Row("cp", "-r", "{p}", "{q}", after=(["diff", "{p}", "{q}"], b""),
        vanish=Vanish("cp", "-r", "{p}", "{q}")),
    Row("mv", "{p}", "{q}", after=(["ls", "{q}"], lines("a", "b ü")),
        vanish=Vanish("mv", "{p}", "{q}", operation=MULTI, code=NO_NODE)),
    Row("mirror", "{p}", "{q}", after=(["diff", "{p}", "{q}"], b""),
        vanish=Vanish("mirror", "{p}/b ü", "{p}-m", before=[["cp", "-r", "{p}", "{p}-m"]],
                      victim="-m/a")),
    Row("diff", "{p}", "{p}/a", text=lines("+- /", "-- /a", "-- /b ü"), code=FAILED,
        values=lambda values, _: [value["path"] for value in values] == ["/", "/a", "/b ü"],
        vanish=Vanish("diff", "{p}", "{p}/b ü", code=FAILED, text=lines("+- /", "-- /b ü")),
        wide=(("diff", "{w}", "{w}"), lambda _: 0)),
    Row("dump", "{p}", text=Match('{"path":.*}\n'), values=paths("", "/a", "/b ü"),
        vanish=Vanish("dump", "{p}", text=Match('{[^\n]*root[^\n]*\n{[^\n]*base64[^\n]*\n')),
        wide=(("dump", "--no-acls", "{w}"), lambda n: n + 1)),
    Row("load", "-", stdin=node_lines, after=(["get", "{p}/n"], BINARY)),
    Row("lock", "{p}", *HELD, text="held", json_arguments=("--list", "{p}"),
        vanish="tests/tool/coordination_test.py"),
    Row("elect", "{p}", *HELD, text="held", json_arguments=("--list", "{p}"),
        vanish="tests/tool/coordination_test.py"),
    # Every child of its node counts as a lease.
    Row("semaphore", "-n", "2", "{p}/n", *HELD, text="held", json_arguments=("--list", "{p}/a"),
        vanish="tests/tool/coordination_test.py"),
    Row("lease", "{p}", "1h", text=Match(r"\d+ \S+Z\n"),
        values=lambda values, _: values[0]["token"] > 0,
        vanish="tests/tool/coordination_test.py"),
    Row("barrier create", "{p}/gate"),
    Row("barrier remove", "{p}/a"),
    Row("barrier wait", "{p}/gate", denied=None),
    Row("barrier enter", "-n", "1", "{p}/n", "--", "printf", "in", text="in", values=None,
        vanish="tests/tool/coordination_test.py"),
    Row("queue put", "{p}/q", "-", stdin=BINARY, text=Match(r"entry-100-\d{10}\n"),
        values=lambda values, _: values[0]["entry"].startswith("entry-100-"),
        after=(["queue", "get", "{p}/q"], BINARY)),
    Row("queue get", "{p}/b ü", before=[["queue", "put", "{p}/b ü", "x\"ü"]], text="x\"ü",
        values=[{"data": "x\"ü"}], vanish=Vanish(
            "queue", "get", "--try", "{p}/b ü", before=[["queue", "put", "{p}/b ü", "x"]],
            operation=DELETE, victim="/b ü/entry-100-0000000000", code=FAILED)),
    Row("queue size", "{p}/b ü", before=[["queue", "put", "{p}/b ü", "x"]], denied=EXISTS,
        text="1\n",
        values=lambda values, _: "1" in json.dumps(values)),
    Row("acl get", "{p}", text=OPEN, values=lambda v, path: v[0]["path"] == path),
    Row("getAcl", "{p}", text=OPEN, values=lambda v, path: v[0]["path"] == path),
    Row("acl set", "{p}", "world:anyone:cdra", after=(["acl", "get", "{p}"], "world:anyone:cdra\n"),
        vanish=Vanish("acl", "set", "-R", "{p}", "open", operation=SET_ACL)),
    Row("setAcl", "{p}", "open"),
    Row("acl add", "{p}", "ip:10.0.0.1:r", after=(["acl", "get", "{p}"], OPEN + "ip:10.0.0.1:r\n"),
        vanish=Vanish("acl", "add", "-R", "{p}", "ip:10.0.0.1:r", operation=SET_ACL)),
    Row("acl rm", "{p}", "ip:10.0.0.1", after=(["acl", "get", "{p}"], OPEN),
        before=[["acl", "add", "{p}", "ip:10.0.0.1:r"]],
        vanish=Vanish("acl", "rm", "{p}/a", "world:anyone", operation=SET_ACL, code=NO_NODE,
                      before=[["acl", "add", "{p}/a", "ip:127.0.0.1:cdrwa"]])),
    Row("auth", "digest", "-", stdin="ü:secret".encode(), denied=None,
        text=Match("(ip:[^\n]*\ndigest:ü\n|digest:ü\nip:[^\n]*\n)"),
        values=lambda values, _: {"scheme": "digest", "id": "ü"} in values[0]),
    Row("addauth", "digest", "-", stdin=b"me:secret", denied=None,
        text=Match(".*digest:me\n.*"),
        values=lambda values, _: {"scheme": "digest", "id": "me"} in values[0]),
    Row("whoami", text="ip:127.0.0.1\n", values=[[{"scheme": "ip", "id": "127.0.0.1"}]],
        denied=None),
    Row("digest", "ü", stdin="wört\n".encode(), text=Match("digest:ü:[A-Za-z0-9+/]{27}=\n"),
        values=lambda values, _: values[0]["scheme"] == "digest", denied=None, offline=None),
    Row("check", text=Match("SERVER.*standalone.*\n"), denied=None, offline=FAILED,
        values=lambda values, _: values[0]["ok"]),
    Row("4lw", "ruok", text=Match("imok\n?"), denied=None,
        values=lambda values, _: values[0]["answer"] == "imok"),
    Row("config", text=Match(".*"), denied=None,
        values=lambda values, _: isinstance(values[0], dict)),
    Row("reconfig", "--remove", "9", denied=None, code=FAILED),
    Row("sync", "{p}", denied=None, values=[{"path": "{p}"}]),
    Row("quota set", "-n", "100", "{p}", denied=EXISTS,
        after=(["quota", "get", "{p}"], Match(".*count limit 100\n.*"))),
    Row("setquota", "-b", "5000", "{p}", denied=EXISTS,
        after=(["quota", "get", "{p}"], Match("bytes limit 5000\n.*"))),
    Row("quota get", "{p}", before=[["quota", "set", "-n", "7", "{p}"]], denied=None,
        text=Match("bytes limit none\ncount limit 7\nbytes used \\d+\ncount used 3\n"),
        values=lambda values, _: values[0]["limits"]["count"] == 7),
    Row("listquota", "{p}", before=[["quota", "set", "-n", "7", "{p}"]], denied=None,
        text=Match("bytes limit none\ncount limit 7\n.*"),
        values=lambda values, _: values[0]["limits"]["count"] == 7),
    Row("quota rm", "{p}", before=[["quota", "set", "-n", "7", "{p}"]], denied=None),
    Row("delquota", "{p}", before=[["quota", "set", "-n", "7", "{p}"]], denied=None),
    Row("generate", "man", text=Match(".*TH KAZOO 1.*"), values=None, denied=None, offline=None),
    Row("complete", "{p}/", text=lines("{p}/a", "{p}/b ü"), values=None,
        env={"KAZOO_COMPLETION_TIMEOUT": "60s"},
        wide=(("complete", "{w}/"), lambda n: min(n, 10_000))),
]
