#pragma once

#include <unistd.h>

#include <cstdlib>
#include <string>

/// Where the examples find their servers: the first argument, else ZOOKEEPER_HOSTS in the
/// environment, else 127.0.0.1:2181.
inline std::string hosts(int argc, char** argv) {
    if (argc > 1) return argv[1];
    const char* from_environment = std::getenv("ZOOKEEPER_HOSTS");
    return from_environment != nullptr ? from_environment : "127.0.0.1:2181";
}

/// A path of this run's own, such as "/kazoo-tour-4711". Whoever creates it removes it.
inline std::string own_path(const std::string& name) {
    return "/kazoo-" + name + "-" + std::to_string(::getpid());
}
