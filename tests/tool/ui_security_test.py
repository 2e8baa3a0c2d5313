# SPDX-License-Identifier: Apache-2.0
"""`kazoo ui` towards those who may not use it: other sites, other users, and broken clients."""

import contextlib
import random
import re
import socket
import time
import unittest

import suite
from ui import Events, Ui, read_all

STREAMS = 16
CONNECTIONS = 64

ui = None
hasty = None  # gives up a request after a short time


def setUpModule():
    global ui, hasty
    ui = Ui("--allow-writes", "--request-timeout", "10m")
    hasty = Ui("--request-timeout", "500ms")


def tearDownModule():
    ui.__exit__()
    hasty.__exit__()


class Case(unittest.TestCase):
    def assert_refused(self, code, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        reply = ui.request("GET", "/api/status", headers=headers)
        self.assertEqual((reply.status, reply.code), code, headers)

    def assert_alive(self, server=None):
        for tries in range(10):
            try:
                self.assertEqual((server or ui).get("/api/status").status, 200)
                return
            except OSError:  # this process has been too slow for `hasty`
                if server is not hasty or tries == 9:
                    raise


class Token(Case):
    def test_is_required(self):
        self.assert_alive()
        wrong = ("f" if ui.token[0] != "f" else "e") + ui.token[1:]
        for value in (None, "", "Bearer", "Bearer " + wrong, "Bearer " + ui.token + "0",
                      "Bearer " + ui.token[:-1], ui.token, "Basic " + ui.token):
            self.assert_refused((401, "no_token"), Authorization=value)

    def test_in_the_url_or_a_cookie_is_no_token(self):
        for target in (f"/api/status?token={ui.token}", f"/api/status#token={ui.token}"):
            reply = ui.request("GET", target, headers={"Authorization": None})
            self.assertIn(reply.status, (400, 401))
        self.assert_refused((401, "no_token"), Authorization=None, Cookie="token=" + ui.token)

    def test_every_route_requires_it(self):
        routes = [("GET", "status"), ("GET", "children?path=/"), ("GET", "node?path=/"),
                  ("POST", "stats"), ("GET", "sessions"), ("GET", "events"), ("PUT", "mode"),
                  ("PUT", "node"), ("POST", "node"), ("DELETE", "node?path=/x&version=0"),
                  ("GET", "unknown"), ("OPTIONS", "node"), ("TRACE", "node")]
        for method, route in routes:
            body = "{}" if method in ("PUT", "POST") else None
            reply = ui.request(method, "/api/" + route, body, headers={"Authorization": None})
            self.assertEqual((reply.status, reply.code), (401, "no_token"), route)

    def test_is_another_in_each_run(self):
        self.assertNotEqual(ui.token, hasty.token)

    def test_the_files_need_none(self):
        page = ui.request("GET", "/", headers={"Authorization": None})
        self.assertEqual(page.status, 200)
        self.assertNotIn(ui.token.encode(), page.body)
        for name in re.findall(rb'(?:src|href)="([^"]+)"', page.body):
            reply = ui.request("GET", "/" + name.decode(), headers={"Authorization": None})
            self.assertEqual(reply.status, 200, name)
        for missing in ("/../etc/passwd", "/%2e%2e/x", "/x", "/main.js/", "/api"):
            self.assertEqual(ui.get(missing).status, 404, missing)
        self.assertEqual(ui.request("POST", "/", "{}").status, 405)


class Sites(Case):
    def test_foreign_origins(self):
        for origin in ("http://evil.example", "null", "https://" + ui.host, "http://127.0.0.1",
                       f"http://127.0.0.1:{ui.port + 1}", "http://localhost:%d" % ui.port):
            self.assert_refused((403, "foreign_origin"), Origin=origin)
        own = ui.request("GET", "/api/status", headers={"Origin": "http://" + ui.host})
        self.assertEqual(own.status, 200)

    def test_foreign_sites(self):
        for site in ("cross-site", "same-site"):
            self.assert_refused((403, "foreign_origin"), Sec_Fetch_Site=site)
        for site in ("same-origin", "none"):
            reply = ui.request("GET", "/api/status", headers={"Sec-Fetch-Site": site})
            self.assertEqual(reply.status, 200)

    def test_foreign_hosts(self):
        for host in ("evil.example", f"evil.example:{ui.port}", "127.0.0.1", "localhost", "",
                     f"127.0.0.1:{ui.port + 1}", f"127.0.0.1.evil.example:{ui.port}"):
            self.assert_refused((403, "foreign_host"), Host=host)
            reply = ui.request("GET", "/", headers={"Host": host})
            self.assertEqual(reply.status, 403, host)
        reply = ui.request("GET", "/api/status", headers={"Host": f"localhost:{ui.port}"})
        self.assertEqual(reply.status, 200)

    def test_two_hosts_or_none(self):
        for hosts in (f"Host: {ui.host}\r\nHost: evil.example\r\n", ""):
            request = f"GET / HTTP/1.1\r\n{hosts}\r\n".encode()
            self.assertRegex(ui.raw(request), rb"^HTTP/1.1 40[03] ")

    def test_no_answer_to_a_preflight(self):
        headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "PUT"}
        reply = ui.request("OPTIONS", "/api/node", headers=headers)
        self.assertEqual(reply.status, 403)
        names = [name.lower() for name in reply.headers]
        self.assertFalse([name for name in names if name.startswith("access-control")])

    def test_forms_are_refused(self):
        for kind in ("application/x-www-form-urlencoded", "text/plain", None):
            reply = ui.request("POST", "/api/node", "{}", headers={"Content-Type": kind})
            self.assertEqual(reply.status, 415, kind)

    def test_headers(self):
        for path in ("/", "/main.js", "/api/status", "/missing"):
            headers = ui.get(path).headers
            policy = headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertNotIn("Set-Cookie", headers)

    def test_the_page_loads_nothing_foreign(self):
        page = ui.get("/").body.decode()
        self.assertFalse(re.findall(r"https?://|<script(?![^>]*src=)|\son\w+=|style=", page))


