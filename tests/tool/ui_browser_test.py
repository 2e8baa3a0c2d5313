# SPDX-License-Identifier: Apache-2.0
"""The page of `kazoo ui` in Chromium."""

import http.server
import json
import sys
import threading
import time

import chromium
import suite
from suite import ToolCase
from ui import Ui, expand, row

HUGE = 3000

ui = None
browser = None


def setUpModule():
    global ui, browser
    ui = Ui("--allow-writes")
    browser = chromium.Chromium()


def tearDownModule():
    browser.close()
    ui.__exit__()


def faults(tab):
    """Exceptions and violations of the policy. The page shows refused requests itself."""
    return [text for text in tab.messages() if "responded with a status of 4" not in text]


class PageCase(ToolCase):
    def setUp(self):
        super().setUp()
        self.writes(False)

    def writes(self, on):
        self.assertEqual(ui.request("PUT", "/api/mode", {"readOnly": not on}).status, 200)

    def open(self, path=None):
        """Opens the page; shows a node."""
        tab = browser.open(ui.url)
        self.addCleanup(tab.close)
        self.addCleanup(lambda: self.assertEqual(faults(tab), []))
        tab.wait_for_text("#feed", "live")
        self.assertEqual(tab.text("#feed"), "live")
        tab.wait_for_text(row("/"), "/")
        if path:
            self.go(tab, path)
        return tab

    def go(self, tab, path):
        tab.type("#goto-path", path)
        tab.press_enter()
        tab.wait(f"document.querySelector('#path').textContent === {json.dumps(path)}"
                 " && document.querySelector('#data, #problem') !== null")


class Shown(PageCase):
    def test_the_tree_appears(self):
        self.ok("touch", "-p", self.root + "/a/b", self.root + "/c")
        tab = self.open()
        tab.wait_for_text(row(self.root), self.root[1:])
        expand(tab, self.root)
        tab.wait_for_text(row(self.root + "/a"), "a")
        expand(tab, self.root + "/a")
        tab.wait_for_text(row(self.root + "/a/b"), "b")
        self.assertEqual(tab.text(row(self.root) + " .count"), "2")
        tab.click(row(self.root) + " .twist")
        tab.wait(f"document.querySelector({json.dumps(row(self.root + '/a'))}) === null")

    def test_the_token_leaves_the_address(self):
        tab = self.open()
        self.assertNotIn(ui.token, tab.run("location.href"))
        tab.call("Page.reload")
        tab.wait_for_text("#state", "connected")
        other = browser.open(f"http://{ui.host}/")
        self.addCleanup(other.close)
        other.wait_for_text("#notice", "no token")

    def test_a_node(self):
        self.ok("set", self.root, "-", stdin='{"big": 12345678901234567890, "a": [1, {}]}')
        tab = self.open(self.root)
        pretty = '{\n  "big": 12345678901234567890,\n  "a": [\n    1,\n    {}\n  ]\n}'
        self.assertEqual(tab.text("#content"), pretty)
        self.assertIn("Version", tab.text("#stat"))
        self.assertIn("world:anyone", tab.text("#acl"))
        self.ok("set", self.root, "-", stdin=bytes(range(20)))
        tab.wait_for_text("#content", "00000010  10 11 12 13")

    def test_data_are_no_html(self):
        evil = "<img src=x onerror=document.title='evil'><script>document.title='evil'</script>"
        path = self.root + "/" + evil.replace("/", "|")
        self.ok("create", path, evil)
        tab = self.open(path)
        self.assertEqual(tab.text("#content"), evil)
        self.assertEqual(tab.run("document.images.length"), 1)  # that of the page itself
        self.assertEqual(tab.run("document.title"), "kazoo ui")

    def test_texts_cannot_become_html(self):
        tab = self.open()
        for script in ("document.body.innerHTML = '<b>x</b>'",
                       "document.createElement('script').textContent = 'x'", "eval('1')"):
            script = "(() => { try { %s; return 'done'; } catch { return 'refused'; } })()" % script
            self.assertEqual(tab.run(script), "refused")
        tab.browser.events.clear()  # the violations

    def test_a_huge_directory(self):
        lines = (json.dumps({"path": f"{self.root}/n{i:04}", "data": ""}) for i in range(HUGE))
        self.ok("load", "-", stdin="\n".join(lines))
        tab = self.open(self.root)
        expand(tab, self.root)
        tab.wait_for_text(row(self.root + "/n0000"), "n0000")
        self.assertLess(tab.run("document.querySelectorAll('.row').length"), 100)
        last = json.dumps(row(f"{self.root}/n{HUGE - 1:04}"))
        tab.wait("(() => { const tree = document.querySelector('#tree');"
                 " tree.scrollTop = tree.scrollHeight;"
                 f" return document.querySelector({last}) !== null; }})()")
        self.assertLess(tab.run("document.querySelectorAll('.row').length"), 100)

    def test_sessions(self):
        holder = suite.start("create", "-e", "--hold", self.root + "/e")
        self.addCleanup(holder.communicate)
        self.addCleanup(holder.terminate)
        holder.stdout.readline()
        tab = self.open()
        tab.click("#tab-sessions")
        tab.wait_for_text("#sessions-pane", self.root + "/e")
        self.assertIn("this page", tab.text("#sessions-pane"))
        tab.click(".session-card .link")
        tab.wait_for_text(".chips", "ephemeral of 0x")


