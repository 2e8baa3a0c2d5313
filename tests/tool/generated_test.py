# SPDX-License-Identifier: Apache-2.0
"""What the tool generates from its definitions: completions of shells and the manual page."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

import shells
import suite
from suite import NOT_CONNECTED, USAGE, ToolCase

AWKWARD = "/a b'c\"d\\e$f:ü"


def leaves(command):
    """The commands without further ones below this one, with it."""
    if not command["commands"]:
        return [command]
    return [leaf for below in command["commands"] for leaf in leaves(below)]


class GeneratedCase(ToolCase):
    # What a shell offers, sorted.
    WORDS = {
        "kazoo tou": ["touch"],
        "kazoo -s h:1,i:2 --timeout 3s tou": ["touch"],
        "kazoo acl ": ["add", "get", "rm", "set"],
        "kazoo --format ": ["json", "raw", "text"],
    }

    def nodes(self):
        """Creates nodes; returns what a shell offers of them."""
        root = self.root
        self.ok("touch", "-p", root + "/one/x", root + "/only")
        return {
            f"kazoo get {root}/onl": [f"{root}/only"],
            f"kazoo get -s {root}/onl": [f"{root}/only"],
            f"kazoo rm /x /y {root}/on": [f"{root}/one/", f"{root}/only"],
            f"kazoo get /x {root}/on": [],
            f"kazoo set -v 3 {root}/onl": [f"{root}/only"],
            f"kazoo cp /x {root}/onl": [f"{root}/only"],
            f"kazoo -s {suite.address} get {root}/onl": [f"{root}/only"],
        }

    def check_offers(self, cases):
        for (line, expected), words in zip(cases.items(), self.offered(*cases)):
            self.assertEqual(sorted(words), expected, line)

    def generated(self, kind, name):
        file = str(self.directory() / name)
        self.assertEqual(self.ok("generate", kind, "-o", file).out, b"")
        self.assertEqual(pathlib.Path(file).read_bytes(), self.ok("generate", kind).out)
        return file

    def commands(self):
        return leaves(self.ok("generate", "json").json)


class Paths(ToolCase):
    """kazoo complete"""

    def completed(self, prefix):
        patient = {"KAZOO_COMPLETION_TIMEOUT": shells.PATIENT}
        return self.ok("complete", prefix, env=patient).lines

    def test_paths(self):
        self.ok("touch", "-p", self.root + "/one/x", self.root + "/only", self.root + "/two")
        expected = [self.root + "/one/", self.root + "/only"]
        self.assertEqual(self.completed(self.root + "/on"), expected)
        self.assertEqual(self.completed(self.root), [self.root + "/"])
        self.assertEqual(len(self.completed(self.root + "/")), 3)
        self.assertIn("/zookeeper/", self.completed(""))
        self.assertEqual(self.completed(self.root + "/x"), [])
        self.assertEqual(self.completed("relative"), [])
        self.ok("touch", self.root + AWKWARD)
        self.assertEqual(self.completed(self.root + "/a b"), [self.root + AWKWARD])

    def test_many_paths(self):
        script = "".join(f'{{"path": "{self.root}/{i:05}", "data": ""}}\n' for i in range(300))
        self.ok("load", "-", stdin=script)
        self.assertEqual(len(self.completed(self.root + "/")), 300)

    def silent(self, code, *arguments, **options):
        result = self.check(code, *arguments, **options)
        self.assertEqual((result.out, result.err), (b"", b""))

    def test_failures_are_silent(self):
        patient = {"KAZOO_COMPLETION_TIMEOUT": shells.PATIENT}
        self.silent(suite.NO_NODE, "complete", self.root + "/none/x", env=patient)
        self.silent(USAGE, "complete", "/", env={"KAZOO_COMPLETION_TIMEOUT": "soon"})
        self.silent(USAGE, "complete", "/a\x01/", env=patient)
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            self.silent(
                NOT_CONNECTED, "complete", "/", servers="127.0.0.1:%d" % unused.getsockname()[1]
            )

    def test_a_server_that_does_not_answer(self):
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            begin = time.monotonic()
            self.silent(
                NOT_CONNECTED, "complete", "/", servers="127.0.0.1:%d" % deaf.getsockname()[1]
            )
            # Its own limit is a second; the usual one would be ten.
            self.assertLess(time.monotonic() - begin, 9)


class Bash(GeneratedCase):
    def setUp(self):
        super().setUp()
        self.script = self.generated("bash", "kazoo.bash")

    def offered(self, *lines):
        return shells.bash_candidates(self.script, *lines)

    def test_every_command_and_option(self):
        commands = self.commands()
        lines = [f"kazoo {command['name']} -" for command in commands]
        for command, words in zip(commands, self.offered(*lines)):
            for option in command["options"]:
                self.assertLessEqual(set(option["names"]), set(words), command["name"])
            self.assertIn("--servers", words)
        top = self.ok("generate", "json").json
        shown = {command["name"] for command in top["commands"] if not command["hidden"]}
        first, options = self.offered("kazoo ", "kazoo -")
        self.assertEqual(set(first), shown)
        self.assertIn("--tls-ca", options)

    def test_words(self):
        self.check_offers({
            **self.WORDS,
            "kazoo --format=j": ["json"],
            "kazoo ls --format j": ["json"],
            "kazoo lock --names c": ["curator"],
            "kazoo find --dep": ["--depth"],
            "kazoo nonsense ": [],
            "kazoo set /x ": [],
        })
        (programs,) = self.offered("kazoo lock /x -- pyth")
        self.assertIn("python3", programs)

    def test_nodes(self):
        self.ok("touch", self.root + "/a:b c")
        root = self.root
        quoted = root + "/a:b\\ c"
        self.check_offers({
            **self.nodes(),
            f"kazoo load --to={root}/onl": [f"{root}/only"],
            # What precedes the colon is no part of the word that is replaced.
            f"kazoo get {root}/a:b": [quoted.partition(":")[2]],
            f"kazoo get {root}/a:b\\ ": [quoted.partition(":")[2]],
            f'kazoo get "{root}/a': [root + "/a:b c"],
            "kazoo -s 127.0.0.1:1 --connect-timeout 200ms get /zoo": [],
            "kazoo get $(touch x)/zoo": [],
        })

    def test_terminal(self):
        self.ok("touch", "-p", self.root + "/one/x", self.root + "/b c:d")
        with shells.bash_terminal(self.script, self.directory()) as bash:
            self.assertEqual(bash.completed("kazoo exis"), "kazoo exists ")
            for begin, expected in (
                (f"kazoo get {self.root}/on", f"kazoo get {self.root}/one/"),
                (f"kazoo get {self.root}/b", f"kazoo get {self.root}/b\\ c:d "),
                (f'kazoo get "{self.root}/b', f'kazoo get "{self.root}/b c:d" '),
                ("kazoo ls --format=js", "kazoo ls --format=json "),
            ):
                self.assertEqual(bash.completed(begin), expected)


@unittest.skipIf(shutil.which("zsh") is None, "zsh is not installed")
class Zsh(GeneratedCase):
    def test_script(self):
        script = self.generated("zsh", "_kazoo")
        shells.run(["zsh", "-f", "-n", script])
        text = pathlib.Path(script).read_text()
        for command in self.commands():
            name = command["name"].replace(" ", "_")
            function = re.search(
                rf"^_kazoo_command_{name}\(\) {{\n(.*?)^}}$", text, re.MULTILINE | re.DOTALL
            )
            self.assertIsNotNone(function, command["name"])
            for option in command["options"]:
                for option_name in option["names"]:
                    self.assertIn(")" + option_name, function.group(1))

    def test_terminal(self):
        script = self.generated("zsh", "_kazoo")
        self.ok("touch", "-p", self.root + "/one/x", self.root + "/b c:d")
        with shells.zsh_terminal(script, self.directory()) as zsh:
            for begin, expected in (
                ("kazoo exis", "kazoo exists "),
                ("kazoo -s h:1 -q acl g", "kazoo -s h:1 -q acl get "),
                ("kazoo ls --form", "kazoo ls --format="),
                ("kazoo lock --names=cu", "kazoo lock --names=curator "),
                ("kazoo -s h:1 find --dep", "kazoo -s h:1 find --depth="),
                (f"kazoo get -s {self.root}/on", f"kazoo get -s {self.root}/one/"),
                (f"kazoo get {self.root}/b", f"kazoo get {self.root}/b\\ c:d "),
                (f"kazoo rm /x {self.root}/on", f"kazoo rm /x {self.root}/one/"),
                (
                    "kazoo --connect-timeout=200ms -s 127.0.0.1:1 get /zoo",
                    "kazoo --connect-timeout=200ms -s 127.0.0.1:1 get /zoo",
                ),
                (
                    f"kazoo -s {suite.address} get {self.root}/on",
                    f"kazoo -s {suite.address} get {self.root}/one/",
                ),
            ):
                self.assertEqual(zsh.completed(begin).rstrip(), expected.rstrip())


@unittest.skipIf(shutil.which("fish") is None, "fish is not installed")
class Fish(GeneratedCase):
    def setUp(self):
        super().setUp()
        self.script = self.generated("fish", "kazoo.fish")

    def offered(self, *lines):
        answers = shells.fish_candidates(self.script, *lines)
        return [[word for word, _ in answer] for answer in answers]

    def test_every_command_and_option(self):
        text = pathlib.Path(self.script).read_text()
        for command in self.commands():
            names = ",".join([command["name"], *command["aliases"]])
            condition = f"'__kazoo_options \"{names}\"'"
            shown = [line for line in text.splitlines() if condition in line]
            self.assertEqual(len(shown), len(command["options"]), command["name"])
            for option, line in zip(command["options"], shown):
                for name in option["names"]:
                    self.assertRegex(line, f" (-l|-s) {name.lstrip('-')} ")
        top = self.ok("generate", "json").json
        visible = {command["name"] for command in top["commands"] if not command["hidden"]}
        first, options = self.offered("kazoo ", "kazoo find --")
        self.assertEqual(set(first), visible)
        self.assertLessEqual({"--min-bytes", "--null", "--format"}, set(options))

    def test_words(self):
        self.check_offers({
            **self.WORDS,
            "kazoo ls --format=j": ["--format=json"],
            "kazoo lock /x -- kaz": ["kazoo"],
        })

    def test_nodes(self):
        self.ok("touch", self.root + "/b c")
        self.check_offers({
            **self.nodes(),
            f"kazoo get {self.root}/b\\ ": [f"{self.root}/b c"],
        })


class Manual(GeneratedCase):
    def sections(self, page):
        """The text below each heading of a command."""
        shown = shells.run(["man", "--warnings", "-l", page], MANWIDTH="200")
        text = re.sub(r".\x08", "", shown)
        parts = re.split(r"^   ([a-zA-Z0-9].*)$", text, flags=re.MULTILINE)
        return text, dict(zip(parts[1::2], parts[2::2]))

    def test_formatted(self):
        if shutil.which("man") is None:
            self.skipTest("man is not installed")
        text, sections = self.sections(self.generated("man", "kazoo.1"))
        options = self.ok("generate", "json").json["options"]
        for command in self.commands():
            self.assertIn(command["name"], sections)
            shown = sections[command["name"]]
            for option in command["options"]:
                for name in option["names"]:
                    self.assertRegex(shown, rf"(?<![\w-]){name}(?![\w-])", command["name"])
            for argument in command["arguments"]:
                self.assertIn(argument["name"], shown)
            for alias in command["aliases"]:
                self.assertIn(alias, shown)
        for option in options:
            for name in option["names"]:
                self.assertRegex(text, rf"(?<![\w-]){name}(?![\w-])")
        for heading in ("EXIT STATUS", "ENVIRONMENT", "FILES"):
            self.assertIn(f"\n{heading}\n", text)

    @unittest.skipIf(shutil.which("mandoc") is None, "mandoc is not installed")
    def test_lint(self):
        page = self.generated("man", "kazoo.1")
        result = subprocess.run(
            ["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True
        )
        # A date would make each build a different one.
        found = [line for line in result.stdout.splitlines() if "missing date" not in line]
        self.assertEqual((found, result.stderr), ([], ""))


class Installation(unittest.TestCase):
    PLACES = {
        "bash": "share/bash-completion/completions/kazoo",
        "zsh": "share/zsh/site-functions/_kazoo",
        "fish": "share/fish/vendor_completions.d/kazoo.fish",
        "man": "share/man/man1/kazoo.1",
    }

    def test_places(self):
        script = pathlib.Path(suite.tool).parent / "cmake_install.cmake"
        if not script.exists() or shutil.which("cmake") is None:
            self.skipTest("the tool is not in a build folder")
        with tempfile.TemporaryDirectory() as prefix:
            environment = {**os.environ, "DESTDIR": ""}
            subprocess.run(
                ["cmake", f"-DCMAKE_INSTALL_PREFIX={prefix}", "-P", str(script)], check=True,
                env=environment, capture_output=True, timeout=suite.PATIENCE,
            )
            for kind, place in self.PLACES.items():
                installed = (pathlib.Path(prefix) / place).read_bytes()
                self.assertEqual(installed, suite.run("generate", kind).out, place)


if __name__ == "__main__":
    suite.main()
