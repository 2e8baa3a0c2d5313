# SPDX-License-Identifier: Apache-2.0
"""kazoo lock when its holder, the server or the network fails: two programs never run at once,
beyond what the tokens fence.

The programs append their tokens to a log, in place of a resource that several processes write to.
Such a resource refuses tokens that are smaller than one that it has seen: see docs/locks.md."""

import contextlib
import importlib.machinery
import importlib.util
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import suite
import served  # in the directory that `suite` adds to the path
from hooked import MuteProxy
from suite import LOST

# Ends when the test removes the folder of the log; after some minutes in any case.
PROGRAM = (
    "i=0; while [ $i -lt 9000 ]; do "
    'echo "$KAZOO_TOKEN $$" >>"$LOG" || exit; i=$((i + 1)); sleep 0.02; done'
)
STUBBORN = "trap '' TERM; " + PROGRAM
SESSION = "1s"


class Server:
    """A `kazoo serve` that can be killed, and started again at the same address."""

    def __init__(self):
        self.address = "127.0.0.1:0"
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [suite.tool, "serve", "--listen", self.address, "--tick", "250"],
            stdout=subprocess.PIPE, text=True, preexec_fn=served.die_with_parent,
        )
        self.address = self.process.stdout.readline().strip()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Apache:
    """An Apache ZooKeeper that can be killed, and started again with its data."""

    def __init__(self, folder):
        loader = importlib.machinery.SourceFileLoader("with_zookeeper", str(served.WITH_ZOOKEEPER))
        self.script = importlib.util.module_from_spec(
            importlib.util.spec_from_loader(loader.name, loader)
        )
        loader.exec_module(self.script)
        self.folder = pathlib.Path(folder)
        self.port = self.script.free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.start()

    def start(self):
        self.process = self.script.launch(self.folder, self.port)
        self.script.wait_until_ready(self.process, self.port, self.folder)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Fencing(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.log = pathlib.Path(self.folder.name) / "log"
        self.log.touch()
        self.addCleanup(self.end_programs)

    def end_programs(self):
        for pid in {pid for _, pid in self.writes()}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def writes(self):
        """(token, the program's process) of each write, in their order."""
        whole = self.log.read_text().rpartition("\n")[0]
        return [tuple(map(int, line.split())) for line in whole.splitlines()]

    def contender(self, servers, *options, program=PROGRAM, session=SESSION):
        process = suite.start(
            "-q", "lock", *options, "/lock", "--", "sh", "-c", program, servers=servers,
            env=suite.environment(LOG=str(self.log), KAZOO_SESSION_TIMEOUT=session),
            # A program that outlives the tool would keep pipes open.
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_for(self, condition):
        deadline = time.monotonic() + suite.PATIENCE
        while not (found := condition()):
            self.assertLess(time.monotonic(), deadline, self.writes()[-5:])
            time.sleep(0.02)
        return found

    def next_token(self, before=0):
        """Waits for the first write of a program with a larger token, and returns that."""
        return self.wait_for(
            lambda: next((token for token, _ in self.writes() if token > before), None)
        )

    def contenders(self, servers, count):
        """Waits until so many processes hold the lock or wait for it."""
        self.wait_for(
            lambda: len(suite.run("lock", "--list", "/lock", servers=servers).lines) == count
        )

    def more_writes(self, token):
        """Waits until the program with this token has written several times more."""
        count = sum(each == token for each, _ in self.writes())
        self.wait_for(lambda: sum(each == token for each, _ in self.writes()) >= count + 5)

    def ended(self, pid):
        try:
            state = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return True
        return state.rpartition(")")[2].split()[0] == "Z"

    def program_of(self, token):
        return next(pid for each, pid in self.writes() if each == token)

    def check_fenced(self, *tokens):
        """These programs have written, each first with a token larger than all before."""
        order, greatest = [], 0
        for token, pid in self.writes():
            if (token, pid) not in order:
                self.assertGreater(token, greatest, "a new holder would be refused")
                order.append((token, pid))
            greatest = max(greatest, token)
        self.assertEqual([token for token, _ in order], list(tokens))

    def check_one_at_a_time(self):
        """No program has written behind one with a larger token: nothing had to be fenced."""
        tokens = [token for token, _ in self.writes()]
        self.assertEqual(tokens, sorted(tokens))

    def test_holders_that_are_killed(self):
        with suite.served(suite.tool) as address:
            waiting = []
            for count in range(1, 4):
                waiting.append(self.contender(address))
                self.contenders(address, count)
            tokens = [self.next_token()]
            for holder in waiting[:2]:
                holder.kill()
                tokens.append(self.next_token(tokens[-1]))
            # The program ends with the tool; the lock goes on when the session has ended.
            self.assertTrue(self.ended(self.program_of(tokens[0])))
            self.more_writes(tokens[-1])
            waiting[2].terminate()
            waiting[2].wait(suite.PATIENCE)
            self.check_fenced(*tokens)
            self.check_one_at_a_time()

    def test_a_program_that_outlives_the_killed_holder_is_fenced(self):
        with suite.served(suite.tool) as address:
            first = self.contender(address, program=STUBBORN)
            old = self.next_token()
            second = self.contender(address)
            self.contenders(address, 2)
            first.kill()
            new = self.next_token(old)
            self.more_writes(old)
            self.more_writes(new)
            self.assertFalse(self.ended(self.program_of(old)))
            self.check_fenced(old, new)
            second.terminate()
            self.assertEqual(second.wait(suite.PATIENCE), 128 + signal.SIGTERM)

    def test_server_that_is_killed(self):
        server = Server()
        try:
            first = self.contender(server.address)
            old = self.next_token()
            server.kill()
            # Another server, without the session and the lock: who asks it obtains the lock.
            server.start()
            second = self.contender(server.address)
            new = self.next_token(old)
            self.assertEqual(first.wait(suite.PATIENCE), LOST)
            self.assertTrue(self.ended(self.program_of(old)))
            self.more_writes(new)
            self.check_fenced(old, new)
            second.terminate()
            second.wait(suite.PATIENCE)
        finally:
            server.kill()

    def test_server_that_stays_away(self):
        server = Server()
        try:
            holder = self.contender(server.address, "--grace", "100ms", program=STUBBORN)
            token = self.next_token()
        finally:
            server.kill()
        # The session cannot be resumed: the program, which ignores SIGTERM, is killed.
        self.assertEqual(holder.wait(suite.PATIENCE), LOST)
        self.wait_for(lambda: self.ended(self.program_of(token)))

    def test_apache_that_is_killed_and_comes_back(self):
        if shutil.which("java") is None or not served.DEBIAN_ZOOKEEPER.exists():
            self.skipTest("Apache ZooKeeper is not installed")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        server = Apache(folder.name)
        try:
            # Long enough for a start of the server on a busy machine.
            first = self.contender(server.address, session="50s")
            old = self.next_token()
            second = self.contender(server.address, session="50s")
            self.contenders(server.address, 2)
            server.kill()
            server.start()
            # The sessions and the lock have lasted.
            self.contenders(server.address, 2)
            self.more_writes(old)
            self.check_fenced(old)
            first.terminate()
            new = self.next_token(old)
            second.terminate()
            second.wait(suite.PATIENCE)
            self.check_fenced(old, new)
            self.check_one_at_a_time()
        finally:
            server.kill()

    def network(self, program, *options):
        """The network of the holder fails: nothing passes, and no connection ends."""
        with suite.served(suite.tool) as address, MuteProxy(address) as proxy:
            first = self.contender(proxy.address, *options, program=program)
            old = self.next_token()
            second = self.contender(address)
            self.contenders(address, 2)
            proxy.mute()
            new = self.next_token(old)
            self.assertEqual(first.wait(suite.PATIENCE), LOST)
            self.wait_for(lambda: self.ended(self.program_of(old)))
            self.more_writes(new)
            self.check_fenced(old, new)
            second.terminate()
            self.assertEqual(second.wait(suite.PATIENCE), 128 + signal.SIGTERM)
            # The node of the holder, whose close did not arrive, ends with its session.
            self.contenders(address, 0)

    def test_network_that_fails(self):
        self.network(PROGRAM)

    def test_network_that_fails_and_a_program_that_does_not_end(self):
        self.network(STUBBORN, "--grace", "100ms")

    def test_network_that_comes_back_in_time(self):
        with suite.served(suite.tool) as address, MuteProxy(address) as proxy:
            first = self.contender(proxy.address)
            token = self.next_token()
            second = self.contender(address)
            self.contenders(address, 2)
            proxy.cut()
            self.more_writes(token)
            self.contenders(address, 2)
            self.assertIsNone(first.poll())
            self.check_fenced(token)
            first.terminate()
            new = self.next_token(token)
            second.terminate()
            second.wait(suite.PATIENCE)
            self.check_fenced(token, new)
            self.check_one_at_a_time()
            self.assertEqual(first.wait(suite.PATIENCE), 128 + signal.SIGTERM)


if __name__ == "__main__":
    suite.main()
