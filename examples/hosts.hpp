// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <string>

/// Returns the connect string: the first argument, else the environment variable ZOOKEEPER_HOSTS,
/// else 127.0.0.1:2181.
inline std::string hosts(int argc, char** argv) {
    if (argc > 1) return argv[1];
    const char* from_environment = std::getenv("ZOOKEEPER_HOSTS");
    return from_environment != nullptr ? from_environment : "127.0.0.1:2181";
}

/// Returns a path that no other process uses, such as "/kazoo-tour-4711". The caller deletes the
/// node if it creates one.
inline std::string own_path(const std::string& name) {
    return "/kazoo-" + name + "-" + std::to_string(::getpid());
}
