#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/options.md and docs/metrics.md from the public headers.

    tables.py --fill        writes them
    tables.py               fails if they are not what --fill would write
    tables.py --self-test   shows that it can fail

Fails for an option whose comment does not say "Default: ..." (or "See" or "As" another one).
"""

import pathlib
import re
import sys

import headers

ROOT = pathlib.Path(__file__).resolve().parents[2]
GENERATED = """This page is generated from the headers: `python3 docs/site/tables.py --fill`.
"""
OPTIONS = [
    ("Client", "include/kazoo/client_options.hpp", ["ClientOptions"]),
    ("Limits", "include/kazoo/client_limits.hpp", ["ClientLimits"]),
    ("Retries", "include/kazoo/retry.hpp", ["RetryPolicy"]),
    ("Calls", "include/kazoo/call_options.hpp", ["CallOptions"]),
    ("Creation of nodes", "include/kazoo/call_options.hpp", ["CreateOptions"]),
    ("Reads", "include/kazoo/read_options.hpp", ["ReadOptions"]),
    ("TLS", "include/kazoo/tls_options.hpp", ["TlsOptions"]),
    ("SASL", "include/kazoo/sasl.hpp", ["SaslOptions"]),
    ("DNS SRV records", "include/kazoo/srv.hpp", ["SrvOptions"]),
    ("Streams of events", "include/kazoo/watch_stream.hpp", ["WatchStreamOptions"]),
    ("Watch recipes", "include/kazoo/recipes/watch_options.hpp",
     ["WatchSettings", "ChildrenWatchOptions"]),
    ("Copies of subtrees", "include/kazoo/recipes/tree_cache_options.hpp", ["TreeCacheOptions"]),
    ("Locks", "include/kazoo/recipes/lock_options.hpp", ["LockOptions"]),
    ("Semaphores", "include/kazoo/recipes/semaphore.hpp", ["SemaphoreOptions"]),
    ("Latches", "include/kazoo/recipes/leader_latch.hpp", ["LeaderLatchOptions"]),
    ("Leases", "include/kazoo/recipes/non_blocking_lease.hpp", ["LeaseOptions"]),
    ("Partitioners", "include/kazoo/recipes/set_partitioner_options.hpp",
     ["SetPartitionerOptions"]),
    ("Counters", "include/kazoo/recipes/counter.hpp", ["CounterOptions"]),
    ("Parties", "include/kazoo/recipes/party.hpp", ["PartyOptions"]),
    ("Service discovery", "include/kazoo/recipes/service_discovery.hpp",
     ["ServiceDiscoveryOptions"]),
    ("Service providers", "include/kazoo/recipes/service_provider_options.hpp",
     ["ServiceProviderOptions", "DownInstancePolicy"]),
    ("Persistent nodes", "include/kazoo/recipes/persistent_node.hpp", ["PersistentNodeOptions"]),
    ("Embedded server", "include/kazoo/testing/server_options.hpp", ["ServerOptions"]),
    ("Test harness", "include/kazoo/testing/harness_options.hpp", ["HarnessOptions"]),
]
METRICS = ["OperationMetrics", "SessionMetrics", "LaneMetrics", "ClientMetrics"]
SETTER = re.compile(r"^(?:Self|\w+)& (\w+)\((.*)\) &(?: noexcept)?(?:;| \{)")
FIELD = re.compile(r"^(?:std::)?([\w:<>, ]+?) (\w+)(?:\{.*\}| = .*)?;$")
CLASS = re.compile(r"^class (?:\[\[nodiscard\]\] )?(\w+(?:Options|Limits|Policy))\b[^;{]*\{",
                   re.MULTILINE)
UNITS = {
    "AnyDuration": "duration",
    "AnyMilliseconds": "duration, whole milliseconds",
    "TimePoint": "point in time",
    "bool": "true or false",
    "std::string": "text",
    "int": "number",
    "double": "number",
    "std::size_t": "number",
    "std::int32_t": "number",
    "std::int64_t": "number",
    "std::uint16_t": "number",
    "std::uint32_t": "number",
}


def items(name):
    """(class, comment, declaration) of the public members of a header."""
    header = headers.Header((ROOT / name).read_text(), "")
    header.convert()
    return header.items


def text(comment):
    return " ".join(comment.split())


def first_sentence(comment):
    # A comment that gives an example or a list first has no other end of its sentence.
    match = re.match(r"(.*?[^.\d\s][.:])(?= [A-Z`]|$| -)", comment)
    sentence = (match[1] if match else comment).rstrip(":")
    return sentence if sentence.endswith(".") else sentence + "."


def default_of(comment):
    """What a comment says about the default, or None."""
    match = re.search(r"Default: (.*?)[.;](?:\s|$)", comment)
    if match:
        return match[1]
    match = re.match(r"(?:See|As|Same as) `?([\w:]+)", comment)
    return f"see {match[1].rstrip(':')}" if match else None


def cell(value):
    """Text of a comment as Markdown: names of headers would be HTML."""
    parts = re.split(r"(`[^`]*`)", value.replace("|", "\\|"))
    for index in range(0, len(parts), 2):
        parts[index] = re.sub(r"(<[\w/.]+>)", r"`\1`", parts[index])
    return "".join(parts)


def unit(type_name, name):
    type_name = re.sub(r"^const (.*)&$", r"\1", type_name).strip()
    type_name = re.sub(r"^std::optional<(.*)>$", r"\1", type_name)
    if "bytes" in name and type_name == "std::size_t":
        return "bytes"
    return UNITS.get(type_name) or f"`{type_name}`"


def parameter(parameters):
    """The type of the first parameter of a setter."""
    depth = 0
    for index, char in enumerate(parameters):
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            parameters = parameters[:index]
            break
    return re.sub(r"\s*=.*$", "", parameters.strip()).rpartition(" ")[0] or "bool"


def option_rows(name, classes, problems):
    """The rows of the table of options of some classes of a header."""
    rows, seen = [], set()
    for owner, comment, declaration in items(name):
        if owner not in classes:
            continue
        setter = SETTER.match(declaration)
        field = FIELD.match(declaration) if owner == "ClientLimits" else None
        if setter and setter[2]:
            option, type_name = setter[1], parameter(setter[2])
        elif field:
            option, type_name = field[2], "std::" + field[1]
        else:
            continue
        comment = text(comment)
        default = default_of(comment)
        if default is None and option not in seen:
            problems.append(f"{name}: {owner}::{option}: its comment does not say the default")
        if comment.startswith("Default:"):
            problems.append(f"{name}: {owner}::{option}: its comment does not say what it is")
        # Another form of the same setter.
        if option not in seen:
            seen.add(option)
            rows.append((option, default or "", unit(type_name, option), first_sentence(comment)))
    return rows


def options_page(problems):
    lines = ["# Options", "", GENERATED,
             "All options are set by chained setters: `ClientOptions().hosts(\"zk1:2181\")."
             "timeout(10s)`. Durations are\nof any type of `std::chrono`. The headers have the"
             " whole description of each option.", ""]
    lines += [f"- [{title}](#{title.lower().replace(' ', '-')})" for title, _, _ in OPTIONS]
    for title, name, classes in OPTIONS:
        rows = option_rows(name, classes, problems)
        if not rows:
            problems.append(f"{name}: there are no options of {' and '.join(classes)}")
        shown = "`, `".join(classes).replace("WatchSettings", "DataWatchOptions")
        lines += ["", f"## {title}", "", f"`{shown}`, [{name.removeprefix('include/')}](../{name})",
                  "", "| option | default | unit or type | meaning |", "| --- | --- | --- | --- |"]
        lines += ["| `" + row[0] + "` | " + " | ".join(map(cell, row[1:])) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def metric_kind(owner, type_name):
    if type_name == "LatencyHistogram":
        return "histogram"
    if type_name == "uint64_t" or type_name.startswith("array<std::uint64_t"):
        return "counter"
    return "list" if type_name.startswith(("vector", "array")) else "value"


def metrics_page(problems):
    name = "include/kazoo/metrics.hpp"
    lines = ["# Metrics", "", GENERATED,
             "[Observability](observability.md) says how to read and export metrics. Counters never"
             " decrease;\nhistograms are of durations; values are those at the time of the"
             " snapshot.", "", "## Fields", "",
             "| struct | field | kind | meaning |", "| --- | --- | --- | --- |"]
    found = 0
    for owner, comment, declaration in items(name):
        field = FIELD.match(declaration) if owner in METRICS else None
        if field:
            found += 1
            kind = metric_kind(owner, field[1])
            lines.append(f"| `{owner}` | `{field[2]}` | {kind} | "
                         f"{cell(first_sentence(text(comment)))} |")
    if found < 20:
        problems.append(f"{name}: only {found} fields of metrics were found")
    lines += ["", "## Names for Prometheus", "",
              "Those of the component `kazoo::prometheus`, in addition to the labels of the"
              " collector.", "", "| name | kind | meaning |", "| --- | --- | --- |"]
    source = (ROOT / "src/prometheus/families.cpp").read_text()
    exported = re.findall(r'\b(\w+)\(\s*"(kazoo_\w+)",\s*"([^"]*)"', source)
    if len(exported) != len(set(re.findall(r'"(kazoo_\w+)"', source))):
        problems.append("src/prometheus/families.cpp: not all names were found")
    for kind, exported_name, meaning in exported:
        kind = "gauge" if kind == "metric" else kind
        lines.append(f"| `{exported_name}` | {kind} | {cell(meaning)} |")
    return "\n".join(lines) + "\n"


def unlisted(root, listed):
    """The classes of options of the public headers that are in no table."""
    for path in sorted((root / "include").rglob("*.hpp")):
        for name in CLASS.findall(path.read_text()):
            if name not in listed:
                yield f"{path.relative_to(root)}: {name} is in no table (docs/site/tables.py)"


def pages(problems):
    return {"docs/options.md": options_page(problems), "docs/metrics.md": metrics_page(problems)}


def self_test():
    assert default_of("How long. Default: 0.1 s doubling to 5 s. More.") == "0.1 s doubling to 5 s"
    assert default_of("As `timeout`, but later.") == "see timeout"
    assert default_of("How long.") is None
    assert first_sentence("Waits 0.5 s, as in `f.g`. More.") == "Waits 0.5 s, as in `f.g`."
    assert parameter("std::function<void(int, bool)> value = {}, int b") == (
        "std::function<void(int, bool)>")
    assert len(list(unlisted(ROOT, set()))) > 20
    header = headers.Header(
        """KAZOO_API_BEGIN
namespace kazoo {
/// A.
class A {
public:
    /// How many. Default: 1.
    A& n(int value) & noexcept {
        return *this;
    }
    A n(int value) && { return std::move(n(value)); }

    int x() const;
};
}
""",
        "")
    header.convert()
    setters = [item for item in header.items if SETTER.match(item[2])]
    assert [item[:2] for item in setters] == [("A", " How many. Default: 1.")], header.items


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    listed = {name for _, _, names in OPTIONS for name in names} | {"DataWatchOptions"}
    problems = list(unlisted(ROOT, listed))
    for name, made in pages(problems).items():
        path = ROOT / name
        if sys.argv[1:] == ["--fill"]:
            path.write_text(made)
        elif not path.exists() or path.read_text() != made:
            problems.append(f"{name}: not current; run docs/site/tables.py --fill")
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
