# SPDX-License-Identifier: Apache-2.0
"""Shared by the interop tests: a server of their own, and the exit status."""

import argparse
import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import unittest

SKIPPED = 77
PR_SET_PDEATHSIG = 1
WITH_ZOOKEEPER = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "with-zookeeper"
DEBIAN_ZOOKEEPER = pathlib.Path("/usr/share/java/zookeeper.jar")


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@contextlib.contextmanager
def served(tool, *arguments, listen="127.0.0.1:0"):
    """Runs `kazoo serve` and yields its address. With short ticks, sessions expire in a second."""
    command = [tool, "serve", "--listen", listen, "--tick", "250", *arguments]
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent
    )
    try:
        address = server.stdout.readline().strip()
        if ":" not in address:
            raise RuntimeError(f"{command} did not say where it listens")
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        code = server.wait(timeout=10)
        server.stdout.close()
        if code != 0:
            raise RuntimeError(f"the server ended with {code}")


@contextlib.contextmanager
def apache():
    """Runs an Apache ZooKeeper and yields its address; skips the test if there is none."""
    if shutil.which("java") is None:
        skip("there is no java")
    if not DEBIAN_ZOOKEEPER.exists() and "KAZOO_ZOOKEEPER_CLASSPATH" not in os.environ:
        skip("Apache ZooKeeper is not installed")
    # The server ends when the input of the command ends, with this process at the latest.
    command = [WITH_ZOOKEEPER, "sh", "-c", "echo $ZOOKEEPER_HOSTS; cat"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        address = server.stdout.readline().strip()
        if ":" not in address:
            raise RuntimeError("Apache ZooKeeper did not start")
        yield address


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def parse(description, *more):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--tool", required=True)
    for name in more:
        parser.add_argument(name)
    return parser.parse_args()


def run_cases(*cases):
    loader = unittest.defaultTestLoader
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in cases)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1
