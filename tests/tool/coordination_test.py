# SPDX-License-Identifier: Apache-2.0
"""Commands that run programs: lock, elect, semaphore, lease, barrier; and queue."""

import json
import os
import signal
import subprocess
import time

import suite
from suite import DONE, FAILED, LOST, NO_NODE, USAGE, ToolCase

TERMINATED = 128 + signal.SIGTERM


class ProgramCase(ToolCase):
    def begin(self, *arguments, **options):
        """A process of the tool that is ended with the test."""
        process = suite.start(*arguments, stdin=subprocess.PIPE, **options)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def begin_holding(self, command, *arguments, **options):
        """Begins a lock whose program says when it runs, and ends with its standard input."""
        program = ("sh", "-c", 'echo "$KAZOO_TOKEN $KAZOO_NODE"; read -r line; exit 0')
        process = self.begin(command, self.root, *arguments, "--", *program, **options)
        self.assertRegex(process.stdout.readline().decode(), r"^\d+ " + self.root)
        return process

    def end(self, process, code):
        out, err = process.communicate(timeout=suite.PATIENCE)
        self.assertEqual(process.returncode, code, err)
        return out.decode(), err.decode()

    def wait_for(self, condition):
        deadline = time.monotonic() + suite.PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)


class Locks(ProgramCase):
    def test_program(self):
        for command in ("lock", "elect", "semaphore"):
            path = f"{self.root}/{command}"
            result = self.ok(command, path, "--", "sh", "-c", 'echo "$KAZOO_TOKEN $KAZOO_NODE"')
            token, node = result.text.split()
            self.assertGreater(int(token), 0)
            self.assertTrue(node.startswith(path + "/"), node)
            self.assertEqual(self.ok("ls", path).out, b"")
            self.assertEqual(self.check(7, command, path, "--", "sh", "-c", "exit 7").code, 7)
            # Its arguments are its own, whatever they look like.
            result = self.ok(command, path, "--", "printf", "%s.", "--", "-s", "[a,b]", "", "x y")
            self.assertEqual(result.text, "--.-s.[a,b]..x y.")
        self.check(128 + signal.SIGKILL, "lock", self.root + "/l", "--", "sh", "-c", "kill -9 $$")
        self.fails(127, "cannot run", "lock", self.root + "/l", "--", "/nonexistent/program")
        self.fails(126, "cannot run", "lock", self.root + "/l", "--", "/")
        self.assertEqual(self.ok("ls", self.root + "/l").out, b"")

    def test_standard_input_is_that_of_the_program(self):
        result = self.ok("lock", self.root, "--", "cat", stdin=b"\x00bytes")
        self.assertEqual(result.out, b"\x00bytes")

    def test_exclusion(self):
        first = self.begin_holding("lock", "--id", "one")
        self.fails(FAILED, "is held by another process", "lock", self.root, "--try", "--", "true")
        self.fails(FAILED, "not acquired", "lock", self.root, "--wait", "50ms", "--", "true")
        second = self.begin("lock", self.root, "--", "echo", "second")
        self.wait_for(lambda: len(self.ok("lock", "--list", self.root).lines) == 2)
        listed = self.ok("--format", "json", "lock", "--list", self.root).json_lines
        self.assertEqual(listed[0]["data"], "one")
        self.assertLess(listed[0]["token"], listed[1]["token"])
        first.stdin.write(b"\n")
        first.stdin.flush()
        self.end(first, DONE)
        self.assertEqual(self.end(second, DONE)[0], "second\n")

    def test_semaphore(self):
        held = [self.begin_holding("semaphore", "-n", "2", "--id", name) for name in "ab"]
        self.assertEqual(sorted(self.ok("semaphore", "--list", self.root).lines), ["a", "b"])
        tried = ("semaphore", self.root, "-n", "2", "--try", "--", "true")
        self.check(FAILED, *tried)
        self.end(held[0], DONE)
        self.ok(*tried)
        self.end(held[1], DONE)

    def test_signals_are_passed_on(self):
        process = self.begin_holding("lock")
        process.terminate()
        self.end_without_input(process, TERMINATED)
        self.assertEqual(self.ok("ls", self.root).out, b"")
        script = "trap 'echo trapped; exit 5' TERM; echo ready; while :; do sleep 0.05; done"
        process = self.begin("lock", self.root, "--", "sh", "-c", script)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        process.terminate()
        self.assertEqual(self.end(process, 5)[0], "trapped\n")

    def test_a_signal_ends_the_wait(self):
        first = self.begin_holding("lock")
        second = self.begin("lock", self.root, "--", "echo", "never")
        self.wait_for(lambda: len(self.ok("lock", "--list", self.root).lines) == 2)
        second.terminate()
        self.assertEqual(self.end(second, TERMINATED)[0], "")
        # Its node is gone with its session, at once.
        self.assertEqual(len(self.ok("lock", "--list", self.root).lines), 1)
        self.end(first, DONE)

    def test_loss(self):
        process = self.begin_holding("lock")
        node = self.ok("lock", "--list", self.root).text.split()[0]
        self.ok("rm", node)
        _, err = self.end_without_input(process, LOST)
        self.assertIn("lost", err)

    def end_without_input(self, process, code):
        """The standard input stays open: the program does not end by itself."""
        self.wait_for(lambda: process.poll() is not None)
        return self.end(process, code)

    def test_loss_of_a_program_that_does_not_end(self):
        script = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
        process = self.begin("lock", "--grace", "100ms", self.root, "--", "sh", "-c", script)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        self.ok("rm", self.ok("lock", "--list", self.root).text.split()[0])
        self.end_without_input(process, LOST)

    def test_loss_of_the_session(self):
        with suite.Proxy(suite.address) as proxy:
            process = self.begin_holding(
                "lock", env=suite.environment(KAZOO_SESSION_TIMEOUT="2s"), servers=proxy.address
            )
            proxy.cut(for_good=True)
            self.end_without_input(process, LOST)

    def test_an_interruption_is_a_loss_by_choice(self):
        with suite.Proxy(suite.address) as proxy:
            process = self.begin_holding("lock", "--in-doubt", servers=proxy.address)
            proxy.cut()
            self.end_without_input(process, LOST)

    def test_the_program_ends_with_the_tool(self):
        script = "echo $$; exec sleep 1000"
        process = self.begin("lock", self.root, "--", "sh", "-c", script)
        program = int(process.stdout.readline())
        process.kill()
        process.wait(suite.PATIENCE)

        def has_ended():
            try:
                os.kill(program, 0)
            except ProcessLookupError:
                return True
            with open(f"/proc/{program}/stat", encoding="utf-8") as file:
                return file.read().rpartition(")")[2].split()[0] == "Z"

        self.wait_for(has_ended)

    def test_without_a_program(self):
        process = self.begin("--format", "json", "lock", self.root)
        held = json.loads(process.stdout.readline())
        self.assertGreater(held["token"], 0)
        self.ok("exists", held["path"])
        process.terminate()
        self.end(process, DONE)
        self.check(NO_NODE, "exists", held["path"])

    def test_names_of_other_clients(self):
        for names, part in (("curator", "-lock-"), ("go", "lock-"), ("kazoo", "__lock__")):
            result = self.ok(
                "lock", "--names", names, self.root, "--", "sh", "-c", 'echo "$KAZOO_NODE"'
            )
            self.assertIn(part, result.text)

    def test_wrong_usage(self):
        self.check(USAGE, "lock")
        self.check(USAGE, "lock", "--wait", "soon", self.root, "--", "true")
        self.check(USAGE, "lock", "--names", "sing", self.root, "--", "true")
        self.check(USAGE, "semaphore", "-n", "0", self.root, "--", "true")

    def test_election_again(self):
        script = 'echo "$KAZOO_TOKEN"; read -r line || exit 0; sleep 1000'
        process = self.begin("elect", "--again", self.root, "--", "sh", "-c", script)
        first = int(process.stdout.readline())
        self.ok("rm", self.ok("elect", "--list", self.root).text.split()[0])
        second = int(process.stdout.readline())
        self.assertGreater(second, first)
        self.end(process, DONE)


