#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Installs Debian packages with dpkg, uses them as a user would, and removes them.

    install_packages.py DIRECTORY_OF_PACKAGES SOURCE_DIRECTORY BUILD_DIRECTORY COMPILER

This happens in a root directory of its own, an overlay of the machine's which is kept in memory:
dpkg sees the packages that are installed on the machine, and checks dependencies against them, but
neither source nor build directory, nor /usr/local. Needs root or user namespaces, and overlayfs;
skipped without.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
LIMIT = 300  # seconds for each command
INSIDE = "--inside"
# Where dpkg, ldconfig and others keep what they know; the rest of the tree must be as before.
BOOKKEEPING = ("var/lib/dpkg/", "var/cache/", "var/log/", "var/lib/dpkg", "etc/ld.so.cache")
HOME = "root/kazoo-test"  # the user's own files in the root directory


def run(*command, **options):
    return subprocess.run(command, check=True, text=True, timeout=LIMIT, **options)


class Root:
    """The overlay, mounted at `path`."""

    def __init__(self, directory, hidden):
        self.changes = directory / "changes"
        self.path = directory / "root"
        run("mount", "-t", "tmpfs", "tmpfs", directory)
        for name in (self.changes, directory / "work", self.path):
            name.mkdir()
        run("mount", "-t", "overlay", "overlay", "-o",
            f"lowerdir=/,upperdir={self.changes},workdir={directory}/work", self.path)
        for name in ("dev", "proc"):
            run("mount", "--rbind", f"/{name}", self.path / name)
        for name in (*hidden, "/usr/local"):
            inside = self.path / str(name).lstrip("/")
            if inside.is_dir():
                run("mount", "-t", "tmpfs", "tmpfs", inside)
        (self.path / "tmp").mkdir(exist_ok=True)

    def command(self, *command, **variables):
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root",
            "DEBIAN_FRONTEND": "noninteractive", **variables}
        return ["env", "-i", *(f"{name}={value}" for name, value in environment.items()),
                "chroot", str(self.path), *command]

    def run(self, *command, **variables):
        print("+", *command, flush=True)
        return run(*self.command(*command, **variables))

    def files(self):
        """What is not as on the machine, directories that it has excepted."""
        names = (str(file.relative_to(self.changes)) for file in self.changes.rglob("*")
                 if not (file.is_dir() and ("/" / file.relative_to(self.changes)).is_dir()))
        return {name for name in names if not name.startswith((*BOOKKEEPING, HOME, "tmp/"))}


def names_of(packages):
    return [run("dpkg-deb", "--field", package, "Package", capture_output=True).stdout.strip()
            for package in packages]


def prepare_home(root, packages, source):
    home = root.path / HOME
    home.mkdir(parents=True)
    for package in packages:
        shutil.copy(package, home)
    shutil.copytree(source / "tests/consumer", home / "consumer")
    (home / "hello").mkdir()
    shutil.copy(source / "examples/hello.cpp", home / "hello")
    readme = (source / "README.md").read_text()
    project = re.search(r"```cmake\n(cmake_minimum_required[^`]*)```", readme)[1]
    (home / "hello/CMakeLists.txt").write_text(project)


def use(root, compiler, components):
    """Compiles programs in the ways that users have, and runs them beside the packaged server."""
    home = f"/{HOME}"
    root.run("kazoo", "--version")
    for name in ("hello", "consumer"):
        root.run("cmake", "-S", f"{home}/{name}", "-B", f"{home}/{name}/build", "-G", "Ninja",
                 f"-DCMAKE_CXX_COMPILER={compiler}", f"-DCOMPONENTS={','.join(components)}")
        root.run("cmake", "--build", f"{home}/{name}/build")
    modules = "kazoo " + " ".join(f"kazoo-{name}" for name in components)
    root.run("sh", "-ec", f"{compiler} -std=c++20 {home}/hello/hello.cpp -o {home}/hello/by_pkg "
             f"$(pkg-config --cflags --libs {modules})")
    for name in ("main", "own_loop", *components):
        root.run(f"{home}/consumer/build/consumer_{name}")
    command = root.command("kazoo", "serve", "--listen", "127.0.0.1:0")
    server = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *command],
                              stdout=subprocess.PIPE, text=True)
    try:
        hosts = server.stdout.readline().strip()
        for program in ("build/hello", "by_pkg"):
            root.run(f"{home}/hello/{program}", ZOOKEEPER_HOSTS=hosts)
        root.run("kazoo", "-s", hosts, "ls", "/")
    finally:
        server.terminate()
        server.wait()


def check_removed(root, before):
    left = sorted(root.files() - before)
    print(*(f"left behind: {name}" for name in left), sep="\n")
    cache = run(*root.command("ldconfig", "-p"), capture_output=True).stdout
    if left or "libkazoo" in cache:
        sys.exit("The packages leave something behind.")


def inside(packages_dir, source, build, compiler):
    packages = sorted(pathlib.Path(packages_dir).glob("*.deb"))
    names = names_of(packages)
    components = sorted(match[1] for name in names
                        if (match := re.fullmatch(r"libkazoo-(\w+)-dev", name)))
    mount_point = build / "packages_root"
    mount_point.mkdir(exist_ok=True)
    root = Root(mount_point, [source, build])
    prepare_home(root, packages, source)
    # A machine may have the packages already: not this root directory.
    root.run("dpkg", "--force-unsafe-io", "--purge", *names)
    before = root.files()
    if (root.path / "usr/bin/kazoo").exists() or (root.path / "usr/include/kazoo").exists():
        sys.exit("kazoo is installed in /usr without its packages")
    root.run("sh", "-ec", f"dpkg --force-unsafe-io --install /{HOME}/*.deb")
    use(root, compiler, components)
    root.run("dpkg", "--force-unsafe-io", "--purge", *names)
    check_removed(root, before)
    print(f"{len(packages)} packages have been installed, used and removed")


PROBE = ("set -e; mount -t tmpfs tmpfs '{0}'; mkdir '{0}'/changes '{0}'/work '{0}'/root;"
         "mount -t overlay overlay -o lowerdir=/,upperdir='{0}'/changes,workdir='{0}'/work "
         "'{0}'/root; chroot '{0}'/root /usr/bin/dpkg --version;"
         ": >>'{0}'/root/var/lib/dpkg/status")


def main(arguments):
    if arguments[:1] == [INSIDE]:
        return inside(arguments[1], *map(pathlib.Path, arguments[2:4]), arguments[4])
    if not list(pathlib.Path(arguments[0]).glob("*.deb")):
        print("skipped: there are no packages")
        return SKIPPED
    namespace = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    with tempfile.TemporaryDirectory() as directory:
        probe = subprocess.run([*namespace, "sh", "-c", PROBE.format(directory)],
                               capture_output=True, text=True)
    if probe.returncode != 0:
        print("skipped: no root directory of its own can be made here:", probe.stderr.strip())
        return SKIPPED
    return subprocess.run([*namespace, sys.executable, "-B", __file__, INSIDE, *arguments]
                          ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
