# SPDX-License-Identifier: Apache-2.0
"""The suites: their sources and requirements, and the tests that a single server cannot pass."""

import json
import pathlib
import re
import shutil

from common import (
    Failed, Outcome, Skipped, call, fetch, need, python_environment, python_source, read_junit,
    server, writable_copy,
)

HERE = pathlib.Path(__file__).resolve().parent
THREE_SERVERS = "needs three servers"
DISK = "stops the server and wants its nodes and sessions back"
CERTIFICATES = "needs client certificates"
SASL = "needs SASL"
RECONFIG = "needs reconfig"


class PythonKazoo:
    name = "python-kazoo"
    version = "2.11.0"
    left_out = {
        "TestSSLClient": CERTIFICATES,
        "TestReconfig": RECONFIG,
        "TestReadOnlyMode": THREE_SERVERS,
        "test_update_host_list": THREE_SERVERS,
        "test_request_queuing_session_recovered": DISK,
        "SASLDigestAuthentication": SASL,
        "SASLGSSAPIAuthentication": SASL,
    }

    def prepare(self, work):
        work.mkdir(exist_ok=True)
        self.source = python_source(work, "kazoo", self.version)
        self.python = python_environment(work, f"kazoo[test,sasl]=={self.version}")

    def run(self, work, env):
        outcome = Outcome(self.version, left_out=dict(self.left_out))
        failed = self.run_tests(work, env, outcome, ["kazoo/tests"], "all")
        # Some tests race with their client or the server: only the fourth failure counts.
        for attempt in range(2, 5):
            if failed:
                failed = self.run_tests(work, env, outcome, failed, f"attempt-{attempt}")
        outcome.failed = failed
        return outcome

    def run_tests(self, work, env, outcome, tests, label):
        """Returns the names of failed tests in the form that pytest accepts."""
        report = work / f"{label}.xml"
        report.unlink(missing_ok=True)
        expression = " and ".join(f"not {name}" for name in self.left_out)
        command = [
            str(self.python), "-m", "pytest", "-q", "-p", "kazoo_cluster", "-p", "no:cacheprovider",
            "--timeout", "120", "-k", expression, f"--junitxml={report}", *tests,
        ]
        env = dict(env, PYTHONPATH=f"{self.source}:{HERE}")
        call(command, self.source, env, 1800, work / f"{label}.log")
        # kazoo.tests.test_lock.KazooLockTests::test_lock
        parts = (re.split(r"[.:]+", name) for name in read_junit(report, outcome))
        return [f"{'/'.join(path)}.py::{case}::{test}" for *path, case, test in parts]


class Aiozk:
    name = "aiozk"
    version = "0.32.0"

    def prepare(self, work):
        work.mkdir(exist_ok=True)
        self.source = python_source(work, "aiozk", self.version)
        self.python = python_environment(work, "pytest", "pytest-asyncio")

    def run(self, work, env):
        outcome = Outcome(self.version)
        report = work / "report.xml"
        report.unlink(missing_ok=True)
        command = [
            str(self.python), "-m", "pytest", "-q", "-o", "addopts=", "-o", "asyncio_mode=auto",
            "-p", "no:cacheprovider", f"--junitxml={report}", "aiozk/test",
        ]
        with server(env) as port:
            env = dict(env, ZK_HOST="127.0.0.1", ZK_PORT=str(port), PYTHONPATH=str(self.source))
            call(command, self.source, env, 600, work / "log")
        outcome.failed = read_junit(report, outcome)
        return outcome


class GoZookeeper:
    name = "go-zookeeper"
    version = "v1.0.4"
    module = "github.com/go-zookeeper/zk"
    left_out = {
        "TestIntegration_BasicCluster": THREE_SERVERS,
        "TestIntegration_ClientClusterFailover": THREE_SERVERS,
        "TestIntegration_NoQuorum": THREE_SERVERS,
        "TestIntegration_IncrementalReconfig": RECONFIG,
        "TestIntegration_Reconfig": RECONFIG,
        "TestIntegration_IfAuthdataSurvivesReconnect": DISK,
    }

    def prepare(self, work):
        need("go")
        work.mkdir(exist_ok=True)
        (work / "go.mod").write_text("module interop\n")
        what = f"{self.module} {self.version}"
        got = fetch(["go", "mod", "download", "-json", f"{self.module}@{self.version}"], work, what)
        self.source = work / "zk"
        writable_copy(json.loads(got)["Dir"], self.source)
        binaries = work / "bin"
        binaries.mkdir(exist_ok=True)
        link = binaries / "zkServer.sh"
        link.unlink(missing_ok=True)
        link.symlink_to(HERE / "zk_server.py")

    def run(self, work, env):
        log = work / "log"
        skipped = "|".join(f"^{name}$" for name in self.left_out)
        # Its tests parse the build date in the format of releases before 3.7.
        env = dict(env, ZOOKEEPER_BIN_PATH=str(work / "bin"), KAZOO_RELEASE="3.6")
        command = ["go", "test", "-timeout", "1200s", "-json", "-skip", skipped, "./..."]
        call(command, self.source, env, 1300, log)
        outcome = Outcome(self.version, left_out=dict(self.left_out))
        ends = {}
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("{"):
                event = json.loads(line)
                if event.get("Action") in ("pass", "fail") and "/" not in event.get("Test", "/"):
                    ends[event["Test"]] = event["Action"]
        if not ends:
            raise Failed(f"no test ran, see {log}")
        outcome.passed = sum(end == "pass" for end in ends.values())
        outcome.failed = [name for name, end in ends.items() if end == "fail"]
        return outcome


