// SPDX-License-Identifier: Apache-2.0
#include "isolation.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace kazoo::chaos {
namespace {

void write_line(const char* path, const std::string& line) {
    std::ofstream(path) << line << '\n';
}

/// Becomes root in a new user namespace, unless the process is root already.
bool become_root() {
    const auto user = std::to_string(::geteuid());
    const auto group = std::to_string(::getegid());
    if (::geteuid() == 0) return true;
    if (::unshare(CLONE_NEWUSER) != 0) return false;
    write_line("/proc/self/setgroups", "deny");
    write_line("/proc/self/uid_map", "0 " + user + " 1");
    write_line("/proc/self/gid_map", "0 " + group + " 1");
    return ::geteuid() == 0;
}

bool may_make_networks() {
    bool may = false;
    std::thread([&may] { may = ::unshare(CLONE_NEWNET) == 0; }).join();
    return may;
}

bool is_in_path(const std::string& program) {
    const char* const path = std::getenv("PATH");
    std::istringstream directories(path == nullptr ? "" : path);
    for (std::string directory; std::getline(directories, directory, ':');) {
        if (::access((directory + "/" + program).c_str(), X_OK) == 0) return true;
    }
    return false;
}

bool has_zookeeper() {
    return std::getenv("KAZOO_ZOOKEEPER_CLASSPATH") != nullptr ||
           std::filesystem::exists("/usr/share/java/zookeeper.jar");
}

}  // namespace

std::string acquire_network_rights() {
    if (!is_in_path("java")) return "java is not installed";
    if (!has_zookeeper()) return "Apache ZooKeeper is not installed";
    if (!become_root() || !may_make_networks()) return "network namespaces are not allowed here";
    if (::access("/dev/net/tun", R_OK | W_OK) != 0) return "/dev/net/tun cannot be opened";
    return {};
}

}  // namespace kazoo::chaos
