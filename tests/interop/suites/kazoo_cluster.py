# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin for the tests of Python's kazoo: replaces their cluster of three Apache
servers by a single server that zk_server.py (KAZOO_ZK_SERVER) runs."""

import os
import shutil
import socket
import subprocess
import tempfile
import time

from kazoo.testing import harness

SUPER_DIGEST = (
    "-Dzookeeper.DigestAuthenticationProvider.superDigest=super:D/InIHSb7yEEbrWz8b9l71RjZJU="
)


class StandIn:
    """One server with the interface of kazoo.testing.common.ManagedZooKeeper."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.client_port = probe.getsockname()[1]
        self.process = None
        self.directory = None

    @property
    def address(self):
        return f"127.0.0.1:{self.client_port}"

    secure_address = address

    @property
    def running(self):
        return self.process is not None

    def run(self):
        if self.running:
            return
        self.directory = self.directory or tempfile.mkdtemp()
        environment = dict(
            os.environ,
            KAZOO_PORT=str(self.client_port),
            KAZOO_DATA=self.directory,
            SERVER_JVMFLAGS=SUPER_DIGEST,
        )
        program = [os.environ["KAZOO_ZK_SERVER"], "start-foreground"]
        self.process = subprocess.Popen(
            program, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.client_port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError("the server does not listen")

    def stop(self):
        if self.running:
            self.process.kill()
            self.process.wait()
            self.process = None

    def destroy(self):
        self.stop()
        if self.directory:
            shutil.rmtree(self.directory, ignore_errors=True)
            self.directory = None

    reset = destroy

    def get_logs(self, num_lines=100):
        return []


class Cluster(list):
    def start(self):
        for server in self:
            server.run()

    def stop(self):
        for server in self:
            server.stop()

    def terminate(self):
        for server in self:
            server.destroy()

    reset = terminate

    def get_logs(self):
        return []


CLUSTER = Cluster([StandIn()])


def get_global_cluster():
    return CLUSTER


def pytest_configure(config):
    os.environ.setdefault("ZOOKEEPER_VERSION", "3.8.0")
    harness.get_global_cluster = get_global_cluster


def pytest_unconfigure(config):
    CLUSTER.terminate()
