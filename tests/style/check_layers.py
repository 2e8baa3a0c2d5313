#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the #include lines of the tree against the layer rules (CONTRIBUTING.md, "Layers")."""

import fnmatch
import re
import sys

import sources
from sources import Problem

# Which layers of src/ a layer may include beside itself.
LAYERS = {
    "base": set(),
    "values": {"base"},
    "security": {"values", "base"},
    "async": {"values", "base"},
    "codec": {"values", "base"},
    "session": {"codec", "values", "base"},
    "transport": {"values", "base"},
    "driver": {"session", "transport", "async", "values", "base"},
    "handler": {"async", "values", "base"},
    "client": {"session", "driver", "codec", "async", "values", "base"},
    "recipe": set(),
    "server": {"codec", "security", "values", "base"},
    "testing": {"server", "codec", "security", "values", "base"},
    "prometheus": set(),
    "srv": {"values", "base"},
    "sasl": set(),
}
# Layers that are divided into folders: which of these each may include beside itself.
FOLDERS = {
    "server": {
        "rules": set(),
        "sasl": set(),
        "tree": {"rules"},
        "watches": {"tree", "rules"},
        "reads": {"tree", "rules"},
        "database": {"tree", "rules"},
        "monitoring": {"database", "watches", "tree", "rules"},
        "member": {"monitoring", "database", "reads", "watches", "tree", "sasl", "rules"},
        "listener": {"member", "rules"},
    },
}
# The core: no input or output, no chance, and no Asio even through a header it includes.
CORE = ("base", "values", "codec", "session")
# Public headers that are more than vocabulary: those below the client do not know them.
FACADE = ("kazoo/kazoo.hpp", "kazoo/client.hpp", "kazoo/recipes/*", "kazoo/testing/*")
BELOW_THE_FACADE = CORE + ("security", "async", "transport", "driver", "handler", "server")

# Third parties: include pattern -> files that may name it. What matches no pattern is free.
ASIO = "boost/asio*"
THIRD_PARTIES = {
    ASIO: (
        "include/kazoo/asio.hpp",
        "include/kazoo/detail/asio*.hpp",
        "include/kazoo/handlers/asio*.hpp",
        "src/transport/*",
        "src/driver/*",
        "src/handler/*",
        "src/server/listener/*",
        "src/testing/*",
        "tools/*",
        "examples/*",
    ),
    "boost/fiber*": (
        "include/kazoo/handlers/fiber_scheduling.hpp",
        "src/handler/fiber/*",
        "examples/*",
    ),
    "boost/context*": ("src/handler/fiber/*",),
    # Parts of standard headers that take long to compile.
    "bits/*": ("include/kazoo/detail/chrono.hpp", "include/kazoo/detail/function.hpp"),
    # It takes long to compile.
    "boost/beast*": ("tools/kazoo/ui/http/connection.cpp",),
    "uv.h": ("src/handler/uv/*", "examples/*"),
    "glib.h": ("examples/*",),
    "spdlog/*": ("include/kazoo/spdlog.hpp",),
    "prometheus/*": ("include/kazoo/prometheus.hpp", "src/prometheus/*"),
    "ares.h": ("src/srv/*",),
    "openssl/*": ("src/transport/*", "src/security/*.cpp", "src/server/listener/*.cpp"),
    "sasl/sasl*.h": ("src/sasl/*",),
    "nlohmann/*": (
        "src/recipe/json/json_scalar.*",
        "src/recipe/lease/lease_record.cpp",
        "src/recipe/discovery/instance_json.cpp",
        "tools/*",
    ),
}
# A public header may include nothing else of a third party than the table above grants it.
STANDARD = re.compile(r"[a-z_0-9]+")
PLATFORM = re.compile(
    r"(sys|netinet|arpa|net|linux)/.*|(unistd|poll|netdb|fcntl|pthread|signal)\.h"
)
PLATFORM_LAYERS = ("base", "transport", "srv")
NO_THREADS = {"thread", "mutex", "shared_mutex", "condition_variable", "stop_token", "future"}
# Passive code: time is an argument, and callers provide the threads.
PASSIVE = ("src/values/*", "src/codec/*", "src/session/*", "src/server/*")
ACTIVE = ("src/server/listener/*",)
CLOCK = re.compile(r"::now\s*\(")
CHANCE = re.compile(r"\brandom_device\b")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)
AREAS = ("include/", "src/", "tools/", "examples/")


def matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def includes(text):
    """(line, opening character, included name) of every include."""
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match.group(1), match.group(2)


def layer_of(name):
    parts = name.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def is_passive(name):
    return matches(name, PASSIVE) and not matches(name, ACTIVE)


def folder_problem(name, included):
    """What is wrong with an include between the folders of a layer that is divided, or None."""
    layer = layer_of(name)
    allowed = FOLDERS.get(layer)
    if allowed is None or not included.startswith(layer + "/"):
        return None
    folder, target = name.split("/")[2], included.split("/")[1]
    if folder != target and target not in allowed.get(folder, ()):
        return f"{layer}/{folder} may not include {layer}/{target}"
    return None


