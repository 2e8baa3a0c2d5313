#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmarks with a few operations and checks their output, not the measured values.

    smoke_test.py --bench PROGRAM --bench-server PROGRAM --bench-tree-cache PROGRAM
                  --references NAME...
    smoke_test.py --self-test
"""

import argparse
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys

WITH_ZOOKEEPER = pathlib.Path(__file__).resolve().parent.parent / "scripts" / "with-zookeeper"
CASES = ("pipelined-get", "pipelined-set", "blocking-get")
HANDLERS = ("", "(asio)")
TLS_SERVERS = ("(tls)", "(tls,embedded)")
MEASURES = ("throughput", "cpu", "p50", "p99")
SKIPPED = 77
COUNTS = ("--rounds=2", "--pipelined=50", "--blocking=5", "--window=8")
RATIO = re.compile(r"RATIO (\S+) (\S+) ours/(\S+) \d+\.\d+")


SERVER_COUNTS = ("--rounds=2", "--pipelined=50", "--window=8", "--nodes=2500")
SERVER_LINES = (
    r"server start to first reply: \d+\.\d+ ms, .*",
    r"pipelined-get: embedded \d+/s, Apache \d+/s",
    r"RATIO server pipelined-get embedded/apache \d+\.\d+",
    r"pipelined-set: embedded \d+/s, Apache \d+/s",
    r"RATIO server pipelined-set embedded/apache \d+\.\d+",
    r"server memory: -?\d+ bytes per node, 100 of them data; 2500 nodes .*",
)

TREE_CACHE_COUNTS = ("--rounds=2", "--nodes=30000")
TREE_CACHE_OUTPUT = re.compile(
    r"tree-cache: 300 nodes in \d+\.\d+ s"
    r"(; kazoo is not installed|, kazoo \d+\.\d+ s\nRATIO tree-cache load ours/kazoo \d+\.\d+)\n"
)


def expected_ratios(references, suffixes=HANDLERS):
    cases = [case + suffix for case in CASES for suffix in suffixes]
    return set(itertools.product(cases, MEASURES, references))


def problems_of(output, references):
    expected = expected_ratios(references)
    problems = []
    if not re.match(r"bench: \d+ cores, .*server \S+:\d+; 2 rounds", output):
        problems.append("the first line does not describe the environment")
    return problems + ratio_problems(output.splitlines()[-len(expected) :], expected)


def tls_problems_of(output, references):
    expected = expected_ratios(references, TLS_SERVERS)
    problems = []
    if not re.match(r"bench_tls: TLS 1\.3; 2 rounds", output):
        problems.append("the first line does not describe the benchmark of TLS")
    ratios = [line for line in output.splitlines() if line.startswith("RATIO")]
    return problems + ratio_problems(ratios, expected)


def ratio_problems(lines, expected):
    found = [RATIO.fullmatch(line) for line in lines]
    ratios = {match.groups() for match in found if match}
    problems = [f"no ratio {' '.join(missing)}" for missing in sorted(expected - ratios)]
    return problems + [f"an unexpected ratio {' '.join(odd)}" for odd in sorted(ratios - expected)]


def check_run(command, problems_of_output, references):
    run = subprocess.run([*command, *COUNTS], capture_output=True, text=True, check=False)
    problems = problems_of_output(run.stdout, references)
    if run.returncode != 0:
        problems.append(f"exit code {run.returncode}")
    return problems + [run.stdout, run.stderr] if problems else []


def server_problems_of(output):
    lines = output.splitlines()
    problems = [] if len(lines) == len(SERVER_LINES) else [f"{len(lines)} lines about servers"]
    return problems + [
        f"{line!r} is not {expected!r}"
        for expected, line in zip(SERVER_LINES, lines)
        if not re.fullmatch(expected, line)
    ]


def check_server_run(bench_server):
    run = subprocess.run(
        [str(WITH_ZOOKEEPER), bench_server, *SERVER_COUNTS],
        capture_output=True,
        text=True,
        check=False,
    )
    problems = server_problems_of(run.stdout)
    if run.returncode != 0:
        problems.append(f"bench_server: exit code {run.returncode}")
    return problems + [run.stdout, run.stderr] if problems else []


def check_tree_cache_run(bench_tree_cache):
    run = subprocess.run(
        [str(WITH_ZOOKEEPER), bench_tree_cache, *TREE_CACHE_COUNTS],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode == 0 and TREE_CACHE_OUTPUT.fullmatch(run.stdout):
        return []
    return [f"bench_tree_cache: exit code {run.returncode}", run.stdout, run.stderr]


def check_failure(bench, environment, arguments, expected):
    """Checks that the benchmark exits with 1 and a message on stderr that matches `expected`."""
    clean = {name: value for name, value in os.environ.items() if name != "ZOOKEEPER_HOSTS"}
    run = subprocess.run(
        [bench, *arguments],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if run.returncode == 1 and re.search(expected, run.stderr, re.MULTILINE):
        return []
    return [f"{environment} {arguments}: exit code {run.returncode}, {run.stderr!r}"]


def check_failures(bench, bench_server, bench_tls):
    nobody = {"ZOOKEEPER_HOSTS": "127.0.0.1:1"}
    return (
        check_failure(bench, nobody, [], r"^bench: .*127\.0\.0\.1:1")
        + check_failure(bench, {}, [], "ZOOKEEPER_HOSTS is not set")
        + check_failure(bench, {"ZOOKEEPER_HOSTS": "a:b:c"}, [], "^bench: ")
        + check_failure(bench, nobody, ["--rounds=0"], "--rounds must be a positive number")
        + check_failure(bench, nobody, ["--round=1"], "unknown argument --round=1")
        + check_failure(bench_server, {}, [], "ZOOKEEPER_HOSTS is not set")
        + check_failure(bench_tls, {}, ["--round=1"], "^bench_tls: unknown argument --round=1")
    )


def self_test():
    first = "bench: 2 cores, load 0.1, GNU 12, Release, server a:1; 2 rounds of ...\n"
    lines = [
        f"RATIO {case} {measure} ours/{reference} 1.25\n"
        for case, measure, reference in sorted(expected_ratios(["raw"]))
    ]
    assert problems_of(first + "".join(lines), ["raw"]) == []
    assert len(problems_of("".join(lines), ["raw"])) == 1
    assert len(problems_of(first + "".join(lines[1:]), ["raw"])) == 1
    assert len(problems_of(first + "".join(lines) + "the end\n", ["raw"])) == 1
    assert len(problems_of(first + "".join(lines).replace("1.25", "inf"), ["raw"])) == 24
    assert len(problems_of(first + "".join(lines), ["raw", "c-client"])) == 24
    assert len(problems_of("", ["raw"])) == 25

    first = "bench_tls: TLS 1.3; 2 rounds of ...\n"
    lines = [
        f"RATIO {case} {measure} ours/{reference} 1.25\n"
        for case, measure, reference in sorted(expected_ratios(["raw"], TLS_SERVERS))
    ]
    assert tls_problems_of(first + "a table\n".join(lines), ["raw"]) == []
    assert len(tls_problems_of("".join(lines), ["raw"])) == 1
    assert len(tls_problems_of(first + "".join(lines[1:]), ["raw"])) == 1

    server = [re.sub(r"-\?|\\d\+|\.\*", "1", line).replace("\\.", ".") for line in SERVER_LINES]
    assert server_problems_of("\n".join(server)) == []
    assert len(server_problems_of("\n".join(server[1:]))) == 6
    assert len(server_problems_of("\n".join(server).replace("RATIO", "ratio"))) == 2

    cache = "tree-cache: 300 nodes in 0.1 s"
    ratio = "RATIO tree-cache load ours/kazoo 0.1\n"
    assert TREE_CACHE_OUTPUT.fullmatch(f"{cache}; kazoo is not installed\n")
    assert TREE_CACHE_OUTPUT.fullmatch(f"{cache}, kazoo 0.2 s\n{ratio}")
    assert not TREE_CACHE_OUTPUT.fullmatch(f"{cache}, kazoo 0.2 s\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench")
    parser.add_argument("--bench-server")
    parser.add_argument("--bench-tls")
    parser.add_argument("--bench-tree-cache")
    parser.add_argument("--references", nargs="*", default=[])
    parser.add_argument("--tls-references", nargs="*", default=[])
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    problems = check_failures(arguments.bench, arguments.bench_server, arguments.bench_tls)
    if not problems and shutil.which("java") is None:
        print("skipped: java not found, cannot run Apache ZooKeeper")
        return SKIPPED
    bench = [str(WITH_ZOOKEEPER), arguments.bench]
    problems += check_run(bench, problems_of, arguments.references)
    problems += check_run([arguments.bench_tls], tls_problems_of, arguments.tls_references)
    problems += check_server_run(arguments.bench_server)
    problems += check_tree_cache_run(arguments.bench_tree_cache)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
