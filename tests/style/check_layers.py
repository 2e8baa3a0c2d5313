#!/usr/bin/env python3
"""Holds the #include lines of the tree against the layer rules (CONTRIBUTING.md, "Layers")."""

import fnmatch
import re
import sys

import sources
from sources import Problem

# Which layers of src/ a layer may include beside itself.
LAYERS = {
    "base": set(),
    "codec": {"base"},
    "session": {"codec", "base"},
    "transport": {"base"},
    "driver": {"session", "transport", "base"},
    "handler": {"driver", "base"},
    "client": {"session", "driver", "codec", "base"},
    "recipe": set(),
    "server": {"codec", "base"},
    "testing": {"server", "codec", "base"},
}
# The core: no input or output, no chance, and no Asio even through a header it includes.
CORE = ("base", "codec", "session")
# Public headers that are more than vocabulary: those below the client do not know them.
FACADE = ("kazoo/kazoo.hpp", "kazoo/client.hpp", "kazoo/recipes/*", "kazoo/testing/*")
BELOW_THE_FACADE = CORE + ("transport", "driver", "handler", "server")

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
        "src/server/*listener*",
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
    "uv.h": ("src/handler/uv/*", "examples/*"),
    "glib.h": ("examples/*",),
    "openssl/*": ("src/transport/*", "src/base/digest.cpp"),
    "sasl/*": ("src/transport/*", "src/driver/*"),
}
# A public header may include nothing else of a third party than the table above grants it.
STANDARD = re.compile(r"[a-z_0-9]+")
PLATFORM = re.compile(
    r"(sys|netinet|arpa|net|linux)/.*|(unistd|poll|netdb|fcntl|pthread|signal)\.h"
)
PLATFORM_LAYERS = ("base", "transport")
NO_THREADS = {"thread", "mutex", "shared_mutex", "condition_variable", "stop_token", "future"}
NO_THREADS_IN = ("codec", "session")
CLOCK = re.compile(r"::now\s*\(")
NO_CLOCK_IN = ("codec", "session")  # base holds the blocking waits, which need one
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
    return None


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
    if layer in NO_THREADS_IN and included in NO_THREADS:
        return f"{layer} knows no threads"
    return None


def check_file(name, text):
    problems = []
    for line, opening, included in includes(text):
        problem = (quoted_problem if opening == '"' else bracket_problem)(name, included)
        if problem:
            problems.append(Problem(name, line, f"{included}: {problem}"))
    for pattern, layers in ((CLOCK, NO_CLOCK_IN), (CHANCE, CORE)):
        if layer_of(name) in layers:
            code = sources.without_comments_and_literals(text)
            for match in pattern.finditer(code):
                line = code.count("\n", 0, match.start()) + 1
                problems.append(Problem(name, line, f"{match.group(0)}: the core is told"))
    return problems


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
        if layer_of(name) in CORE:
            chain = asio_below(tree, name, set())
            if chain and len(chain) > 1:
                problems.append(Problem(name, 1, "reaches Asio through " + " -> ".join(chain[1:])))
    return problems


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
        "src/base/clock.hpp": "#include <mutex>\nauto t = clock::now();\n",
        "src/session/s.cpp": '#include "session/s.hpp"\n#include "codec/c.hpp"\n',
        "src/driver/d.cpp": '#include "session/s.hpp"\n#include <boost/asio/post.hpp>\n',
        "src/server/tcp_listener.cpp": "#include <boost/asio/ip/tcp.hpp>\n",
        "src/handler/uv/u.cpp": '#include "handler/thread.hpp"\n#include <uv.h>\n',
        "src/handler/fiber/f.cpp": "#include <boost/fiber/all.hpp>\n#include <boost/context/a.hpp>",
        "examples/e.cpp": "#include <kazoo/kazoo.hpp>\n#include <boost/asio.hpp>\n",
    }
    assert check_tree(clean) == [], check_tree(clean)
    faults = {
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
        "src/recipe/k.cpp": '#include "client/c.hpp"',
        "src/server/core.cpp": "#include <boost/asio/ip/tcp.hpp>",
        "include/kazoo/l.hpp": '#include "base/b.hpp"',
        "include/kazoo/m.hpp": "#include <boost/asio/post.hpp>",
        "include/kazoo/n.hpp": "#include <boost/optional.hpp>",
        "tools/kazoo/o.cpp": '#include "session/s.hpp"',
        "src/testing/q.cpp": '#include "client/c.hpp"',
        "src/server/r.cpp": '#include "testing/t.hpp"',
        "examples/p.cpp": '#include "client/c.hpp"',
        "src/handler/s.cpp": "#include <uv.h>",
        "src/handler/uv/t.cpp": "#include <boost/fiber/mutex.hpp>",
        "src/handler/v.cpp": "#include <boost/context/fiber.hpp>",
        "include/kazoo/handlers/uv.hpp": "#include <uv.h>",
    }
    for name, text in faults.items():
        found = check_tree({**clean, name: text})
        assert len(found) == 1 and found[0].path == name, (name, [str(p) for p in found])


if __name__ == "__main__":
    sys.exit(sources.main(check, self_test))
