#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks into the archives of layers without I/O for symbols of Asio: there are none. With
--passive also for symbols of threads, mutexes and condition variables. With --exported looks at
what shared libraries export: names of kazoo's, and what Asio keeps for each thread, which has to
be the same for a program and the library.

    check_symbols.py ARCHIVE... | --passive ARCHIVE... | --exported LIBRARY...
    check_symbols.py --self-test COMPILER
"""

import pathlib
import re
import subprocess
import sys
import tempfile

ASIO = re.compile(r"\basio\b")
THREADS = re.compile(
    r"\bpthread_|\bstd::(?:j?thread|this_thread|\w*mutex|condition_variable|call_once|once_flag|"
    r"stop_token|__future_base)\b|\bstd::__once_")
OURS = re.compile(
    r"^(?:void )?(?:(?:typeinfo(?: name)?|vtable|VTT|construction vtable|guard variable) for |"
    r"(?:non-)?virtual thunk to |operator\S* ?)?"
    r"kazoo::(?!(?:session|codec|client|driver|transport|server)::)"
)
# The same for functions and variables, by their mangled names: the demangled name of an instance of
# a template begins with its return type.
OURS_MANGLED = re.compile(
    r"^_ZZ?N[VKRO]*5kazoo(?!7session|5codec|6client|6driver|9transport|6server)")
SHARED_STATE = re.compile(
    r"^(?:TLS init function for )?boost::asio::detail::keyword_tss_ptr<.*>::value_$")


def symbols(archive, *options):
    command = ["nm", "-C", *options, str(archive)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def offending(archive, forbidden=(ASIO,)):
    lines = symbols(archive)
    if not lines:
        return [f"{archive}: no symbols at all"]
    return [f"{archive}: {line.strip()}" for line in lines
            if any(pattern.search(line) for pattern in forbidden)]


def exported_by_mistake(library):
    def names(*options):
        return [line.split(" ", 2)[2]
                for line in symbols(library, "-D", "--defined-only", "-p", *options)]

    demangled = names()
    exported = list(zip(demangled, names("--no-demangle"), strict=True))
    if not any(OURS.match(name) for name in demangled):
        return [f"{library}: exports nothing of kazoo's"]
    return [f"{library}: exports {name}" for name, mangled in exported
            if not (OURS.match(name) or OURS_MANGLED.match(mangled) or SHARED_STATE.match(name))]


def self_test_of_exports(compiler, directory):
    ours = "namespace kazoo { int f() { return 1; } }"
    for number, (text, good) in enumerate({
        ours: True,
        "int f() { return 1; }": False,
        ours + "namespace boost { int f() { return 1; } }": False,
        ours + "namespace kazoo::session { int f() { return 1; } }": False,
        ours + "namespace kazoo { template <class T> auto g(T t) { return t; } "
               "template auto g(int); }": True,
        ours + "namespace kazoo::session { template <class T> auto g(T t) { return t; } "
               "template auto g(int); }": False,
    }.items()):
        source = pathlib.Path(directory, f"exports{number}.cpp")
        source.write_text(text)
        target = source.with_suffix(".so")
        command = [compiler, "-std=c++20", "-shared", "-fPIC", source, "-o", target, "-nostdlib"]
        subprocess.run(command, check=True)
        assert (not exported_by_mistake(target)) == good, text


def self_test_of_threads(compiler, directory):
    for number, (text, good) in enumerate({
        "int pthread() { return 1; }": True,
        "#include <memory>\nauto f(std::shared_ptr<int> p) { return p; }": True,
        "#include <mutex>\nvoid f(std::mutex& m) { m.lock(); }": False,
        "#include <thread>\nvoid f(std::thread& t) { t.join(); }": False,
        "#include <condition_variable>\nstd::condition_variable condition;": False,
        "#include <future>\nvoid f(std::promise<int>& p) { p.set_value(1); }": False,
        "#include <pthread.h>\nint f() { return pthread_setconcurrency(1); }": False,
    }.items()):
        source = pathlib.Path(directory, f"threads{number}.cpp")
        source.write_text(text)
        target = source.with_suffix(".o")
        subprocess.run([compiler, "-std=c++20", "-c", source, "-o", target], check=True)
        assert (not offending(target, (ASIO, THREADS))) == good, text
        assert not offending(target), text


def self_test(compiler):
    sources = {
        "clean": "namespace kazoo { int basiology() { return 1; } }",
        "tainted": "namespace boost::asio { int run(); } int f() { return boost::asio::run(); }",
    }
    with tempfile.TemporaryDirectory() as directory:
        for name, text in sources.items():
            source = pathlib.Path(directory, name + ".cpp")
            source.write_text(text)
            target = source.with_suffix(".o")
            subprocess.run([compiler, "-std=c++20", "-c", source, "-o", target], check=True)
            assert bool(offending(target)) == (name == "tainted"), name
        self_test_of_threads(compiler, directory)
        self_test_of_exports(compiler, directory)


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--self-test":
        return self_test(sys.argv[2])
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if sys.argv[1] == "--exported":
        problems = [line for library in sys.argv[2:] for line in exported_by_mistake(library)]
    elif sys.argv[1] == "--passive":
        problems = [
            line for archive in sys.argv[2:] for line in offending(archive, (ASIO, THREADS))]
    else:
        problems = [line for archive in sys.argv[1:] for line in offending(archive)]
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
