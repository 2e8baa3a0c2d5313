#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmarks with a few operations and checks their output, not the measured values.

    smoke_test.py --bench PROGRAM --bench-server PROGRAM --bench-tls PROGRAM
                  --bench-tree-cache PROGRAM [--bench-micro PROGRAM] --tls-references NAME...
    smoke_test.py --self-test
"""

import argparse
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

WITH_ZOOKEEPER = pathlib.Path(__file__).resolve().parent.parent / "scripts" / "with-zookeeper"
SCRIPTS = ("pipelined-get", "pipelined-set", "blocking-get")
MEASURES = ("throughput", "cpu", "p50", "p99")
SKIPPED = 77
COUNTS = ("--rounds=1", "--pipelined=50", "--blocking=5", "--window=8", "--divisor=2000")
RATIO = re.compile(r"RATIO (\S+) (\S+) ours/(\S+) \d+\.\d+")

PEERS = ("c-client", "go", "java", "python-kazoo")

# The cases of `bench`, and a ratio that each must print; None: it prints none.
CASES = {
    "pipelined-get": ("pipelined-get(embedded,asio)", "cpu", "floor"),
    "pipelined-set": ("pipelined-set(asio)", "throughput", "raw"),
    "blocking-get": ("blocking-get", "p50", "raw"),
    "system-calls": ("system-calls", "total", "raw"),
    "threads": ("threads(8,asio)", "throughput", "one-thread"),
    "coroutines": ("coroutines", "cpu", "callbacks"),
    "allocations": None,
    "call-options": ("call-options(deadline)", "cpu", "plain"),
    "values": ("values(1MiB,asio)", "throughput", "raw"),
    "growth": ("growth(100)", "cpu", "1000"),
    "sessions": None,
    "watches": ("watches(1000,shared)", "cpu-of-last", "first"),
    "notifications": ("notifications(100)", "throughput", "raw"),
    "idle": None,
    "server-connections": ("server-connections(3)", "throughput", "one-connection"),
    "compile-time": ("compile-time", "cpu", "iostream"),
}

# How often the data of a get may be copied.
COPIES_AT_MOST = {"values(1KiB)": 1.5, "values(64KiB)": 2.1, "values(1MiB)": 2.1}

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
TREE_CACHE_PEERS = ("kazoo", "curator")
TREE_CACHE_MEASURES = ("load", "resync", "resync-requests", "resync-received")
TREE_CACHE_FIGURES = (
    r"load \d+\.\d+ ms(  node \d+\.\d+ bytes)?  resync \d+(\.\d+)? ms"
    r"  resync-requests \d+(\.\d+)?  *resync-received \d+(\.\d+)? bytes"
)


def ratios_in(lines):
    return {match.groups() for match in map(RATIO.fullmatch, lines) if match}


def problems_of(output, results):
    """What is wrong with the output of all cases of `bench`, and with its JSON."""
    lines = output.splitlines()
    problems = []
    if not lines or not re.match(r"bench: cores \d+, load .*server \S+, rounds 1", lines[0]):
        problems.append("the first line does not describe the environment")
    whole_cases = [re.match(r"SKIPPED (\S+): ", line) for line in lines]
    skipped = {match.group(1) for match in whole_cases if match}
    for case, ratio in CASES.items():
        if not any(re.fullmatch(rf"bench: {case} took \d+\.\d s", line) for line in lines):
            problems.append(f"the case {case} has not ended")
        if case not in skipped and not any(line.startswith(case) for line in lines):
            problems.append(f"no results of the case {case}")
        if case not in skipped and ratio and ratio not in ratios_in(lines):
            problems.append(f"no ratio {' '.join(ratio)}")
    odd = [line for line in lines if line.startswith("RATIO") and not RATIO.fullmatch(line)]
    problems += [f"a malformed ratio: {line}" for line in odd]
    return problems + json_problems(results, ratios_in(lines))


def json_problems(results, printed):
    problems = [] if "cores" in results["environment"] else ["JSON without environment"]
    found = {(one["case"], one["measure"], one["reference"]) for one in results["ratios"]}
    if found != printed:
        problems.append("the ratios in the JSON are not those that are printed")
    for one in results["results"]:
        if not one["rounds"] or one["median"] is None:
            problems.append(f"no values of {one['case']} {one['subject']} {one['measure']}")
    return problems + copy_problems(results["results"])


def copy_problems(results):
    """Which values are copied more often than they should be, or not counted."""
    counted = [one for one in results if one["measure"] == "copies"]
    problems = [
        f"{one['subject']} copies {one['case']} {one['median']} times"
        for one in counted
        if one["median"] > COPIES_AT_MOST[one["case"]]
    ]
    missing = COPIES_AT_MOST.keys() - {one["case"] for one in counted}
    return problems + [f"no copies of {case}" for case in sorted(missing)]


def expected_tls_ratios(references):
    cases = [f"{script}({server})" for script in SCRIPTS for server in ("tls", "tls,embedded")]
    return set(itertools.product(cases, MEASURES, references))


def tls_problems_of(output, references):
    problems = []
    if not re.match(r"bench_tls: TLS 1\.3; 1 rounds", output):
        problems.append("the first line does not describe the benchmark of TLS")
    ratios = [line for line in output.splitlines() if line.startswith("RATIO")]
    return problems + ratio_problems(ratios, expected_tls_ratios(references))


def ratio_problems(lines, expected):
    found = [RATIO.fullmatch(line) for line in lines]
    ratios = {match.groups() for match in found if match}
    problems = [f"no ratio {' '.join(missing)}" for missing in sorted(expected - ratios)]
    return problems + [f"an unexpected ratio {' '.join(odd)}" for odd in sorted(ratios - expected)]


def run_quietly(command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def check_bench(bench):
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory) / "results.json"
        run = run_quietly([str(WITH_ZOOKEEPER), bench, f"--json={file}", "--peers=none", *COUNTS])
        if run.returncode != 0:
            return [f"bench: exit code {run.returncode}", run.stdout, run.stderr]
        problems = problems_of(run.stdout, json.loads(file.read_text(encoding="utf-8")))
    listed = run_quietly([bench, "--list"])
    if [line.split()[0] for line in listed.stdout.splitlines()] != list(CASES):
        problems.append(f"other cases are listed: {listed.stdout}")
    return problems + [run.stdout, run.stderr] if problems else []


def peer_problems(output):
    """What is wrong with the output of `bench --case=blocking-get` on the embedded server alone:
    each other client must have been measured or skipped."""
    problems = []
    for peer in PEERS:
        measured = rf"blocking-get\(embedded\) +{peer} .*p50 \d+"
        skipped = rf"SKIPPED blocking-get\(embedded\) {peer}: .+"
        if not re.search(rf"^({measured}|{skipped})", output, re.MULTILINE):
            problems.append(f"no result of {peer}")
    if "SKIPPED blocking-get: ZOOKEEPER_HOSTS is not set" not in output:
        problems.append("Apache ZooKeeper was not skipped")
    return problems


def check_peers(bench):
    clean = {name: value for name, value in os.environ.items() if name != "ZOOKEEPER_HOSTS"}
    run = subprocess.run(
        [bench, "--case=blocking-get", *COUNTS],
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    problems = peer_problems(run.stdout)
    if run.returncode != 0:
        problems.append(f"bench with other clients: exit code {run.returncode}")
    return problems + [run.stdout, run.stderr] if problems else []


def check_tls(bench_tls, references):
    run = run_quietly([bench_tls, *COUNTS])
    problems = tls_problems_of(run.stdout, references)
    if run.returncode != 0:
        problems.append(f"bench_tls: exit code {run.returncode}")
    return problems + [run.stdout, run.stderr] if problems else []


def check_micro(bench_micro):
    """Runs each micro-benchmark once, for a moment."""
    run = run_quietly([bench_micro, "--benchmark_min_time=0.001"])
    names = [line.split("/")[0].split()[0] for line in run.stdout.splitlines()[3:]]
    expected = {"encode_get", "session_get", "complete_with_callback", "server_get"}
    if run.returncode == 0 and expected <= set(names) and "ERROR" not in run.stdout:
        return []
    return [f"bench_micro: exit code {run.returncode}", run.stdout, run.stderr]


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


def tree_cache_problems_of(output):
    """What is wrong with the output about caches: each must have been measured, or skipped if it is
    of another client."""
    lines = output.splitlines()
    problems = [] if lines[:1] == ["tree-cache: 300 nodes"] else ["no number of nodes"]
    skipped = re.findall(r"^SKIPPED tree-cache (\w+): .+", output, re.MULTILINE)
    measured = ["ours", *(peer for peer in TREE_CACHE_PEERS if peer not in skipped)]
    for cache in measured:
        if not re.search(rf"^tree-cache: resync of {cache}: \d+ \w+", output, re.MULTILINE):
            problems.append(f"no requests of {cache}")
        if not re.search(rf"^tree-cache +{cache} +{TREE_CACHE_FIGURES}$", output, re.MULTILINE):
            problems.append(f"no figures of {cache}")
    expected = set(itertools.product(["tree-cache"], TREE_CACHE_MEASURES, measured[1:]))
    ratios = [line for line in lines if line.startswith("RATIO")]
    return problems + ratio_problems(ratios, expected)


def check_tree_cache_run(bench_tree_cache):
    run = subprocess.run(
        [str(WITH_ZOOKEEPER), bench_tree_cache, *TREE_CACHE_COUNTS],
        capture_output=True,
        text=True,
        check=False,
    )
    problems = tree_cache_problems_of(run.stdout)
    if run.returncode != 0:
        problems.append(f"bench_tree_cache: exit code {run.returncode}")
    return problems + [run.stdout, run.stderr] if problems else []


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
    no_server = {"ZOOKEEPER_HOSTS": "127.0.0.1:1"}
    one_case = ["--case=pipelined-get", "--peers=none", *COUNTS]
    return (
        check_failure(bench, no_server, one_case, r"^bench: .*127\.0\.0\.1:1")
        + check_failure(bench, {"ZOOKEEPER_HOSTS": "a:b:c"}, [], "^bench: ZOOKEEPER_HOSTS: ")
        + check_failure(bench, {}, ["--case=idle,none"], "^bench: there is no case none")
        + check_failure(bench, {}, ["--json=/none/results"], "^bench: cannot write /none/results")
        + check_failure(bench, {}, ["--part=none"], "^bench: no part none")
        + check_failure(bench, no_server, ["--rounds=0"], "--rounds must be a positive number")
        + check_failure(bench, no_server, ["--round=1"], "unknown argument --round=1")
        + check_failure(bench_server, {}, [], "ZOOKEEPER_HOSTS is not set")
        + check_failure(bench_tls, {}, ["--round=1"], "^bench_tls: unknown argument --round=1")
    )


def self_test():
    first = "bench: cores 2, load 0.1, compiler GNU 12, build x, server a:1, rounds 1, divisor 1"
    ratios = [" ".join(("RATIO", *r[:2], f"ours/{r[2]}", "1.25")) for r in CASES.values() if r]
    lines = [first, *ratios]
    for case in CASES:
        lines += [f"{case}  raw  cpu 1.00 us/op", f"bench: {case} took 0.1 s"]
    value = {"case": "a", "subject": "raw", "measure": "cpu", "rounds": [1], "median": 1}
    named = [dict(zip(("case", "measure", "reference"), r)) for r in CASES.values() if r]
    copies = [{**value, "case": case, "measure": "copies"} for case in COPIES_AT_MOST]
    good = {"environment": {"cores": "2"}, "results": [value, *copies], "ratios": named}

    def found(some_lines, results=good):
        return len(problems_of("\n".join(some_lines), results))

    assert found(lines) == 0, problems_of("\n".join(lines), good)
    assert found(lines[1:]) == 1
    assert found([line for line in lines if line != "bench: idle took 0.1 s"]) == 1
    assert found([line for line in lines if not line.startswith("idle")]) == 1
    assert found([line for line in lines if line != ratios[0]]) == 2  # and not as in the JSON
    assert found([*lines, "RATIO x cpu ours/raw inf"]) == 1
    assert found([*lines, "RATIO x cpu ours/raw 1.0"]) == 1
    assert found(lines, {**good, "environment": {}}) == 1
    assert found(lines, {**good, "results": [{**value, "rounds": []}, *copies]}) == 1
    assert found(lines, {**good, "results": [value, *copies[1:]]}) == 1
    assert found(lines, {**good, "results": [value, *copies[1:], {**copies[0], "median": 2}]}) == 1
    skipped = [line for line in lines if not re.match("(RATIO )?system-calls", line)]
    some = {**good, "ratios": [one for one in named if one["case"] != "system-calls"]}
    assert found(skipped, some) == 2
    assert found([*skipped, "SKIPPED system-calls: no perf"], some) == 0

    measured = "\n".join(f"blocking-get(embedded)  {p}  cpu 1 us/op  p50 2 us" for p in PEERS)
    no_apache = "\nSKIPPED blocking-get: ZOOKEEPER_HOSTS is not set\n"
    assert peer_problems(measured + no_apache) == []
    assert len(peer_problems(measured)) == 1
    assert len(peer_problems(no_apache)) == len(PEERS)
    go = "blocking-get(embedded)  go"
    skipped_go = measured.replace(go, "SKIPPED blocking-get(embedded) go:")
    assert peer_problems(skipped_go + no_apache) == []

    first = "bench_tls: TLS 1.3; 1 rounds of ...\n"
    lines = [
        f"RATIO {case} {measure} ours/{reference} 1.25\n"
        for case, measure, reference in sorted(expected_tls_ratios(["raw"]))
    ]
    assert tls_problems_of(first + "a table\n".join(lines), ["raw"]) == []
    assert len(tls_problems_of("".join(lines), ["raw"])) == 1
    assert len(tls_problems_of(first + "".join(lines[1:]), ["raw"])) == 1
    assert len(tls_problems_of(first + "".join(lines), ["raw", "c-client"])) == 24

    server = [re.sub(r"-\?|\\d\+|\.\*", "1", line).replace("\\.", ".") for line in SERVER_LINES]
    assert server_problems_of("\n".join(server)) == []
    assert len(server_problems_of("\n".join(server[1:]))) == 6
    assert len(server_problems_of("\n".join(server).replace("RATIO", "ratio"))) == 2

    cache = [
        "tree-cache: 300 nodes",
        "tree-cache: resync of ours: 300 exists, 1 multi_read",
        "tree-cache: resync of kazoo: 300 get_data, 300 get_children",
        "tree-cache    ours    load 1.50 ms  node 250.00 bytes  resync 1.00 ms"
        "  resync-requests 301.00   resync-received 9000 bytes",
        "tree-cache    kazoo   load 150.00 ms  resync 1500 ms"
        "  resync-requests 600.00   resync-received 90000 bytes",
        *(f"RATIO tree-cache {measure} ours/kazoo 0.10" for measure in TREE_CACHE_MEASURES),
        "SKIPPED tree-cache curator: java is not installed",
    ]
    assert tree_cache_problems_of("\n".join(cache)) == []
    assert len(tree_cache_problems_of("\n".join(cache[1:]))) == 1
    assert len(tree_cache_problems_of("\n".join(cache[:1] + cache[2:]))) == 1
    assert len(tree_cache_problems_of("\n".join(cache[:4] + cache[5:]))) == 1
    assert len(tree_cache_problems_of("\n".join(cache[:5] + cache[6:]))) == 1
    assert len(tree_cache_problems_of("\n".join(cache[:-1]))) == 6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench")
    parser.add_argument("--bench-server")
    parser.add_argument("--bench-tls")
    parser.add_argument("--bench-tree-cache")
    parser.add_argument("--bench-micro")
    parser.add_argument("--tls-references", nargs="*", default=[])
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    problems = check_failures(arguments.bench, arguments.bench_server, arguments.bench_tls)
    if not problems and shutil.which("java") is None:
        print("skipped: java not found, cannot run Apache ZooKeeper")
        return SKIPPED
    problems += check_bench(arguments.bench)
    problems += check_peers(arguments.bench)
    problems += check_tls(arguments.bench_tls, arguments.tls_references)
    if arguments.bench_micro:
        problems += check_micro(arguments.bench_micro)
    problems += check_server_run(arguments.bench_server)
    problems += check_tree_cache_run(arguments.bench_tree_cache)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
