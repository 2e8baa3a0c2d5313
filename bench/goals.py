# SPDX-License-Identifier: Apache-2.0
"""The goals for the speed of the client, and what runs of the benchmark have measured of them."""

import dataclasses
import json
import pathlib
import re
import textwrap

INSTRUCTIONS = pathlib.Path(__file__).resolve().parent.parent / "tests/build/instructions.json"
PIPELINED = ("get", "set")
# The sizes of the case `values`: their names for readers, and in MiB.
SIZES = {"1KiB": ("1 KiB", 1 / 1024), "64KiB": ("64 KiB", 1 / 16), "1MiB": ("1 MiB", 1)}


class Run:
    """The results of one run."""

    def __init__(self, results):
        self.environment = results["environment"]
        self.results = results["results"]
        self.ratios = results["ratios"]

    def series(self, case, subject, measure):
        """The result of a subject, or None."""
        key = (case, subject, measure)
        found = (r for r in self.results if (r["case"], r["subject"], r["measure"]) == key)
        return next(found, None)

    def value(self, case, subject, measure):
        """The median of a result. `case` may leave out a number: `sessions(*)`."""
        pattern = re.escape(case).replace(r"\*", r"\d+")
        for one in self.results:
            if (one["subject"], one["measure"]) == (subject, measure):
                if re.fullmatch(pattern, one["case"]):
                    return one["median"]
        return None

    def ratio(self, case, measure, reference):
        pattern = re.escape(case).replace(r"\*", r"\d+")
        for one in self.ratios:
            if (one["measure"], one["reference"]) == (measure, reference):
                if re.fullmatch(pattern, one["case"]):
                    return one["ratio"]
        return None


@dataclasses.dataclass
class Goal:
    case: str
    measure: str
    limit: float
    of: object  # from a run to the value, or None
    least: bool = False  # the value is to be at least `limit`, else at most

    def met_by(self, value):
        """With two digits, as in the table: some values count what happens now and then as well."""
        value = round(value, 2)
        return value >= self.limit if self.least else value <= self.limit


def ratio(case, measure, reference):
    return lambda run: run.ratio(case, measure, reference)


def value(case, subject, measure, unit=1):
    def of(run):
        found = run.value(case, subject, measure)
        return None if found is None else found / unit

    return of


def farthest(cases, measure, reference):
    """The ratio of those of the cases that is farthest above 1."""

    def of(run):
        ratios = [run.ratio(case, measure, reference) for case in cases]
        known = [one for one in ratios if one is not None]
        return max(known) if known else None

    return of


def pipelined():
    handlers = (("Asio", "asio"), ("threads", ""))
    for operation in PIPELINED:
        name = f"pipelined-{operation}"
        for handler, variant in handlers:
            case = f"{name}({variant})" if variant else name
            yield Goal(f"pipelined {operation}, Apache, {handler}", "throughput / raw", 0.95,
                       ratio(case, "throughput", "raw"), least=True)
        for handler, variant, limit in (
            ("Asio", "(asio)", 1.3), ("threads", "", 1.8), ("fibers", "(fiber)", 1.5)
        ):
            yield Goal(f"pipelined {operation}, Apache, {handler}", "CPU / raw", limit,
                       ratio(name + variant, "cpu", "raw"))
        for handler, variant, limit in (
            ("Asio", "(embedded,asio)", 1.5), ("threads", "(embedded)", 2.2)
        ):
            where = f"pipelined {operation}, embedded, {handler}"
            yield Goal(where, "CPU / floor", limit, ratio(name + variant, "cpu", "floor"))
            yield Goal(where, "throughput / floor", 0.8,
                       ratio(name + variant, "throughput", "floor"), least=True)


def blocking():
    yield Goal("blocking get, Apache, threads", "p50 / raw", 1.1,
               ratio("blocking-get", "p50", "raw"))
    for reference, limit in (("raw", 1.4), ("go", 0.7)):
        yield Goal("blocking get, embedded, threads", f"p50 / {reference}", limit,
                   ratio("blocking-get(embedded)", "p50", reference))
    yield Goal("blocking get, embedded, threads", "system calls", 4,
               value("system-calls", "kazoo-threading", "total"))
    yield Goal("8 threads with blocking gets", "throughput / one thread's", 3,
               ratio("threads(8)", "throughput", "one-thread"), least=True)


def features():
    for handler, variant in (("Asio", "(asio)"), ("threads", "")):
        yield Goal(f"1000 coroutines, {handler}", "CPU / callbacks", 1.1,
                   ratio("coroutines" + variant, "cpu", "callbacks"))
    for operation in ("get", "set", "exists"):
        yield Goal(f"{operation}, threads", "heap allocations", 1,
                   value(f"allocations({operation})", "kazoo-threading", "heap"))
    for handler, variant in (("Asio", ",asio"), ("threads", "")):
        for option in ("deadline", "watch", "stop-token"):
            yield Goal(f"get with a {option.replace('-', ' ')}, {handler}", "CPU / without", 1.3,
                       ratio(f"call-options({option}{variant})", "cpu", "plain"))


