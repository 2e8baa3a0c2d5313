#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for ZooKeeper's zkServer.sh: `zk_server.py start-foreground CONFIG`.

Reads the settings that the suites use from a configuration file and from SERVER_JVMFLAGS, and
executes `kazoo serve` (KAZOO_TOOL) with equivalent options, or Apache ZooKeeper (KAZOO_APACHE, a
class path). KAZOO_PORT is the default port, KAZOO_RELEASE the release to emulate."""

import os
import shlex
import sys

RELEASES = ("3.4", "3.5", "3.6", "3.7", "3.8", "3.9")


def read_config(path):
    config = {}
    if path and os.path.exists(path):
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                key, separator, value = line.strip().partition("=")
                if separator and not key.startswith("#"):
                    config[key] = value
    return config


def read_properties():
    flags = shlex.split(os.environ.get("SERVER_JVMFLAGS", ""))
    pairs = (flag[2:].partition("=") for flag in flags if flag.startswith("-D"))
    return {key: value for key, _, value in pairs}


def embedded(config, properties):
    def of(name):
        return properties.get("zookeeper." + name, config.get(name))

    port = config.get("clientPort", os.environ.get("KAZOO_PORT", "0"))
    command = [os.environ["KAZOO_TOOL"], "serve", "--listen", f"127.0.0.1:{port}"]

    def add(option, value):
        if value is not None:
            command.extend([option, value])

    add("--tick", config.get("tickTime"))
    add("--super-digest", of("DigestAuthenticationProvider.superDigest"))
    add("--reaper", properties.get("znode.container.checkIntervalMs"))
    add("--max-session-timeout", config.get("maxSessionTimeout"))
    add("--min-session-timeout", config.get("minSessionTimeout"))
    release = ".".join(os.environ.get("KAZOO_RELEASE", "").split(".")[:2])
    # Older releases are not supported; 3.4 is the closest.
    release = "3.4" if release in ("3.3", "3.2") else release
    add("--release", release if release in RELEASES else None)
    add("--max-request", properties.get("jute.maxbuffer"))
    if of("enforceQuota") == "true":
        command.append("--enforce-quota")
    command.append("--takeover-closes-first")
    return command


def apache(config, path):
    if "dataDir" not in config:
        directory = os.environ["KAZOO_DATA"]
        path = os.path.join(directory, "zoo.cfg")
        config = {"tickTime": "2000", "4lw.commands.whitelist": "*", **config}
        config.update(dataDir=os.path.join(directory, "data"))
    else:
        path = os.path.join(config["dataDir"], "stand-in.cfg")
    config.setdefault("clientPort", os.environ.get("KAZOO_PORT", "0"))
    config["admin.enableServer"] = "false"
    os.makedirs(config["dataDir"], exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(f"{key}={value}\n" for key, value in config.items())
    flags = shlex.split(os.environ.get("SERVER_JVMFLAGS", ""))
    main = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
    return ["java", "-Xmx256m", *flags, "-cp", os.environ["KAZOO_APACHE"], main, path]


def main():
    if len(sys.argv) < 2 or sys.argv[1] != "start-foreground":
        sys.exit("zk_server.py start-foreground CONFIG is all that this can do")
    path = sys.argv[2] if len(sys.argv) > 2 else None
    config = read_config(path)
    if "KAZOO_APACHE" in os.environ:
        command = apache(config, path)
    else:
        command = embedded(config, read_properties())
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