class Leases(ProgramCase):
    def test_lease(self):
        path = self.root + "/lease"
        token, end = self.ok("lease", path, "1h", "--id", "me").text.split()
        self.assertGreater(int(token), 0)
        self.assertRegex(end, r"Z$")
        other = ("lease", path, "1h", "--id", "you")
        self.fails(FAILED, "leased to another process", *other)
        self.fails(FAILED, "leased to another process", *other, "--release")
        renewed = self.ok("--format", "json", "lease", path, "1h", "--id", "me").json
        self.assertGreater(renewed["token"], int(token))
        self.ok("lease", "--release", path, "1h", "--id", "me")
        self.ok(*other)
        self.check(USAGE, "lease", path)
        self.check(USAGE, "lease", path, "soon")
        self.check(USAGE, "lease", path, "999ms")

    def test_program_runs_longer_than_the_lease(self):
        path = self.root + "/lease"
        script = 'echo "$KAZOO_TOKEN"; sleep 4; exit 3'
        result = self.check(3, "lease", path, "3s", "--", "sh", "-c", script)
        self.assertGreater(int(result.text), 0)
        self.ok("lease", path, "1h", "--id", "next")

    def test_loss(self):
        path = self.root + "/lease"
        process = self.begin("lease", path, "3s", "--", "sh", "-c", "echo; sleep 1000")
        process.stdout.readline()
        self.ok("rm", path + "/lease_holder")
        self.end(process, LOST)


