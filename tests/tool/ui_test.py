# SPDX-License-Identifier: Apache-2.0
"""`kazoo ui` as a server: what its page reads and writes, and its events."""

import base64
import json
import signal
import time

import suite
from suite import FAILED, NOT_CONNECTED, ToolCase
from ui import Events, Ui

ui = None
HUGE = 20000


def setUpModule():
    global ui
    ui = Ui("--allow-writes")
    write_mode(ui)


def tearDownModule():
    ui.__exit__()


def write_mode(server, on=True):
    reply = server.request("PUT", "/api/mode", {"readOnly": not on})
    assert reply.status == 200, reply.body


class Reads(ToolCase):
    def node(self, path):
        reply = ui.get("/api/node", path=path)
        self.assertEqual(reply.status, 200, reply.body)
        return reply.json

    def test_status(self):
        status = ui.get("/api/status").json
        self.assertEqual(status["servers"], suite.address)
        self.assertEqual(status["state"], "CONNECTED")
        self.assertRegex(status["session"], "^0x[0-9a-f]+$")
        self.assertTrue(status["writesAllowed"])

    def test_data(self):
        shown = self.node(self.root)
        self.assertEqual((shown["data"], shown["acl"]), ("", ["world:anyone:cdrwa"]))
        self.assertEqual(shown["stat"]["version"], 0)
        # As texts: JavaScript would round numbers of 64 bits.
        self.assertRegex(shown["stat"]["czxid"], "^0x[0-9a-f]+$")
        self.ok("set", self.root, "-", stdin="grün \x01 <b>&")
        self.assertEqual(self.node(self.root)["data"], "grün \x01 <b>&")
        self.assertEqual(ui.get("/api/node", path=self.root + "/x").status, 404)
        self.assertEqual(ui.get("/api/node", path="/a/../b").status, 400)
        self.assertEqual(ui.get("/api/node").status, 400)

    def test_binary_data(self):
        data = bytes(range(256)) * 512
        body = {"path": self.root, "data": base64.b64encode(data).decode(), "encoding": "base64"}
        self.assertEqual(ui.request("PUT", "/api/node", {**body, "version": 0}).status, 200)
        self.assertEqual(self.ok("get", self.root).out, data)
        shown = self.node(self.root)
        self.assertEqual(shown["encoding"], "base64")
        self.assertEqual(base64.b64decode(shown["data"]), data)
        wrong = {**body, "data": "!", "version": 1}
        self.assertEqual(ui.request("PUT", "/api/node", wrong).status, 400)

    def test_unicode_paths(self):
        path = self.root + "/Größe & 100 % = #1 + ?Ω"
        self.assertEqual(ui.request("POST", "/api/node", {"path": path, "data": "x"}).status, 200)
        self.assertEqual(self.ok("get", path).text, "x")
        self.assertEqual(self.node(path)["data"], "x")
        names = ui.get("/api/children", path=self.root).json["names"]
        self.assertEqual(names, [path.rpartition("/")[2]])

    def test_what_may_not_be_read(self):
        self.ok("acl", "set", self.root, "world:anyone:cdwa")
        shown = self.node(self.root)
        self.assertEqual(shown["dataError"]["code"], "no_auth")
        self.assertNotIn("data", shown)
        self.assertEqual(shown["stat"]["aversion"], 1)

    def test_stats(self):
        self.ok("touch", self.root + "/a")
        paths = [self.root, self.root + "/missing", self.root + "/a"]
        stats = ui.request("POST", "/api/stats", {"paths": paths}).json["stats"]
        self.assertEqual(stats[0]["numChildren"], 1)
        self.assertIsNone(stats[1])
        self.assertEqual(stats[2]["numChildren"], 0)
        for wrong in ({"paths": "/"}, {"paths": [1]}, {"paths": ["/"] * 501}, {}):
            self.assertEqual(ui.request("POST", "/api/stats", wrong).status, 400)

    def test_children(self):
        for name in ("c", "a", "b"):
            self.ok("create", f"{self.root}/{name}")
        reply = ui.get("/api/children", path=self.root).json
        self.assertEqual((reply["names"], reply["more"]), (["a", "b", "c"], 0))
        reply = ui.get("/api/children", path=self.root, after="a", limit=1).json
        self.assertEqual((reply["names"], reply["more"]), (["b"], 1))
        for limit in ("0", "-1", "5001", "x", "1x"):
            self.assertEqual(ui.get("/api/children", path=self.root, limit=limit).status, 400)
        self.assertEqual(ui.get("/api/children", path=self.root + "/x").status, 404)

    def test_huge_directory(self):
        lines = (json.dumps({"path": f"{self.root}/n{i:05}", "data": ""}) for i in range(HUGE))
        self.ok("load", "-", stdin="\n".join(lines))
        names, more = [], None
        while more != 0:
            page = ui.get("/api/children", path=self.root, after=names[-1] if names else "",
                          limit=5000).json
            names += page["names"]
            more = page["more"]
            self.assertEqual(more, HUGE - len(names))
        self.assertEqual(names, [f"n{i:05}" for i in range(HUGE)])
        page = ui.get("/api/children", path=self.root, contains="n1999").json
        self.assertEqual(page["names"], [f"n{i}" for i in range(19990, 20000)])

    def test_sessions(self):
        holder = suite.start("create", "-e", "--hold", self.root + "/e")
        self.addCleanup(holder.communicate)
        self.addCleanup(holder.terminate)
        self.assertEqual(holder.stdout.readline().decode().strip(), self.root + "/e")
        owner = self.ok("--format", "json", "stat", self.root + "/e").json["ephemeralOwner"]
        for query in ({}, {"search": "true"}):
            found = ui.get("/api/sessions", **query).json
            self.assertEqual(found["searched"], bool(query))
            self.assertTrue(found["complete"])
            session = next(one for one in found["sessions"] if one["id"] == hex(owner))
            self.assertEqual(session["ephemerals"], [self.root + "/e"])
            self.assertFalse(session["own"])
            self.assertTrue(session["address"].startswith("127.0.0.1:"), session)
        own = ui.get("/api/status").json["session"]
        ids = [one["id"] for one in ui.get("/api/sessions").json["sessions"] if one["own"]]
        self.assertEqual(ids, [own])

    def test_chroot(self):
        self.ok("create", self.root + "/inside")
        with Ui(servers=suite.address + self.root) as below:
            names = below.get("/api/children", path="/").json["names"]
            self.assertEqual(names, ["inside"])
            with Events(below) as events:
                events.settle(self.root, below=self.root)