class Network(Case):
    def test_loopback_only(self):
        # Another address of the loopback interface stands for those of other interfaces.
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", ui.port), timeout=suite.PATIENCE)

    def test_large_requests(self):
        reply = ui.raw(ui.head("GET /api/status HTTP/1.1", "X: " + "x" * 100_000))
        self.assertIn(b" 431 ", reply.split(b"\r\n")[0])
        reply = ui.raw(ui.head("PUT /api/node HTTP/1.1", "Content-Type: application/json",
                               "Content-Length: 3000000"))
        self.assertIn(b" 413 ", reply.split(b"\r\n")[0])
        chunk = b"%x\r\n%s\r\n" % (1 << 16, b"x" * (1 << 16))
        reply = ui.raw(ui.head("PUT /api/node HTTP/1.1", "Content-Type: application/json",
                               "Transfer-Encoding: chunked") + chunk * 40)
        self.assertIn(b" 413 ", reply.split(b"\r\n")[0])
        # Without the token the body is not read.
        reply = ui.raw(f"PUT /api/node HTTP/1.1\r\nHost: {ui.host}\r\n"
                       "Content-Length: 1000000\r\n\r\n".encode())
        self.assertIn(b" 401 ", reply.split(b"\r\n")[0])

    def test_malformed_requests(self):
        for request in (b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\0" * 100,
                        ui.head("GET /%zz HTTP/1.1"), ui.head("GET x HTTP/1.1"),
                        ui.head("GET /?a=1&a=2 HTTP/1.1"), ui.head("GET /api/node?%f HTTP/1.1"),
                        ui.head("GET / HTTP/1.1", "Content-Length: x"),
                        ui.head("GET / HTTP/1.1", "Content-Length: 1", "Content-Length: 2"),
                        ui.head("GET / HTTP/1.1", "Transfer-Encoding: chunked") + b"zz\r\n"):
            self.assertRegex(ui.raw(request), rb"^(HTTP/1.1 40[03] |$)", request[:60])
        self.assert_alive()

    def test_random_bytes(self):
        chance = random.Random(1)
        requests = [ui.head("GET /api/children?path=/ HTTP/1.1"),
                    ui.head("PUT /api/node HTTP/1.1", "Content-Type: application/json",
                            "Content-Length: 20") + b'{"path":"/", "d": 1}']
        for _ in range(300):
            request = bytearray(chance.choice(requests))
            for _ in range(chance.randrange(1, 8)):
                request[chance.randrange(len(request))] = chance.randrange(256)
            with ui.connect() as connection, contextlib.suppress(ConnectionError):
                connection.sendall(request[:chance.randrange(1, len(request) + 1)])
        self.assert_alive()

    def test_slow_requests_are_ended(self):
        head = hasty.head("PUT /api/mode HTTP/1.1", "Content-Type: application/json",
                          "Content-Length: 1000")
        for sent, rest in ((b"", b"GET / HTTP/1.1\r\nX: " + b"x" * 1000), (head, b" " * 900)):
            with hasty.connect() as connection:
                connection.sendall(sent)
                ended = False
                begin = time.monotonic()
                for i in range(len(rest)):  # a byte now and then does not prolong it
                    if time.monotonic() - begin > suite.PATIENCE:
                        break
                    try:
                        connection.sendall(rest[i:i + 1])
                        connection.settimeout(0.02)
                        if not connection.recv(1 << 16):
                            ended = True
                            break
                    except TimeoutError:
                        continue
                    except ConnectionError:
                        ended = True
                        break
                self.assertTrue(ended)
        self.assert_alive(hasty)

    def test_idle_connections_do_not_keep_others_out(self):
        with contextlib.ExitStack() as stack:
            idle = [stack.enter_context(ui.connect()) for _ in range(CONNECTIONS + 20)]
            for _ in range(3):
                self.assert_alive()
            self.assertEqual(read_all(idle[0]), b"")  # the one that has waited longest

    def test_a_limited_number_of_event_streams(self):
        with contextlib.ExitStack() as stack:
            streams = [stack.enter_context(Events(ui)) for _ in range(STREAMS)]
            self.assertEqual({stream.status for stream in streams}, {200})
            with Events(ui) as one_more:
                self.assertEqual(one_more.status, 503)
            streams[0].close()
            deadline = time.monotonic() + suite.PATIENCE
            status = 503
            while status != 200:
                self.assertLess(time.monotonic(), deadline)
                with Events(ui) as again:
                    status = again.status
        self.assert_alive()

    def test_keep_alive_and_pipelining(self):
        one = ui.head("GET /api/status HTTP/1.1")
        last = ui.head("GET /api/status HTTP/1.1", "Connection: close")
        self.assertEqual(ui.raw(one * 3 + last).count(b"HTTP/1.1 200 OK"), 4)

    def test_http_1_0(self):
        reply = ui.raw(f"GET / HTTP/1.0\r\nHost: {ui.host}\r\n\r\n".encode())
        self.assertTrue(reply.startswith(b"HTTP/1."), reply[:40])
        self.assertIn(b" 200 ", reply.split(b"\r\n")[0])


if __name__ == "__main__":
    suite.main()