class Barriers(ProgramCase):
    def test_barrier(self):
        path = self.root + "/gate"
        self.ok("barrier", "wait", path)
        self.ok("barrier", "create", path)
        self.fails(FAILED, "time limit", "barrier", "wait", "--wait", "50ms", path)
        process = self.begin("barrier", "wait", path)
        self.ok("barrier", "remove", path)
        self.end(process, DONE)
        self.fails(NO_NODE, "was open", "barrier", "remove", path)

    def test_a_signal_ends_the_wait(self):
        path = self.root + "/gate"
        self.ok("barrier", "create", path)
        process = self.begin("barrier", "wait", path)
        # Until the tool handles signals itself, the signal ends it, with the negative number.
        process.terminate()
        process.communicate(timeout=suite.PATIENCE)
        self.assertIn(process.returncode, (TERMINATED, -signal.SIGTERM))

    def test_double_barrier(self):
        path = self.root + "/both"
        enter = ("barrier", "enter", "-n", "2", path, "--")
        first = self.begin(*enter, "echo", "one")
        second = self.begin(*enter, "sh", "-c", "echo two; exit 6")
        self.assertEqual(self.end(first, DONE)[0], "one\n")
        self.assertEqual(self.end(second, 6)[0], "two\n")
        self.fails(USAGE, "--members is missing", "barrier", "enter", path, "--", "true")


class Queues(ProgramCase):
    def test_queue(self):
        path = self.root + "/queue"
        self.assertTrue(self.ok("queue", "put", path, "b").text.startswith("entry-100-"))
        self.ok("queue", "put", "-p", "5", path, "a")
        self.ok("queue", "put", path, "-", stdin=bytes(range(256)))
        self.ok("queue", "put", "--lines", path, "-", stdin="x y\nz\n")
        self.assertEqual(self.ok("queue", "size", path).text, "5\n")
        self.assertEqual(self.ok("queue", "get", path).text, "a")
        self.assertEqual(self.ok("--format", "json", "queue", "get", path).json, {"data": "b"})
        self.assertEqual(self.ok("queue", "get", path).out, bytes(range(256)))
        self.assertEqual(self.ok("queue", "get", "--try", path).text, "x y")
        self.ok("queue", "get", path)
        self.fails(FAILED, "has no item", "queue", "get", "--try", path)
        self.fails(FAILED, "time limit", "queue", "get", "--wait", "50ms", path)
        process = self.begin("queue", "get", path)
        self.ok("queue", "put", path, "late")
        self.assertEqual(self.end(process, DONE)[0], "late")
        self.check(USAGE, "queue", "put", "-p", "1000", path, "x")


if __name__ == "__main__":
    suite.main()