class RustClient:
    name = "rust-zookeeper-client"
    version = "0.11.2"
    left_out = {
        "test_readonly_plaintext": THREE_SERVERS,
        "test_update_ensemble": THREE_SERVERS,
        "test_auth_failed": SASL,
    }

    def prepare(self, work):
        need("cargo")
        self.source = work / "zookeeper-client"
        if self.source.exists():
            return
        (work / "all" / "src").mkdir(parents=True, exist_ok=True)
        (work / "all" / "src" / "lib.rs").write_text("")
        (work / "all" / "Cargo.toml").write_text(
            '[package]\nname = "all"\nversion = "0.0.0"\nedition = "2021"\n'
            f'[dependencies]\nzookeeper-client = "={self.version}"\n'
        )
        what = f"zookeeper-client {self.version}"
        fetch(["cargo", "vendor", "--quiet", str(work / "vendor")], work / "all", what)
        writable_copy(work / "vendor" / "zookeeper-client", self.source)
        manifest = self.source / "Cargo.toml"
        stand_in = f'\n[dev-dependencies.testcontainers]\npath = "{HERE / "testcontainers"}"\n'
        manifest.write_text(manifest.read_text() + stand_in)

    def run(self, work, env):
        skipped = [part for name in self.left_out for part in ("--skip", name)]
        base = ["cargo", "test", "--features", "tokio", "--no-fail-fast"]
        env = dict(env, CARGO_TARGET_DIR=str(work / "target"))
        if call([*base, "--no-run"], self.source, env, 3600, work / "build.log") != 0:
            raise Failed(f"it does not compile, see {work / 'build.log'}")
        outcome = Outcome(self.version, left_out=dict(self.left_out))
        wanted = []
        # Some tests need a server slower than their client: only the fourth failure counts.
        for attempt in range(1, 5):
            if attempt == 1 or wanted:
                log = work / f"attempt-{attempt}.log"
                chosen = ["--exact", *wanted] if wanted else skipped
                call([*base, "--", "--test-threads=4", *chosen], self.source, env, 900, log)
                wanted = self.read_log(log, outcome)
        outcome.failed = wanted
        return outcome

    def read_log(self, log, outcome):
        """Returns the names of failed tests and counts the others in the outcome."""
        ends = re.findall(r"^test (\S+)(?: - .*)? \.\.\. (ok|FAILED)$", log.read_text(), re.M)
        if not ends:
            raise Failed(f"no test ran, see {log}")
        outcome.passed += sum(end == "ok" for _, end in ends)
        return [name for name, end in ends if end != "ok"]


class NpmZookeeper:
    name = "npm-zookeeper"
    version = "7.3.0"

    def prepare(self, work):
        need("npm", "node", "cmake")
        work.mkdir(exist_ok=True)
        self.source = work / "package"
        if (self.source / "build" / "Release" / "zookeeper.node").exists():
            return
        what = f"zookeeper {self.version}"
        fetch(["npm", "pack", "--silent", f"zookeeper@{self.version}"], work, what)
        fetch(["tar", "xzf", f"zookeeper-{self.version}.tgz"], work, what)
        manifest = self.source / "package.json"
        description = json.loads(manifest.read_text())
        description["devDependencies"] = {"ava": "6.x"}
        description["scripts"] = {}
        manifest.write_text(json.dumps(description))
        fetch(["npm", "install", "--silent", "--ignore-scripts"], self.source, "what it needs")
        fetch(["node", "scripts/prepublish.js"], self.source, "ZooKeeper's C client")
        gyp = fetch(["npm", "root", "-g"], work, "npm").strip() + "/npm/node_modules/node-gyp"
        prefix = fetch(
            ["node", "-p", "require('path').dirname(require('path').dirname(process.execPath))"],
            work,
            "node",
        ).strip()
        build = ["node", f"{gyp}/bin/node-gyp.js", "rebuild", "--nodedir", prefix]
        fetch(build, self.source, "a build of ZooKeeper's C client")

    def run(self, work, env):
        log = work / "log"
        with server(env) as port:
            command = ["npx", "ava", "--tap", "./tests/integration/*.js", "--", f"127.0.0.1:{port}"]
            call(command, self.source, env, 300, log)
        ends = re.findall(r"^(ok|not ok) \d+ - (.*)$", log.read_text(), re.M)
        if not ends:
            raise Failed(f"no test ran, see {log}")
        outcome = Outcome(self.version)
        outcome.passed = sum(end == "ok" for end, _ in ends)
        outcome.failed = [name for end, name in ends if end != "ok"]
        return outcome


