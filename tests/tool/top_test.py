# SPDX-License-Identifier: Apache-2.0
"""The command top: snapshots, the screen, servers that are down, slow or refuse words."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import unittest

import suite
from served import DEBIAN_ZOOKEEPER, WITH_ZOOKEEPER
from suite import DONE, NOT_CONNECTED, USAGE, ToolCase
from terminal import Terminal

# As Apache ZooKeeper 3.8 answers.
SRVR = """Zookeeper version: 3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f, built on 2022-02-25
Latency min/avg/max: 0/1.25/17
Received: 210
Sent: 209
Connections: 2
Outstanding: 3
Zxid: 0x10000002a
Mode: leader
Node count: 7
Proposal sizes last/min/max: 48/48/110
"""
CONS = """ /127.0.0.1:58146[0](queued=0,recved=1,sent=0)
 /[0:0:0:0:0:0:0:1]:40106[1](queued=2,recved=17,sent=16,sid=0x1000234f5a20001,lop=GETD,\
est=1700000000000,to=10000,lcxid=0x5,lzxid=0x2a,lresp=1234,llat=0,minlat=0,avglat=3,maxlat=9)

"""


class Words:
    """A server of four-letter words: answers those that it has, and hangs at None."""

    def __init__(self, **answers):
        self.answers = answers
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.hanging = []

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.hanging:
            connection.close()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                word = connection.recv(4).decode()
                refusal = f"{word} is not executed because it is not in the whitelist.\n"
                answer = self.answers.get(word, refusal)
                if answer is None:
                    self.hanging.append(connection)
                    continue
                connection.sendall(answer.encode())
            connection.close()


def unused_address():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return "127.0.0.1:%d" % listener.getsockname()[1]


class Snapshots(ToolCase):
    def json_of(self, *arguments, **options):
        return self.ok("--format", "json", "top", *arguments, **options).json_lines

    def test_one_as_text(self):
        lines = self.ok("top", "--once").lines
        self.assertIn("1 of 1 servers up", lines[0])
        titles, row = lines[1].split(), lines[2].split()
        self.assertEqual(len(titles), len(row))
        server = dict(zip(titles, row))
        self.assertEqual((server["SERVER"], server["MODE"]), (suite.address, "standalone"))
        self.assertGreater(int(server["RECEIVED"]), 0)
        self.assertEqual(server["RECV/S"], "-")

    def test_json_and_rates(self):
        watch = suite.start("watch", self.root)
        self.addCleanup(watch.communicate)
        self.addCleanup(watch.kill)
        self.assertIn(b"watching", watch.stderr.readline())
        first, second = self.json_of("-n", "2", "-i", "200ms")
        (server,) = second["servers"]
        self.assertEqual((server["state"], server["problem"]), ("up", None))
        self.assertRegex(server["zxid"], "^0x[0-9a-f]+$")
        for name in ("connections", "sessions", "nodes", "watches"):
            self.assertGreater(server[name], 0, name)
        self.assertEqual(set(server["latency"]), {"min", "avg", "max"})
        self.assertIsNone(first["servers"][0]["receivedPerSecond"])
        self.assertGreater(server["receivedPerSecond"], 0)
        self.assertEqual(server["transactionsPerSecond"], 0)
        (client,) = second["clients"]
        self.assertEqual(client["server"], suite.address)
        self.assertEqual(client["receivedPerSecond"], 0)
        self.assertNotIn("clients", self.json_of("--once", "--no-clients")[0])

    def test_answers_of_apache(self):
        mntr = "zk_watch_count\t5\nzk_global_sessions\t4\nzk_server_state\tleader\n"
        with Words(srvr=SRVR, mntr=mntr, cons=CONS) as words:
            (shown,) = self.json_of("-1", servers=words.address)
            server, client = shown["servers"][0], shown["clients"][0]
            expected = {
                "mode": "leader",
                "version": "3.8.0",
                "zxid": "0x10000002a",
                "latency": {"min": 0, "avg": 1.25, "max": 17},
                "outstanding": 3,
                "watches": 5,
                "sessions": 4,
                "ephemerals": None,
            }
            self.assertEqual({name: server[name] for name in expected}, expected)
            self.assertEqual(len(shown["clients"]), 1)
            expected = {
                "client": "[0:0:0:0:0:0:0:1]:40106",
                "session": "0x1000234f5a20001",
                "queued": 2,
                "latency": {"avg": 3, "max": 9},
                "lastOperation": "GETD",
            }
            self.assertEqual({name: client[name] for name in expected}, expected)

    def test_refused_down_slow_and_strange(self):
        down = unused_address()
        starting = "This ZooKeeper instance is not currently serving requests\n"
        with contextlib.ExitStack() as stack:
            words = [
                stack.enter_context(server)
                for server in (
                    Words(srvr=SRVR),
                    Words(),
                    Words(srvr=None),
                    Words(srvr=starting, mntr="\0\n\t:", cons=""),
                )
            ]
            servers = ",".join([*(server.address for server in words), down, suite.address])
            (shown,) = self.json_of("-1", servers=servers)
            states = [server["state"] for server in shown["servers"]]
            self.assertEqual(states, ["up", "refused", "down", "down", "down", "up"])
            self.assertEqual(shown["servers"][0]["refusedWords"], ["cons", "mntr"])
            self.assertIsNone(shown["servers"][0]["watches"])
            problems = [server["problem"] for server in shown["servers"]]
            self.assertIn("4lw.commands.whitelist", problems[1])
            self.assertIn("no answer within", problems[2])
            self.assertIn("not currently serving", problems[3])
            self.assertIn("refused", problems[4])
            lines = self.ok("top", "-1", servers=f"{words[0].address},{down}").lines
            self.assertIn("cons is refused", lines[4])
            self.assertRegex(lines[3], f"^{down} +down: Connection refused$")

    def test_no_server(self):
        result = self.check(NOT_CONNECTED, "top", "--once", servers=unused_address())
        self.assertIn("0 of 1 servers up", result.lines[0])

    def test_usage(self):
        self.fails(USAGE, "--interval must be", "top", "-i", "1ms")
        self.fails(USAGE, "use --count", "top", "--once", "--paths")
        self.check(USAGE, "top", "-r", "0")

    def test_paths(self):
        process = suite.start("--format", "json", "top", "-i", "100ms", "--paths", self.root)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)

        def paths():
            return json.loads(process.stdout.readline())["paths"]

        while paths()["problem"] is not None:
            pass
        self.ok("touch", self.root + "/a", self.root + "/b")
        for _ in range(3):
            self.ok("set", self.root + "/b", "x")
        while (seen := paths())["changes"] < 5:
            pass
        counts = {path["path"]: path["changes"] for path in seen["busiest"]}
        self.assertEqual(counts, {self.root + "/a": 1, self.root + "/b": 4})
        self.assertEqual((seen["root"], seen["gaps"]), (self.root, 0))

    def test_reader_that_closes(self):
        process = suite.start("--format", "json", "top", "-i", "100ms")
        process.stdout.readline()
        process.stdout.close()
        self.assertEqual(process.wait(suite.PATIENCE), DONE)
        process.stderr.close()

    @unittest.skipUnless(shutil.which("java") and DEBIAN_ZOOKEEPER.exists(), "no Apache ZooKeeper")
    def test_apache(self):
        command = f'"{suite.tool}" -s $ZOOKEEPER_HOSTS --format json top -n 2 -i 300ms'
        # A session, whose connection is shown.
        held = (
            f'"{suite.tool}" -s $ZOOKEEPER_HOSTS create -e --hold /held > "$0" & '
            f'until grep -q held "$0"; do :; done; {command}; kill $!; wait'
        )
        result = subprocess.run(
            [WITH_ZOOKEEPER, "sh", "-c", held, str(self.directory() / "out")],
            env=suite.environment(),
            stdout=subprocess.PIPE,
            timeout=suite.PATIENCE,
        )
        shown = json.loads(result.stdout.splitlines()[1])
        (server,), (client,) = shown["servers"], shown["clients"]
        self.assertEqual((server["state"], server["mode"]), ("up", "standalone"))
        self.assertRegex(server["version"], r"^3\.\d+\.\d+$")
        self.assertEqual((server["ephemerals"], server["sessions"]), (1, 1))
        self.assertGreater(server["receivedPerSecond"], 0)
        self.assertRegex(client["client"], r"^127\.0\.0\.1:\d+$")
        self.assertGreater(client["received"], 0)


class OnTheScreen(ToolCase):
    def top(self, *arguments, **options):
        terminal = Terminal("top", "-i", "200ms", *arguments, **options)
        self.addCleanup(terminal.__exit__)
        return terminal

    @staticmethod
    def shows(text):
        return lambda terminal: any(text in line for line in terminal.frame)

    def test_keys_and_size(self):
        terminal = self.top(size=(12, 140))
        terminal.wait_for(self.shows("standalone"))
        self.assertEqual(len(terminal.frame), 12)
        self.assertIn("RECEIVED", terminal.frame[1])
        self.assertEqual(terminal.frame[-1], "q: quit  space: refresh")
        terminal.resize(8, 70)
        terminal.wait_for(lambda t: len(t.frame) == 8)
        self.assertLessEqual(max(len(line) for line in terminal.frame), 70)
        self.assertNotIn("RECEIVED", terminal.frame[1])
        terminal.resize(1, 1)
        terminal.wait_for(lambda t: len(t.frame) == 1)
        terminal.type(" x\x1bq")
        self.assertEqual(terminal.code(), DONE)
        self.assertTrue(terminal.is_restored, terminal.output)

    def test_signals(self):
        for number, code in (
            (signal.SIGINT, DONE),
            (signal.SIGTERM, 128 + signal.SIGTERM),
            (signal.SIGHUP, 128 + signal.SIGHUP),
            (signal.SIGQUIT, 128 + signal.SIGQUIT),
            (signal.SIGABRT, -signal.SIGABRT),
        ):
            terminal = self.top()
            terminal.wait_for(self.shows("standalone"))
            self.assertFalse(terminal.is_restored)
            if number == signal.SIGINT:
                terminal.type("\x03")
            else:
                terminal.process.send_signal(number)
            self.assertEqual(terminal.code(), code)
            self.assertTrue(terminal.is_restored, terminal.output)

    def test_stop_and_continue(self):
        terminal = self.top()
        terminal.wait_for(self.shows("standalone"))
        terminal.type("\x1a")
        stopped = terminal.wait_for(
            lambda t: os.waitid(
                os.P_PID, t.process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT
            )
        )
        self.assertEqual(stopped.si_status, signal.SIGSTOP)
        terminal.wait_for(lambda t: t.is_restored)
        terminal.output = ""
        terminal.process.send_signal(signal.SIGCONT)
        terminal.wait_for(self.shows("standalone"))
        terminal.type("q")
        self.assertEqual(terminal.code(), DONE)

    def test_loss_of_a_server_and_one_that_hangs(self):
        with Words(srvr=None) as hanging, contextlib.ExitStack() as stack:
            other = stack.enter_context(suite.served(suite.tool))
            terminal = self.top(
                "--paths", servers=f"{suite.address},{other},{hanging.address}"
            )
            # The server that hangs delays neither the others nor the end.
            terminal.wait_for(self.shows("2 of 3 servers up"))
            stack.close()
            terminal.wait_for(self.shows("down: "))
            terminal.wait_for(self.shows("1 of 3 servers up"))
            with suite.served(suite.tool, listen=other):
                terminal.wait_for(self.shows("2 of 3 servers up"))
            terminal.type("q")
            self.assertEqual(terminal.code(), DONE)
            self.assertTrue(terminal.is_restored)

    def test_plain_terminal(self):
        terminal = self.top(env={"TERM": "dumb"})
        terminal.wait_for(lambda t: t.text.count("standalone") >= 2)
        self.assertNotIn("\x1b", terminal.output)
        terminal.type("\x03")
        self.assertEqual(terminal.code(), 128 + signal.SIGINT)


if __name__ == "__main__":
    suite.main()