def quoted_problem(name, included):
    """What is wrong with #include "included" in the file name, or None."""
    target = included.split("/")[0]
    layer = layer_of(name)
    if layer is None:
        is_internal = target in LAYERS or name.startswith("include/")
        return "sees public headers only" if is_internal else None
    if target not in LAYERS:
        return 'a project header is included as "<layer>/<file>"'
    if target != layer and target not in LAYERS[layer]:
        return f"{layer} may not include {target}"
    return folder_problem(name, included)


def bracket_problem(name, included):
    """What is wrong with #include <included> in the file name, or None."""
    layer = layer_of(name)
    if included.startswith("kazoo/"):
        below = layer in BELOW_THE_FACADE and matches(included, FACADE)
        return f"{layer} is below the facade" if below else None
    for pattern, users in THIRD_PARTIES.items():
        if matches(included, [pattern]):
            return None if matches(name, users) else "this library may not be used here"
    if name.startswith("include/") and not STANDARD.fullmatch(included):
        beside_asio = matches(name, THIRD_PARTIES[ASIO]) and included.startswith("boost/")
        return None if beside_asio else "a public header includes <kazoo/...> and std only"
    if layer and layer not in PLATFORM_LAYERS and PLATFORM.fullmatch(included):
        return f"{layer} does not call the platform"
    if is_passive(name) and included in NO_THREADS:
        return f"{layer} uses no threads"
    return None


def check_file(name, text):
    problems = []
    for line, opening, included in includes(text):
        problem = (quoted_problem if opening == '"' else bracket_problem)(name, included)
        if problem:
            problems.append(Problem(name, line, f"{included}: {problem}"))
    rules = ((CLOCK, is_passive(name)), (CHANCE, layer_of(name) in CORE))
    for pattern, applies in rules:
        if applies:
            code = sources.without_comments_and_literals(text)
            for match in pattern.finditer(code):
                line = code.count("\n", 0, match.start()) + 1
                problems.append(Problem(name, line, f"{match.group(0)}: must be an argument"))
    return problems


def misplaced(name):
    """What is wrong with the place of a file in a layer that is divided into folders, or None."""
    layer, parts = layer_of(name), name.split("/")
    if layer in FOLDERS and (len(parts) != 4 or parts[2] not in FOLDERS[layer]):
        return f"belongs in one of the folders {', '.join(FOLDERS[layer])}"
    return None


def folder_graph(tree):
    """folder of src/ -> {other folder that it includes: name of a file that does}."""
    graph = {}
    for name, text in tree.items():
        if layer_of(name):
            folder = name.rpartition("/")[0]
            for _, opening, included in includes(text):
                target = ("src/" + included).rpartition("/")[0]
                if opening == '"' and target != folder:
                    graph.setdefault(folder, {}).setdefault(target, name)
    return graph


def cycle_from(graph, start):
    """The shortest chain of folders that leads from start back to it, or None."""
    chains, seen = [[start]], set()
    for chain in chains:
        for target in graph.get(chain[-1], ()):
            if target == start:
                return chain + [start]
            if target not in seen:
                seen.add(target)
                chains.append(chain + [target])
    return None


def cycles(tree):
    """A problem for each set of folders that include each other in a circle."""
    graph, reported = folder_graph(tree), set()
    for folder in sorted(graph):
        cycle = cycle_from(graph, folder)
        if cycle and frozenset(cycle) not in reported:
            reported.add(frozenset(cycle))
            yield Problem(graph[folder][cycle[1]], 1, "a cycle: " + " -> ".join(cycle))


def asio_below(tree, name, seen):
    """The chain of project files from name to one that includes Asio, or None."""
    seen.add(name)
    for _, opening, included in includes(tree[name]):
        if matches(included, [ASIO]):
            return [name]
        target = ("src/" if opening == '"' else "include/") + included
        if target in tree and target not in seen:
            chain = asio_below(tree, target, seen)
            if chain:
                return [name] + chain
    return None


def check_tree(tree):
    problems = []
    for name, text in tree.items():
        problems += check_file(name, text)
        if misplaced(name):
            problems.append(Problem(name, 1, misplaced(name)))
        if layer_of(name) in CORE:
            chain = asio_below(tree, name, set())
            if chain and len(chain) > 1:
                problems.append(Problem(name, 1, "reaches Asio through " + " -> ".join(chain[1:])))
    # A cycle may be the consequence of an include that is reported already.
    return problems or list(cycles(tree))


def check():
    return check_tree(
        {
            name: path.read_text(encoding="utf-8")
            for name, path in sources.cpp_files()
            if name.startswith(AREAS)
        }
    )