class MixedContenders:
    """Not the tests of a client: those of this library together with Curator and go-zookeeper."""

    name = "mixed-contenders"
    curator = "5.9.0"
    artifacts = ("curator-recipes", "curator-x-discovery")

    def prepare(self, work):
        work.mkdir(exist_ok=True)
        self.clients, self.left_out = [], {}
        for client, prepare in (("curator", self.prepare_curator), ("go", self.prepare_go)):
            try:
                self.clients += [f"--{client}", prepare(work)]
            except Skipped as why:
                self.left_out[client] = str(why)
        if not self.clients:
            raise Skipped("; ".join(self.left_out.values()))

    def prepare_curator(self, work):
        need("mvn", "javac", "java")
        dependencies = "".join(
            f"<dependency><groupId>org.apache.curator</groupId><artifactId>{artifact}</artifactId>"
            f"<version>{self.curator}</version></dependency>" for artifact in self.artifacts
        )
        (work / "pom.xml").write_text(
            "<project><modelVersion>4.0.0</modelVersion><groupId>interop</groupId>"
            "<artifactId>interop</artifactId><version>1</version>"
            f"<dependencies>{dependencies}</dependencies></project>\n"
        )
        libraries = work / "libraries"
        if not libraries.exists():
            copy = ["mvn", "-q", "-B", "dependency:copy-dependencies"]
            fetch([*copy, f"-DoutputDirectory={libraries}"], work, f"Curator {self.curator}")
        classes = work / "classes"
        sources = map(str, sorted((HERE.parent / "curator").glob("*.java")))
        compiler = ["javac", "-nowarn", "-cp", f"{libraries}/*", "-d", str(classes)]
        fetch([*compiler, *sources], work, "a build of the programs with Curator")
        return f"{classes}:{libraries}/*"

    def prepare_go(self, work):
        need("go")
        source = work / "go"
        source.mkdir(exist_ok=True)
        shutil.copy(HERE.parent / "go" / "main.go", source)
        required = f"{GoZookeeper.module} {GoZookeeper.version}"
        (source / "go.mod").write_text(f"module interop\n\ngo 1.19\n\nrequire {required}\n")
        fetch(["go", "mod", "tidy"], source, required)
        fetch(["go", "build", "-o", "contender", "."], source, "a build of the program in Go")
        return str(source / "contender")

    def run(self, work, env):
        python = "/usr/bin/python3" if pathlib.Path("/usr/bin/python3").exists() else "python3"
        test, log = HERE.parent / "other_clients_test.py", work / "log"
        command = [python, "-B", str(test), "--program", env["KAZOO_INTEROP_RECIPES"]]
        env = dict(env)
        if "KAZOO_APACHE" in env:
            env["KAZOO_ZOOKEEPER_CLASSPATH"] = env["KAZOO_APACHE"]
        code = call([*command, *self.clients], work, env, 600, log)
        text = log.read_text(encoding="utf-8", errors="replace")
        if code == 77:
            raise Skipped(text.strip().splitlines()[-1])
        ran = re.search(r"^Ran (\d+) tests? in", text, re.M)
        if not ran:
            raise Failed(f"no test ran, see {log}")
        skipped = re.search(r"skipped=(\d+)", text)
        outcome = Outcome(f"Curator {self.curator}, go-zookeeper {GoZookeeper.version}")
        outcome.left_out = self.left_out
        outcome.failed = re.findall(r"^(?:FAIL|ERROR): (.*)$", text, re.M)
        left_out = int(skipped.group(1)) if skipped else 0
        outcome.passed = int(ran.group(1)) - left_out - len(outcome.failed)
        return outcome


ALL = [
    PythonKazoo(), Aiozk(), GoZookeeper(), RustClient(), NpmZookeeper(), MixedContenders(),
]