class Live(PageCase):
    def test_a_change_made_elsewhere_shows_within_a_second(self):
        tab = self.open(self.root)
        tab.click(row("/"))
        self.go(tab, self.root)
        took = []
        for i in range(3):  # the fastest counts: the machine may be busy
            path = f"{self.root}/n{i}"
            self.ok("create", path)
            begin = time.monotonic()
            tab.wait_for_text("#stat", f"Children\t{i + 1}")
            took.append(time.monotonic() - begin)
        self.ok("set", self.root, "changed elsewhere")
        took.append(tab.wait_for_text("#content", "changed elsewhere"))
        self.assertLess(min(took), 1)
        expand(tab, self.root)
        tab.wait_for_text(row(self.root + "/n2"), "n2")
        self.ok("create", self.root + "/n0/child")
        tab.wait_for_text(row(self.root + "/n0") + " .count", "1")
        self.ok("rm", self.root + "/n1")
        tab.wait(f"document.querySelector({json.dumps(row(self.root + '/n1'))}) === null")


class Edits(PageCase):
    def test_read_only_mode(self):
        tab = self.open(self.root)
        for control in ("#edit", "#edit-acl", "#create", "#delete"):
            self.assertTrue(tab.run(f"document.querySelector('{control}').disabled"), control)
        tab.click("#mode")
        tab.wait("!document.querySelector('#edit').disabled")
        self.assertFalse(ui.get("/api/status").json["readOnly"])
        self.writes(False)  # elsewhere
        tab.wait("document.querySelector('#edit').disabled")

    def test_an_edit(self):
        self.writes(True)
        tab = self.open(self.root)
        tab.click("#edit")
        tab.type("#editor", "written by hand")
        tab.click("#save")
        tab.wait_for_text("#content", "written by hand")
        self.assertEqual(self.ok("get", self.root).text, "written by hand")
        self.assertEqual(tab.text("#version"), "version 1")

    def test_a_stale_edit_is_refused(self):
        self.writes(True)
        tab = self.open(self.root)
        tab.click("#edit")
        tab.type("#editor", "mine")
        self.ok("set", self.root, "theirs")
        tab.wait_for_text("#edit-problem", "its version is now 1")
        tab.click("#save")
        tab.wait_for_text("#edit-problem", "Not saved: the node has been changed")
        self.assertEqual(self.ok("get", self.root).text, "theirs")
        self.assertEqual(tab.run("document.querySelector('#editor').value"), "mine")
        tab.click("#cancel")
        tab.wait_for_text("#content", "theirs")

    def test_binary_data(self):
        self.writes(True)
        self.ok("set", self.root, "-", stdin=b"\xff\0")
        tab = self.open(self.root)
        tab.click("#edit")
        tab.type("#editor", "fe 00\n0a0")
        tab.click("#save")
        tab.wait_for_text("#edit-problem", "hexadecimal digits in pairs")
        tab.type("#editor", "fe 00\n0a0d")
        tab.click("#save")
        tab.wait_for_text("#content", "fe 00 0a 0d")
        self.assertEqual(self.ok("get", self.root).out, b"\xfe\0\n\r")

    def test_an_acl(self):
        self.writes(True)
        tab = self.open(self.root)
        tab.click("#edit-acl")
        self.assertEqual(
            tab.run("document.querySelector('#new-acl').value"), "world:anyone:cdrwa"
        )
        tab.type("#new-acl", "world:anyone")
        tab.click("dialog .primary")
        tab.wait_for_text("dialog .problem", "world:anyone")
        entries = ["world:anyone:r", "ip:127.0.0.1:cdrwa"]
        tab.type("#new-acl", "\n".join(entries) + "\n")
        tab.click("dialog .primary")
        tab.wait_for_text("#acl", "ip:127.0.0.1")
        self.assertEqual(self.ok("acl", "get", self.root).lines, entries)
        self.assertIn("ACL version\t1", tab.text("#stat"))

    def test_a_stale_acl_is_refused(self):
        self.writes(True)
        tab = self.open(self.root)
        tab.click("#edit-acl")
        self.ok("acl", "set", self.root, "world:anyone:cdra")
        tab.type("#new-acl", "world:anyone:ra")
        tab.click("dialog .primary")
        tab.wait_for_text("dialog .problem", "Not saved: the ACL has been changed")
        self.assertEqual(self.ok("acl", "get", self.root).text, "world:anyone:cdra\n")

    def test_create_and_delete(self):
        self.writes(True)
        tab = self.open(self.root)
        tab.click("#create")
        tab.type("#new-name", "größe/below")
        tab.type("#new-data", "x")
        tab.click("dialog .primary")
        tab.wait_for_text("#path", "below")
        self.assertEqual(self.ok("get", self.root + "/größe/below").text, "x")
        tab.wait("!document.querySelector('#delete').disabled")
        tab.click("#delete")
        tab.click("dialog .danger")
        parent = json.dumps(self.root + "/größe")
        tab.wait(f"document.querySelector('#path').textContent === {parent}")
        self.assertEqual(self.ok("ls", self.root + "/größe").out, b"")

    def test_a_node_that_is_deleted_elsewhere(self):
        self.writes(True)
        tab = self.open(self.root)
        self.ok("rm", self.root)
        tab.wait_for_text("#problem", "does not exist")
        self.assertIsNone(tab.text("#delete"))
        self.ok("create", self.root, "again")
        tab.wait_for_text("#content", "again")


