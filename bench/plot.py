#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws the plots of docs/performance.md and fills in its tables, from results of the benchmark.

    make bench JSON=1.json       # as often as wanted; each file is one run
    bench/plot.py 1.json ...     # writes docs/images/performance-*.svg and docs/performance.md
    bench/plot.py                # only the table of tests/build/instructions.json
    bench/plot.py --check        # fails if the page lacks a plot, or that table is not current
    bench/plot.py --self-test

The plots show the last run: the median of its rounds, with the lowest and the highest round as a
thin line. The tables show all runs.
"""

import argparse
import json
import pathlib
import re
import statistics
import sys

import charts
import goals

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
BEGIN = "<!-- {}: bench/plot.py writes what follows -->"
END = "<!-- end of {} -->"

# What the plots call the subjects, in the order in which they show them.
SUBJECTS = {
    "raw": "raw socket",
    "floor": "floor",
    "kazoo-asio": "this library, Asio",
    "kazoo-fiber": "this library, fibers",
    "kazoo-threading": "this library, threads",
    "go": "Go",
    "c-client": "C client",
    "java": "Java",
    "python-kazoo": "Python kazoo",
}
OURS = ("kazoo-asio", "kazoo-fiber", "kazoo-threading")


def kind(subject):
    """The class of a subject's colour."""
    return "ours" if subject in OURS else "bound" if subject in ("raw", "floor") else "other"


def bars(run, case, measure, scale=1):
    """The bars of a case, for the subjects that were measured."""
    found = []
    for subject, label in SUBJECTS.items():
        one = run.series(case, subject, measure)
        if one:
            rounds = [value * scale for value in one["rounds"]]
            found.append(charts.Bar(label, kind(subject), statistics.median(rounds), rounds))
    return found


def lines(run, name, subjects, measure, scale=1):
    """For each subject the values of the cases `name(<number>)`, over the number."""
    found = []
    for subject in subjects:
        points = []
        for one in run.results:
            number = re.fullmatch(rf"{name}\((\d+)\)", one["case"])
            if number and one["subject"] == subject and one["measure"] == measure:
                points.append((int(number[1]), one["median"] * scale))
        if points:
            found.append(charts.Line(SUBJECTS[subject], subject, sorted(points)))
    return found


def value_bars(run, size):
    """Data rates in MiB/s of the case `values(<size>)`."""
    _, mebibytes = goals.SIZES[size]
    return bars(run, f"values({size})", "throughput", mebibytes)


def plots(run):
    """File names and SVGs."""
    servers = (("embedded server", "(embedded)"), ("Apache ZooKeeper", ""))
    cpu = [
        (f"{operation}, {server}", bars(run, f"pipelined-{operation}{variant}", "cpu"))
        for operation in ("get", "set")
        for server, variant in servers
    ]
    blocking = [
        (server, bars(run, f"blocking-get{variant}", "p50")) for server, variant in servers
    ]
    values = [(name, value_bars(run, size)) for size, (name, _) in goals.SIZES.items()]
    handlers = ("floor", "kazoo-asio", "kazoo-threading")
    yield "cpu", charts.bar_chart(
        "CPU time of the client per pipelined operation, µs (100 bytes, 1000 in flight)", cpu
    )
    yield "blocking", charts.bar_chart("Blocking get: median latency, µs", blocking)
    yield "values", charts.bar_chart("Pipelined gets of large values, MiB/s", values)
    yield "growth", charts.line_chart(
        "CPU time per get, µs, over the number of gets in flight",
        lines(run, "growth", handlers, "cpu"),
    )
    yield "threads", charts.line_chart(
        "Blocking gets of several threads on one client, thousands per second",
        lines(run, "threads", handlers[1:], "throughput", 1e-3),
    )


def replaced(text, name, content):
    """The page with this content between the marks of `name`."""
    begin, end = BEGIN.format(name), END.format(name)
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"{PAGE.name}: no single place for {name}")
    head, rest = text.split(begin)
    return f"{head}{begin}\n\n{content}\n\n{end}{rest.split(end)[1]}"


def fill(runs):
    text = PAGE.read_text(encoding="utf-8")
    text = replaced(text, "instructions", goals.instruction_table())
    if runs:
        IMAGES.mkdir(exist_ok=True)
        for name, svg in plots(runs[-1]):
            (IMAGES / f"performance-{name}.svg").write_text(svg, encoding="utf-8")
        text = replaced(text, "environment", goals.environment(runs))
        text = replaced(text, "goals", goals.table(runs))
    PAGE.write_text(text, encoding="utf-8")


def problems():
    """What the page lacks."""
    text = PAGE.read_text(encoding="utf-8")
    for name in ("environment", "goals", "instructions"):
        if text.count(BEGIN.format(name)) != 1 or text.count(END.format(name)) != 1:
            yield f"no single place for {name}"
    if goals.instruction_table() not in text:
        yield "the table of instructions is not current: run bench/plot.py"
    for name in re.findall(r"images/(performance-[\w-]+\.svg)", text):
        if not (IMAGES / name).exists():
            yield f"there is no docs/images/{name}"
    for image in IMAGES.glob("performance-*.svg"):
        if f"images/{image.name}" not in text:
            yield f"docs/images/{image.name} is not shown"


def self_test():
    text = "a\n" + BEGIN.format("x") + "\nold\n" + END.format("x") + "\nb\n"
    once = replaced(text, "x", "new")
    assert "old" not in once and "\nnew\n" in once and once.endswith("\nb\n")
    assert replaced(once, "x", "new") == once
    for bad in ("", text * 2):
        try:
            replaced(bad, "x", "new")
            raise AssertionError("a page without a single place is accepted")
        except ValueError:
            pass
    rounds = [1.0, 3.0, 2.0]
    result = {"case": "growth(10)", "subject": "floor", "measure": "cpu", "unit": "us/op",
              "median": 2.0, "rounds": rounds}
    run = goals.Run({"environment": {"rounds": "3"}, "results": [result], "ratios": []})
    assert lines(run, "growth", ["floor"], "cpu")[0].points == [(10, 2.0)]
    assert bars(run, "growth(10)", "cpu", 2)[0].value == 4.0
    assert all("<svg" in svg for _, svg in plots(run))
    goals.self_test()
    charts.self_test()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", help="results of the benchmark")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    if arguments.check:
        found = list(problems())
        print("\n".join(found))
        return 1 if found else 0
    fill([goals.Run(json.loads(pathlib.Path(name).read_text())) for name in arguments.files])
    return 0


if __name__ == "__main__":
    sys.exit(main())