def self_test():
    clean = {
        "include/kazoo/a.hpp": "#include <kazoo/b.hpp>\n#include <string>\n",
        "include/kazoo/asio.hpp": "#include <boost/asio/async_result.hpp>\n",
        "include/kazoo/detail/chrono.hpp": "#include <bits/chrono.h>\n#include <chrono>\n",
        "src/async/clock.hpp": "#include <mutex>\nauto t = clock::now();\n",
        "src/session/s.cpp": '#include "session/s.hpp"\n#include "codec/c.hpp"\n',
        "src/driver/d.cpp": '#include "session/s.hpp"\n#include <boost/asio/post.hpp>\n',
        "src/server/listener/tcp.cpp": "#include <boost/asio/ip/tcp.hpp>\n#include <mutex>\n",
        "src/server/tree/t.cpp": '#include "server/tree/t.hpp"\n#include "server/rules/r.hpp"\n',
        "src/handler/uv/u.cpp": '#include "handler/thread.hpp"\n#include <uv.h>\n',
        "src/handler/fiber/f.cpp": "#include <boost/fiber/all.hpp>\n#include <boost/context/a.hpp>",
        "examples/e.cpp": "#include <kazoo/kazoo.hpp>\n#include <boost/asio.hpp>\n",
    }
    assert check_tree(clean) == [], check_tree(clean)
    faults = {
        "include/kazoo/v.hpp": "#include <bits/chrono.h>",
        "src/codec/c.cpp": '#include "session/s.hpp"',
        "src/session/a.cpp": "#include <boost/asio/post.hpp>",
        "src/session/b.cpp": "#include <mutex>",
        "src/session/c.cpp": "auto t = std::chrono::steady_clock::now();",
        "src/session/d.cpp": "#include <sys/socket.h>",
        "src/base/e.cpp": "std::random_device source;",
        "src/base/f.cpp": "#include <kazoo/asio.hpp>",
        "src/driver/g.cpp": '#include "client/c.hpp"',
        "src/driver/h.cpp": '#include "local.hpp"',
        "src/handler/i.cpp": "#include <kazoo/client.hpp>",
        "src/client/j.cpp": "# include <boost/asio/post.hpp>",
        "src/values/k.cpp": '#include "async/a.hpp"',
        "src/server/member/m.cpp": "#include <boost/asio/ip/tcp.hpp>",
        "src/server/member/n.cpp": "#include <mutex>",
        "src/server/member/o.cpp": "auto t = std::chrono::steady_clock::now();",
        "src/server/member/p.cpp": '#include "server/listener/l.hpp"',
        "src/server/tree/q.cpp": '#include "server/watches/w.hpp"',
        "src/server/tree/r.cpp": '#include "server/unknown/u.hpp"',
        "src/server/s.cpp": "#include <string>",
        "src/server/unknown/t.cpp": "#include <string>",
        "src/server/tree/below/u.cpp": "#include <string>",
        "include/kazoo/l.hpp": '#include "base/b.hpp"',
        "include/kazoo/m.hpp": "#include <boost/asio/post.hpp>",
        "include/kazoo/n.hpp": "#include <boost/optional.hpp>",
        "tools/kazoo/o.cpp": '#include "session/s.hpp"',
        "tools/kazoo/ui/http/server.cpp": "#include <boost/beast/core.hpp>",
        "src/testing/q.cpp": '#include "client/c.hpp"',
        "src/server/tree/v.cpp": '#include "testing/t.hpp"',
        "examples/p.cpp": '#include "client/c.hpp"',
        "src/handler/s.cpp": "#include <uv.h>",
        "src/handler/uv/t.cpp": "#include <boost/fiber/mutex.hpp>",
        "src/handler/v.cpp": "#include <boost/context/fiber.hpp>",
        "include/kazoo/handlers/uv.hpp": "#include <uv.h>",
        "src/handler/w.cpp": '#include "handler/uv/u.hpp"',
        "src/recipe/x.cpp": '#include "client/c.hpp"',
        "src/client/y.cpp": '#include "recipe/r.hpp"',
        "src/prometheus/p.cpp": '#include "client/c.hpp"',
        "src/client/z.cpp": "#include <prometheus/collectable.h>",
        "src/srv/s.cpp": '#include "session/s.hpp"',
        "src/transport/a.cpp": "#include <ares.h>",
        "src/client/s.cpp": "#include <sasl/sasl.h>",
        "src/sasl/s.cpp": '#include "client/c.hpp"',
        "src/recipe/lease/l.cpp": "#include <nlohmann/json.hpp>",
    }
    for name, text in faults.items():
        found = check_tree({**clean, name: text})
        assert len(found) == 1 and found[0].path == name, (name, [str(p) for p in found])
    circle = {
        "src/base/a/a.hpp": '#include "base/b/b.hpp"',
        "src/base/b/b.hpp": '#include "base/c/c.hpp"',
        "src/base/c/c.hpp": '#include "base/a/other.hpp"',
    }
    found = check_tree(circle)
    assert len(found) == 1 and "a cycle: " in found[0].text, [str(p) for p in found]
    assert check_tree({**circle, "src/base/c/c.hpp": '#include "base/d/d.hpp"'}) == []


if __name__ == "__main__":
    sys.exit(sources.main(check, self_test))
