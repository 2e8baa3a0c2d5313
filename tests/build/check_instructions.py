#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions of a get, from the call to its callback, and of a notification, from its
bytes to the watch function, and compares them with the figures in instructions.json. callgrind
counts; the program has the server in its memory.

    check_instructions.py --program build/release/bench/bench_instructions --compiler "GNU 12.2.0"
    check_instructions.py --program ... --compiler ... --refresh    # writes the present figures
    check_instructions.py --self-test

Figures of other compilers and processors differ: with those the check is skipped. A figure below
the margin fails as well, so that what was gained is not lost unnoticed.
"""

import argparse
import json
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

FIGURE = pathlib.Path(__file__).resolve().parent / "instructions.json"
COUNT = 10_000
OPERATIONS = ("get", "notification")
SKIPPED = 77
# Where the instructions are, by the name of the function: the first pattern that matches.
PARTS = {
    "allocation": r"malloc|_int_|free$|cfree|operator (new|delete)|unlink_chunk|tcache",
    "locks": r"pthread_mutex|lll_lock",
    "copies": r"mem(cpy|move|set|cmp|chr)|std::__cxx11::basic_string",
    "codec": r"kazoo::(codec|base::Buffer)",
    "session": r"kazoo::(session|LatencyHistogram)",
    "driver": r"kazoo::driver",
    "lanes": r"kazoo::(handler|SequentialAsioHandler)|boost::asio",
    "client": r"kazoo::(detail::client|KazooClient|is_plain_path|Chroot)",
    "results": r"kazoo::",
    "rest": r"",
}
# The operations that are measured, without the server in them; see bench/instructions_main.cpp.
TOGGLES = (
    "--toggle-collect=*measured<*",
    "--toggle-collect=bench::MemoryServer::answer_uncounted*",
)


def build_of(compiler):
    """The compiler with its major version, and the processor."""
    name, version = compiler.split()
    return f"{name} {version.split('.')[0]} {platform.machine()}"


def instructions_in(output):
    """The instructions per operation according to the output of callgrind."""
    found = re.search(r"Collected : (\d+)", output)
    if not found:
        raise ValueError(f"no count of instructions in {output!r}")
    return round(int(found.group(1)) / COUNT)


def qualified_name(function):
    """The name of a function with its namespaces, without arguments and what it returns."""
    while re.search(r"<[^<>]*>", function):
        function = re.sub(r"<[^<>]*>", "", function)
    if function.startswith("operator "):
        return function
    return function.partition("(")[0].split(" ")[-1] or function


def parts_in(annotated):
    """The instructions per operation of each part, in the output of callgrind_annotate."""
    found = dict.fromkeys(PARTS, 0)
    for count, function in re.findall(r"^ *([\d,]+) \([^)]*\)  \S*?:(.*?)(?: \[.*)?$", annotated,
                                      re.MULTILINE):
        name = qualified_name(function)
        part = next(part for part, pattern in PARTS.items() if re.search(pattern, name))
        found[part] += int(count.replace(",", ""))
    return {part: round(count / COUNT) for part, count in found.items()}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ValueError(f"{command}: exit code {done.returncode}: {done.stdout}{done.stderr}")
    return done


def measure(program, operation):
    """The instructions of an operation, and those of each part."""
    with tempfile.TemporaryDirectory() as directory:
        file = str(pathlib.Path(directory) / "callgrind.out")
        count = run("valgrind", "--tool=callgrind", f"--callgrind-out-file={file}", *TOGGLES,
                    program, f"{operation}s", str(COUNT))
        annotated = run("callgrind_annotate", "--threshold=100", file)
    return instructions_in(count.stderr), parts_in(annotated.stdout)


def key_of(operation):
    return f"instructions_per_{operation}"


def problem_of(operation, measured, figure):
    """What is wrong with this number of instructions; empty if nothing is."""
    tracked = figure[key_of(operation)]
    margin = tracked * figure["margin_percent"] / 100
    if measured > tracked + margin:
        return f"a {operation} takes {measured} instructions, more than {tracked} and its margin"
    if measured < tracked - margin:
        return (f"a {operation} takes {measured} instructions, fewer than {tracked}: "
                "track this figure")
    return ""


def self_test():
    figure = {"instructions_per_get": 1000, "instructions_per_notification": 500,
              "margin_percent": 4}
    assert [bool(problem_of("get", n, figure)) for n in (959, 960, 1040, 1041)] == [1, 0, 0, 1]
    assert [bool(problem_of("notification", n, figure)) for n in (500, 1000)] == [0, 1]
    assert instructions_in("==1== Collected : 15000001\n") == 1500
    try:
        instructions_in("valgrind: failed")
        raise AssertionError("output without a count is accepted")
    except ValueError:
        pass
    assert qualified_name("void kazoo::a<b<c>>::d<e>(f<g> const&)") == "kazoo::a::d"
    assert qualified_name("kazoo::b::(anonymous namespace)::c(int)") == "kazoo::b::"
    assert qualified_name("operator new(unsigned long)").startswith("operator new")
    annotated = """30,000,000 (100.0%)  PROGRAM TOTALS
10,000,000 (33.3%)  ./malloc/malloc.c:_int_free [/lib/libc.so.6]
 5,000,000 (16.7%)  ???:operator new(unsigned long) [/lib/libstdc++.so.6]
15,000,000 (50.0%)  ???:bool kazoo::session::Session::on_frame(int) [/bin/x]
"""
    parts = {part: count for part, count in parts_in(annotated).items() if count}
    assert parts == {"allocation": 1500, "session": 1500}, parts
    assert build_of("GNU 12.2.0") == f"GNU 12 {platform.machine()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program")
    parser.add_argument("--compiler", help="its name and version")
    parser.add_argument("--refresh", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    figure = json.loads(FIGURE.read_text(encoding="utf-8"))
    build = build_of(arguments.compiler)
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is not installed")
        return SKIPPED
    if build != figure["compiler"] and not arguments.refresh:
        print(f"skipped: the figure is for {figure['compiler']}, this is {build}")
        return SKIPPED
    measured = {operation: measure(arguments.program, operation) for operation in OPERATIONS}
    for operation, (count, parts) in measured.items():
        print(f"instructions per {operation}: {count}")
        print(", ".join(f"{part} {count}" for part, count in parts.items()))
    print(f"the goal is {figure['goal']} for each")
    if arguments.refresh:
        counts = {key_of(operation): count for operation, (count, _) in measured.items()}
        figure = {**figure, "compiler": build, **counts, "parts": measured["get"][1]}
        FIGURE.write_text(json.dumps(figure, indent=2) + "\n", encoding="utf-8")
        print("Next: bench/plot.py, which fills in the table of docs/performance.md")
        return 0
    problems = [problem_of(operation, count, figure) for operation, (count, _) in measured.items()]
    problems = [problem for problem in problems if problem]
    if problems:
        print("\n".join([*problems, f"If this is intended: {' '.join(sys.argv)} --refresh"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
