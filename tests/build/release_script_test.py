#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests scripts/release in a repository of its own, made of a copy of this tree.

    release_script_test.py
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Of this tree, what makes a target of the library.
PARTS = "CMakePresets.json LICENSE cmake examples include packaging src tools".split()
TARGET = "kazoo_base"


def run(*command, cwd):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment.update(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


class ReleaseScript(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.tree = pathlib.Path(self.directory.name) / "tree"
        for part in (*PARTS, "CMakeLists.txt", "scripts", "tests/style", "tests/consumer"):
            source, copy = ROOT / part, self.tree / part
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, copy) if source.is_dir() else shutil.copy(source, copy)
        (self.tree / ".gitignore").write_text("/build*/\n__pycache__/\n")
        text = (self.tree / "CMakeLists.txt").read_text()
        self.version = re.search(r"project\(kazoo VERSION ([\d.]+)", text).group(1)
        self.write_changelog(f"{self.version} - 2030-01-31")
        self.git("init", "--quiet")
        self.git("config", "user.name", "A tester")
        self.git("config", "user.email", "tester@example.com")
        self.commit()

    def git(self, *arguments):
        done = run("git", *arguments, cwd=self.tree)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "A commit")

    def write_changelog(self, heading, body="- The first release.\n"):
        (self.tree / "CHANGELOG.md").write_text(f"# Changelog\n\n## {heading}\n\n{body}")

    def release(self, *arguments):
        return run(self.tree / "scripts/release", "--target", TARGET, *arguments, cwd=self.tree)

    def refused(self, why):
        done = self.release()
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(why, done.stdout)
        self.assertEqual(self.git("tag", "--list"), "")

    def test_refuses_what_is_not_ready(self):
        (self.tree / "new_file").write_text("")
        self.refused("uncommitted changes")
        (self.tree / "new_file").unlink()

        self.write_changelog("Unreleased")
        self.commit()
        self.refused(f"rename it to '## {self.version} - <date>'")

        self.write_changelog(f"{self.version} - 2030-01-31", "")
        self.commit()
        self.refused("is empty")

        self.write_changelog(f"{self.version} - 2030-01-31")
        header = self.tree / "include/kazoo/version.hpp"
        header.write_text(header.read_text().replace(self.version, "99.0.0"))
        self.commit()
        self.refused("include/kazoo/version.hpp:1: the version is not that of CMakeLists.txt")

    def test_makes_a_tarball_that_builds_and_a_tag(self):
        done = self.release("--dry-run")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(self.git("tag", "--list"), "")
        tarball = self.tree / f"build/release-files/kazoo-cpp-{self.version}.tar.gz"
        first = tarball.read_bytes()

        done = self.release()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(tarball.read_bytes(), first)
        tag = f"v{self.version}"
        self.assertEqual(self.git("cat-file", "-t", tag).strip(), "tag")
        message = self.git("tag", "--list", "--format=%(contents)", tag)
        self.assertIn("- The first release.", message)

        done = self.release()
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"there is a tag {tag} already", done.stdout)


if __name__ == "__main__":
    unittest.main()