class Writes(ToolCase):
    def test_set(self):
        body = {"path": self.root, "data": "one", "version": 0}
        reply = ui.request("PUT", "/api/node", body)
        self.assertEqual(reply.json["stat"]["version"], 1)
        self.assertEqual(self.ok("get", self.root).text, "one")

    def test_a_stale_version_is_refused(self):
        self.ok("set", self.root, "theirs")
        body = {"path": self.root, "data": "mine", "version": 0}
        reply = ui.request("PUT", "/api/node", body)
        self.assertEqual((reply.status, reply.code), (409, "bad_version"))
        reply = ui.request("DELETE", "/api/node", path=self.root, version=0)
        self.assertEqual((reply.status, reply.code), (409, "bad_version"))
        self.assertEqual(self.ok("get", self.root).text, "theirs")

    def test_a_version_is_required(self):
        for version in (None, -1, 2**31, 1.5, "0", True):
            body = {"path": self.root, "data": "x", "version": version}
            self.assertEqual(ui.request("PUT", "/api/node", body).status, 400, version)
        for version in ("", "-1", "1x", str(2**31), str(2**70)):
            reply = ui.request("DELETE", "/api/node", path=self.root, version=version)
            self.assertEqual(reply.status, 400, version)
        self.assertEqual(ui.request("DELETE", "/api/node", path=self.root).status, 400)
        self.assertEqual(self.ok("get", self.root).out, b"")

    def test_acl(self):
        entries = ["world:anyone:r", "ip:127.0.0.1:cdrwa"]
        body = {"path": self.root, "acl": entries, "version": 0}
        reply = ui.request("PUT", "/api/acl", body)
        self.assertEqual((reply.status, reply.json["stat"]["aversion"]), (200, 1))
        self.assertEqual(self.ok("acl", "get", self.root).lines, entries)
        reply = ui.request("PUT", "/api/acl", {**body, "acl": ["world:anyone:cdrwa"]})
        self.assertEqual((reply.status, reply.code), (409, "bad_version"))
        for wrong in (
            {"version": None}, {"version": -1}, {"version": "1"}, {"acl": None}, {"acl": "open"},
            {"acl": []}, {"acl": [1]}, {"acl": ["world:anyone"]}, {"acl": ["sing:song:r"]},
            {"acl": [["world:anyone:r"]]}, {"path": None}, {"path": "/a/../b"},
        ):
            reply = ui.request("PUT", "/api/acl", {**body, "version": 1, **wrong})
            self.assertEqual(reply.status, 400, wrong)
        self.assertEqual(self.ok("acl", "get", self.root).lines, entries)
        self.ok("acl", "set", self.root, "world:anyone:r")
        reply = ui.request("PUT", "/api/acl", {**body, "version": 2})
        self.assertEqual((reply.status, reply.code), (403, "no_auth"))
        reply = ui.request("PUT", "/api/acl", {**body, "path": self.root + "/x"})
        self.assertEqual((reply.status, reply.code), (404, "no_node"))

    def test_create(self):
        path = self.root + "/a/b"
        reply = ui.request("POST", "/api/node", {"path": path, "data": "x"})
        self.assertEqual((reply.status, reply.code), (404, "no_node"))
        body = {"path": path, "data": "x", "parents": True}
        self.assertEqual(ui.request("POST", "/api/node", body).json["path"], path)
        reply = ui.request("POST", "/api/node", body)
        self.assertEqual((reply.status, reply.code), (409, "node_exists"))
        body = {"path": self.root + "/s-", "data": None, "sequence": True}
        made = ui.request("POST", "/api/node", body).json["path"]
        self.assertRegex(made, r"/s-\d{10}$")
        self.assertIsNone(ui.get("/api/node", path=made).json["data"])

    def test_delete(self):
        self.ok("create", self.root + "/a")
        reply = ui.request("DELETE", "/api/node", path=self.root, version=0)
        self.assertEqual((reply.status, reply.code), (409, "not_empty"))
        reply = ui.request("DELETE", "/api/node", path=self.root + "/a", version=0)
        self.assertEqual(reply.status, 200)
        self.assertEqual(self.ok("ls", self.root).out, b"")

    def test_malformed_bodies(self):
        bodies = ["", "[]", "{", "null", "{\"path\": 1}", "{\"path\": \"/x\", \"data\": 1}",
                  "{\"path\": \"/x\", \"data\": \"\", \"sequence\": 1}", "[" * 1000000,
                  "{\"path\": \"\\ud800\"}", b"\xff\xfe{}"]
        for body in bodies:
            for method in ("PUT", "POST"):
                reply = ui.request(method, "/api/node", body)
                self.assertEqual(reply.status, 400, (method, body[:40]))
        self.assertEqual(ui.request("PUT", "/api/mode", {}).status, 400)
        self.assertEqual(ui.request("PUT", "/api/mode", {"readOnly": 1}).status, 400)

    def test_a_large_node(self):
        body = {"path": self.root, "data": "x" * 1_000_000, "version": 0}
        self.assertEqual(ui.request("PUT", "/api/node", body).status, 200)
        self.assertEqual(len(ui.get("/api/node", path=self.root).json["data"]), 1_000_000)
        body = {"path": self.root, "data": "x" * 1_100_000, "version": 1}
        reply = ui.request("PUT", "/api/node", body)
        self.assertEqual((reply.status, reply.code), (413, "request_too_large"))