class ForeignSite(PageCase):
    """What the page of another server on the loopback address can do, which is another origin."""

    def test_requests_are_refused(self):
        self.writes(True)

        class Site(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<title>evil</title>")

            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
            threading.Thread(target=site.serve_forever, daemon=True).start()
            self.addCleanup(site.shutdown)
            tab = browser.open(f"http://127.0.0.1:{site.server_port}/")
            self.addCleanup(tab.close)
            tab.wait("document.title === 'evil'")
            address = f"http://{ui.host}/api/"
            for target, options in (
                ("node?path=/", {"headers": {"Authorization": "Bearer " + ui.token}}),
                ("status", {}),
                ("node", {"method": "POST", "body": json.dumps({"path": self.root + "/evil"})}),
                ("node", {"method": "PUT", "headers": {
                    "Authorization": "Bearer " + ui.token, "Content-Type": "application/json"}}),
            ):
                script = (f"fetch({json.dumps(address + target)}, {json.dumps(options)})"
                          ".then(() => 'served', () => 'refused')")
                self.assertEqual(tab.run(script), "refused", target)
            # Without CORS the request is sent, and its reply hidden from the page.
            script = (f"fetch({json.dumps(address + 'node')}, {{mode: 'no-cors', method: 'POST',"
                      " body: '{}'}).then((reply) => reply.type, () => 'refused')")
            self.assertIn(tab.run(script), ("opaque", "refused"))
            frame = ("new Promise((resolve) => { const frame = document.createElement('iframe');"
                     f" frame.src = {json.dumps(ui.url)}; frame.onload = () => {{ let seen;"
                     " try { seen = frame.contentDocument !== null; } catch (e) { seen = false; }"
                     " resolve(seen); }; document.body.append(frame); })")
            self.assertFalse(tab.run(frame))
        self.assertEqual(self.ok("ls", self.root).out, b"")


if __name__ == "__main__":
    if chromium.executable() is None:
        print("skipped: chromium is not installed")
        sys.exit(77)
    suite.main()
