# SPDX-License-Identifier: Apache-2.0
"""A copy of the tree, built once, in which defects are tried one after the other."""

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "style"))

import sources  # noqa: E402

SIM_SEEDS = 300
PLACES = {
    "sim": "tests/sim/sim",
    "sim_checks": "tests/sim/sim_checks",
    "integration": "tests/integration/integration",
    "embedded": "tests/embedded/embedded",
    "recipes": "tests/recipes/recipes",
    "security": "tests/security/security",
    "memory": "tests/memory/memory",
}
NO_END = "does not end"

FAILED_CASE = re.compile(r"^\[  FAILED  \] ([\w/]+\.[\w/]+)", re.MULTILINE)
BEGUN_CASE = re.compile(r"^\[ RUN      \] ([\w/]+\.[\w/]+)", re.MULTILINE)
FAILED_SEED = re.compile(r"^(seed \d+: .*)", re.MULTILINE)


class Broken(Exception):
    """A precondition fails: a build, or the suites without any defect."""


def target_of(suite):
    return suite.partition(":")[0]


def name_of_failure(output, how):
    """Returns the name of the failed test, if the output of a suite contains it."""
    seed = FAILED_SEED.search(output)
    if seed:
        return seed.group(1)[:90]
    failed = FAILED_CASE.search(output)
    if failed and how != NO_END:
        return failed.group(1)
    begun = BEGUN_CASE.findall(output)
    return f"{begun[-1]} {how}" if begun else how


class MutatedTree:
    def __init__(self, root, scratch, configuration, prefix="", limit=40):
        """`prefix` is put before all commands that take long, such as `flock` or `nice`. `limit` is
        the time limit of unit suites in seconds; the others have three times as long."""
        self.root = Path(root)
        self.tree = Path(scratch) / "tree"
        # As with the preset dev, so that a compiler cache serves both.
        self.build = self.tree / "build" / "dev"
        self.configuration = configuration
        self.prefix = shlex.split(prefix)
        self.limit = limit

    def prepare(self, suites):
        """Copies and builds the tree, and checks that the suites pass without a defect."""
        self._copy()
        configured = self._run(["cmake", "-S", ".", "-B", str(self.build), *self.configuration])
        if configured[0] != 0:
            raise Broken("cmake fails:\n" + configured[1][-3000:])
        for suite in suites:
            failure = self._try(suite)
            if failure:
                raise Broken(f"without any defect {suite} fails: {failure}")

    def judge(self, defect):
        """Returns the (suite, test) that caught the defect, or None if it survives."""
        path = self.tree / defect.file
        good = path.read_text(encoding="utf-8")
        path.write_text(defect.mutate(good), encoding="utf-8")
        try:
            for suite in defect.suites:
                failure = self._try(suite)
                if failure:
                    return suite, failure
        finally:
            path.write_text(good, encoding="utf-8")
        return None

    def _copy(self):
        wanted = dict(sources.files(self.root))
        present = dict(sources.files(self.tree)) if self.tree.exists() else {}
        for name in present.keys() - wanted.keys():
            present[name].unlink()
        for name, path in wanted.items():
            data = path.read_bytes()
            if name not in present or present[name].read_bytes() != data:
                target = self.tree / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                target.chmod(path.stat().st_mode)

    def _try(self, suite):
        """Builds and runs a suite; returns the name of the failure, or None."""
        target = target_of(suite)
        status, output = self._run(["cmake", "--build", str(self.build), "--target", target])
        if status != 0:
            raise Broken(f"{target} does not build:\n" + output[-3000:])
        limit = self.limit if suite.startswith("unit") else 3 * self.limit
        status, output = self._run(self._command(suite), limit)
        if status == 0:
            return None
        how = NO_END if status is None else "crashes" if status < 0 or status > 128 else "fails"
        return name_of_failure(output, how)

    def _command(self, suite):
        target = target_of(suite)
        program = str(self.build / PLACES.get(target, f"tests/{target}"))
        if target == "sim":
            return [program, "--seeds", str(SIM_SEEDS)]
        command = [program, "--gtest_fail_fast"]
        if target != suite:
            name = suite.partition(":")[2]
            command.append(f"--gtest_filter={name}.*:*/{name}.*:{name}/*")
        return command

    def _run(self, command, limit=None):
        """Returns (status, output); the status is None if the limit, in seconds, was exceeded."""
        environment = dict(os.environ, KAZOO_TEST_SERVER="embedded")
        if limit is not None:
            # Inside the prefix, so that waiting for a lock does not count.
            command = ["timeout", "--kill-after=1", str(limit), *command]
        done = subprocess.run(
            [*self.prefix, *command],
            cwd=self.tree,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        status = done.returncode
        if limit is not None and status in (124, 128 + signal.SIGKILL, -signal.SIGKILL):
            status = None
        return status, done.stdout.decode(errors="replace")