class ReadOnly(ToolCase):
    def writes(self, server):
        """The statuses of all kinds of writes."""
        path, data = self.root, "x"
        yield server.request("PUT", "/api/node", {"path": path, "data": data, "version": 0})
        yield server.request("POST", "/api/node", {"path": path + "/new", "data": data})
        yield server.request("DELETE", "/api/node", path=path, version=0)
        acl = {"path": path, "acl": ["world:anyone:r"], "version": 0}
        yield server.request("PUT", "/api/acl", acl)

    def assert_refused(self, server):
        for reply in self.writes(server):
            self.assertEqual((reply.status, reply.code), (403, "read_only"))
        self.assertEqual(self.ok("get", self.root).out, b"")
        self.assertEqual(self.ok("ls", self.root).out, b"")
        self.assertEqual(self.ok("acl", "get", self.root).text, "world:anyone:cdrwa\n")

    def test_without_allow_writes(self):
        with Ui() as server:
            self.assert_refused(server)
            reply = server.request("PUT", "/api/mode", {"readOnly": False})
            self.assertEqual((reply.status, reply.code), (403, "read_only"))
            self.assert_refused(server)
            status = server.get("/api/status").json
            self.assertEqual((status["readOnly"], status["writesAllowed"]), (True, False))
            self.assertEqual(server.request("PUT", "/api/mode", {"readOnly": True}).status, 200)

    def test_the_switch(self):
        with Ui("--allow-writes") as server, Events(server) as events:
            self.assert_refused(server)
            self.ok("create", self.root + "/events")
            events.settle(self.root + "/events")
            write_mode(server)
            events.wait(lambda event: event["status"])
            body = {"path": self.root + "/a", "data": ""}
            self.assertEqual(server.request("POST", "/api/node", body).status, 200)
            self.ok("rm", "-r", "-y", self.root + "/a", self.root + "/events")
            write_mode(server, on=False)
            self.assert_refused(server)


