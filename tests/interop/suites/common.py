# SPDX-License-Identifier: Apache-2.0
"""Functions shared by the suites."""

import contextlib
import dataclasses
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import xml.etree.ElementTree


class Skipped(Exception):
    """The suite is not available on this machine."""


class Failed(Exception):
    """The suite could not be run."""


@dataclasses.dataclass
class Outcome:
    version: str
    passed: int = 0
    failed: list = dataclasses.field(default_factory=list)
    left_out: dict = dataclasses.field(default_factory=dict)

    @property
    def total(self):
        return self.passed + len(self.failed)


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise Skipped(f"there is no {tool}")


def fetch(command, cwd, what):
    """Runs a command that fetches packages; raises if they are not available."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no reason given"]
        raise Skipped(f"{what} is not to be had: {last[0]}")
    return done.stdout


def call(command, cwd, env, seconds, log):
    """Runs a suite and ignores its exit code, because its report is more precise."""
    with open(log, "w", encoding="utf-8", errors="replace") as out:
        try:
            return subprocess.run(
                command, cwd=cwd, env=env, stdout=out, stderr=subprocess.STDOUT, timeout=seconds
            ).returncode
        except subprocess.TimeoutExpired:
            raise Failed(f"not done after {seconds} s, see {log}") from None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def server(env, **more):
    """Runs a server for a whole suite and yields its port."""
    port = free_port()
    with tempfile.TemporaryDirectory() as data:
        env = dict(env, KAZOO_PORT=str(port), KAZOO_DATA=data, **more)
        process = subprocess.Popen(
            [env["KAZOO_ZK_SERVER"], "start-foreground"],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + 60
            while True:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                if process.poll() is not None or time.monotonic() > deadline:
                    raise Failed("the server does not listen")
                time.sleep(0.05)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def python_environment(work, *packages):
    """A Python interpreter with only these packages."""
    python = work / "python" / "bin" / "python"
    if not python.exists():
        need("python3")
        fetch(["python3", "-m", "venv", str(work / "python")], work, "a virtual environment")
        fetch([str(python), "-m", "pip", "-q", "install", *packages], work, "what the tests need")
    return python


def python_source(work, package, version):
    """The unpacked source archive of a package, including its tests."""
    source = work / f"{package}-{version}"
    if not source.exists():
        need("python3")
        fetch(
            ["python3", "-m", "pip", "-q", "download", "--no-deps", "--no-binary", ":all:",
             f"{package}=={version}"],
            work,
            f"{package} {version}",
        )
        shutil.unpack_archive(str(source) + ".tar.gz", work)
    return source


def read_junit(report, outcome):
    """Returns the names of failed tests and counts the others in the outcome."""
    if not pathlib.Path(report).exists():
        raise Failed("there is no report: the tests did not run")
    failed = []
    for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(name)
        elif case.find("skipped") is not None:
            outcome.left_out[name] = case.find("skipped").get("message") or "skipped by itself"
        else:
            outcome.passed += 1
    return failed


def writable_copy(source, target):
    if not os.path.exists(target):
        shutil.copytree(source, target)
        for directory, _, files in os.walk(target):
            for path in [directory, *(os.path.join(directory, name) for name in files)]:
                os.chmod(path, os.stat(path).st_mode | 0o200)
