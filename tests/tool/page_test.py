# SPDX-License-Identifier: Apache-2.0
"""The examples of docs/command-line.md: their commands write what the page says."""

import os
import pathlib
import re
import subprocess
import unittest

import suite

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "command-line.md"


def examples():
    """(the command, the lines behind it) of each example, in the order of the page."""
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, lines = example.partition("\n")
            yield command, lines


class Page(unittest.TestCase):
    def test_examples(self):
        folder = os.path.dirname(os.path.abspath(suite.tool))
        environment = suite.environment(
            KAZOO_HOSTS=suite.address, PATH=folder + ":" + os.environ["PATH"]
        )
        count = 0
        for command, expected in examples():
            result = subprocess.run(
                ["sh", "-c", command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=suite.PATIENCE,
            )
            shown = result.stdout.decode()
            if result.stdout and not shown.endswith("\n"):
                shown += "\n"
            if result.returncode:
                shown += f"[exit code {result.returncode}]\n"
            with self.subTest(command):
                self.assertEqual(shown, expected)
            count += 1
        self.assertGreater(count, 20)


if __name__ == "__main__":
    suite.main()