class Live(ToolCase):
    def test_changes_arrive_within_a_second(self):
        with Events(ui) as events:
            events.settle(self.root)
            took = []
            for i in range(3):  # the fastest counts: the machine may be busy
                path = f"{self.root}/n{i}"
                begin = time.monotonic()
                reply = ui.request("POST", "/api/node", {"path": path, "data": ""})
                self.assertEqual(reply.status, 200)
                took.append(events.wait_for_change("CREATED", path) - begin)
            self.assertLess(min(took), 1)
            self.ok("set", self.root + "/n0", "x")
            events.wait_for_change("CHANGED", self.root + "/n0")
            self.ok("rm", self.root + "/n0")
            events.wait_for_change("DELETED", self.root + "/n0")

    def test_a_storm_becomes_a_gap_or_is_complete(self):
        with Events(ui) as events:
            lines = (json.dumps({"path": f"{self.root}/n{i}", "data": ""}) for i in range(5000))
            events.settle(self.root)
            self.ok("load", "-", stdin="\n".join(lines))
            seen = events.settle(self.root + "/n0")
            paths = {change["path"] for event in seen for change in event["changes"]}
            complete = all(f"{self.root}/n{i}" in paths for i in range(5000))
            self.assertTrue(complete or any(event["gap"] for event in seen))

    def test_a_lost_connection_is_a_gap(self):
        with suite.Proxy(suite.address) as proxy, Ui(servers=proxy.address) as server:
            self.ok("create", self.root + "/after")
            with Events(server) as events:
                events.settle(self.root)
                proxy.cut()
                events.wait(lambda event: event["gap"])
                events.wait(lambda event: event["status"])
                events.settle(self.root + "/after")

    def test_servers_without_recursive_watches(self):
        with suite.served(suite.tool, "--release", "3.5") as old, Ui(servers=old) as server:
            with Events(server) as events:
                deadline = time.monotonic() + suite.PATIENCE
                while server.get("/api/status").json["feed"] != "unsupported":
                    self.assertLess(time.monotonic(), deadline)
                    events.wait(lambda event: event["status"])
            self.assertEqual(server.get("/api/children", path="/").json["names"], ["zookeeper"])

    def test_servers_that_are_gone(self):
        with suite.Proxy(suite.address) as proxy:
            with Ui("--timeout", "300ms", servers=proxy.address) as server:
                proxy.cut(for_good=True)
                reply = server.get("/api/node", path="/")
                self.assertEqual(reply.status, 503, reply.body)
                self.assertNotEqual(server.get("/api/status").json["state"], "CONNECTED")


class Process(ToolCase):
    def test_signals(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            server = Ui()
            with Events(server):
                self.assertEqual(server.stop(how), 0)

    def test_json(self):
        process = suite.start("--format", "json", "ui")
        self.addCleanup(process.communicate)
        self.addCleanup(process.terminate)
        self.assertIn("#token=", json.loads(process.stdout.readline())["url"])

    def test_a_port_in_use(self):
        message = f"cannot listen on 127.0.0.1:{ui.port}: Address already in use"
        self.fails(FAILED, message, "ui", "--port", str(ui.port))

    def test_no_server(self):
        self.check(NOT_CONNECTED, "--connect-timeout", "100ms", "ui", servers="127.0.0.1:1")

    def test_open(self):
        """The browser gets a file of the user's own: command lines are no secret."""
        folder = self.directory()
        opener = folder / "xdg-open"
        opener.write_text(
            "#!/bin/sh\necho \"$1\" > '%s/new'\ncat \"$1\" > '%s/content'\n"
            "stat -c %%a \"${1%%/*}\" > '%s/mode'\nmv '%s/new' '%s/opened'\n" % ((folder,) * 5)
        )
        opener.chmod(0o755)
        path = f"{folder}:/usr/bin:/bin"
        with Ui("--open", env=suite.environment(PATH=path)) as server:
            deadline = time.monotonic() + suite.PATIENCE
            while not (folder / "opened").exists():
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)
            opened = (folder / "opened").read_text().strip()
            self.assertNotIn(server.token, opened)
            self.assertIn(server.url, (folder / "content").read_text())
            self.assertEqual((folder / "mode").read_text().strip(), "700")
            self.assertEqual(server.stop(), 0)
        self.assertFalse(suite.pathlib.Path(opened).exists())


if __name__ == "__main__":
    suite.main()