def sizes():
    yield Goal("10,000 sessions on one thread", "KiB per session", 16,
               value("sessions(*)", "kazoo-asio", "memory", 1024))
    yield Goal("10,000 sessions on one thread", "sessions with all pings on time", 1,
               value("sessions(*)", "kazoo-asio", "kept"), least=True)
    for function in ("shared", "own"):
        yield Goal(f"1,000,000 watches, {function} function", "bytes per watch", 128,
                   value("watches(*)", f"{function}-function", "memory"))
    for handler, variant in (("Asio", ",asio"), ("threads", "")):
        yield Goal(f"100,000 notifications, {handler}", "per second / raw", 0.5,
                   ratio(f"notifications(*{variant})", "throughput", "raw"), least=True)
    for size, (name, _) in SIZES.items():
        for handler, variant in (("Asio", ",asio"), ("threads", "")):
            yield Goal(f"values of {name}, {handler}", "bytes per second / raw", 0.9,
                       ratio(f"values({size}{variant})", "throughput", "raw"), least=True)
        yield Goal(f"values of {name}", "copies of the data per get", 1,
                   value(f"values({size})", "kazoo-threading", "copies"))
    for handler, variant in (("Asio", ",asio"), ("threads", "")):
        cases = [f"growth({10**power}{variant})" for power in range(3, 7)]
        yield Goal(f"1000 to 1,000,000 in flight, {handler}", "CPU / with 1000, at most", 1.3,
                   farthest(cases, "cpu", "1000"))


def rest():
    yield Goal("client connected and idle", "% of a core", 0.1,
               value("idle(connected)", "kazoo-threading", "cpu"))
    yield Goal("client in a blocking get", "% of a core", 0.1,
               value("idle(waiting)", "kazoo-threading", "cpu"))
    yield Goal("embedded server, 100 connections", "throughput / one connection's", 0.8,
               ratio("server-connections(*)", "throughput", "one-connection"), least=True)
    yield Goal("source with <kazoo/client.hpp>", "s to compile", 1,
               value("compile-time", "kazoo-client", "cpu"))


def all_goals():
    return [*pipelined(), *blocking(), *features(), *sizes(), *rest()]


def shown(value_):
    return f"{value_:,.0f}" if value_ >= 100 else f"{value_:.2f}"


def row(goal, runs):
    """The row of a goal, or None if it was not measured. A goal is met if each run meets it."""
    values = [one for one in map(goal.of, runs) if one is not None]
    if not values:
        return None
    met = "yes" if all(map(goal.met_by, values)) else "**no**"
    texts = ", ".join(map(shown, values))
    limit = f"{'≥' if goal.least else '≤'} {goal.limit:,g}"
    case = re.sub(r"(<.*?>)", r"`\1`", goal.case)
    return f"| {case} | {goal.measure} | {limit} | {texts} | {met} |"


def table(runs):
    rows = [text for text in (row(goal, runs) for goal in all_goals()) if text]
    head = ["| case | measure | goal | measured | met |", "| --- | --- | --- | --- | --- |"]
    return "\n".join(head + rows)


# The parts in instructions.json.
PARTS = {
    "client": "the call: checks of path, options and state; the operation and its end",
    "results": "results, callbacks, the count of what waits",
    "session": "queue of requests, pairing of replies, events, metrics",
    "codec": "frames and records, both ways",
    "driver": "between session and transport",
    "lanes": "the lane of the callbacks on the Asio loop, and Asio",
    "allocation": "`malloc` and `free`",
    "locks": "mutexes, without contention",
    "copies": "`memcpy`, strings",
    "rest": "the rest, the program that measures included",
}


def instruction_table():
    """The instructions of a get by part, the largest first."""
    figure = json.loads(INSTRUCTIONS.read_text(encoding="utf-8"))
    parts = sorted(figure["parts"].items(), key=lambda pair: -pair[1])
    rows = [f"| {PARTS[part]} | {count} |" for part, count in parts]
    total = f"| together (goal: {figure['goal']:,}) | {figure['instructions_per_get']} |"
    return "\n".join(["| part | instructions per get |", "| --- | --- |", *rows, total])


def environment(runs):
    one = runs[-1].environment
    many = f"{len(runs)} runs" if len(runs) > 1 else "one run"
    servers = "Apache ZooKeeper and the embedded server"
    if one.get("server", "none") == "none":
        servers = "the embedded server"
    return textwrap.fill(
        f"The figures are of {many} with {one.get('rounds')} rounds each, on {one.get('cores')}"
        f" cores, with {servers}; compiler {one.get('compiler')}.",
        100,
    )


def self_test():
    goal = Goal("a", "b", 2, ratio("x(*)", "cpu", "raw"))
    def run(ratio_):
        one = {"case": "x(7)", "measure": "cpu", "reference": "raw", "ratio": ratio_}
        return Run({"environment": {}, "results": [], "ratios": [one]})

    assert row(goal, [run(1.5), run(2)]) == "| a | b | ≤ 2 | 1.50, 2.00 | yes |"
    assert row(goal, [run(1.5), run(2.01)]).endswith("| **no** |")
    assert row(Goal("a", "b", 2, ratio("y", "cpu", "raw")), [run(1)]) is None
    assert not Goal("a", "b", 2, None, least=True).met_by(1.9)
    assert len({(goal.case, goal.measure) for goal in all_goals()}) == len(all_goals())
