// SPDX-License-Identifier: Apache-2.0
#include "servers.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace kazoo::differential {
namespace {

constexpr const char* class_path_variable = "KAZOO_ZOOKEEPER_CLASSPATH";
constexpr const char* installed = "/usr/share/java/zookeeper.jar";

std::vector<std::string> parts_of(const char* list) {
    std::vector<std::string> parts;
    std::istringstream in(list == nullptr ? "" : list);
    for (std::string part; std::getline(in, part, ':');) {
        if (!part.empty()) {
            parts.push_back(part);
        }
    }
    return parts;
}

bool has_java() {
    for (const auto& directory : parts_of(std::getenv("PATH"))) {
        if (std::filesystem::exists(std::filesystem::path(directory) / "java")) {
            return true;
        }
    }
    return false;
}

testing_support::ApacheOptions apache_options(const Settings& settings) {
    testing_support::ApacheOptions options;
    options.system_properties = {
        "zookeeper.DigestAuthenticationProvider.superDigest=" + std::string(super_digest),
        // Keeps empty containers: nothing is deleted in the background.
        "znode.container.checkIntervalMs=100000000",
        std::string("zookeeper.extendedTypesEnabled=") + (settings.ttl_nodes ? "true" : "false"),
    };
    options.config_lines = {
        std::string("reconfigEnabled=") + (settings.reconfig ? "true" : "false")};
    return options;
}

/// Sets an environment variable for its lifetime.
class Override {
public:
    Override(const char* name, const Release& value) : name_(name) {
        if (const char* before = std::getenv(name)) {
            before_ = before;
        }
        set(value ? value : before_);
    }
    Override(const Override&) = delete;
    ~Override() { set(before_); }

private:
    void set(const Release& value) {
        if (value) {
            ::setenv(name_, value->c_str(), 1);
        } else {
            ::unsetenv(name_);
        }
    }

    const char* name_;
    Release before_;
};

server::Profile profile_of(const std::string& srvr) {
    constexpr std::string_view before = "Zookeeper version: 3.";
    const auto at = srvr.find(before);
    server::Profile profile;
    if (at == std::string::npos ||
        std::sscanf(srvr.c_str() + at + before.size(), "%d.%d", &profile.minor, &profile.patch) !=
            2) {
        throw std::runtime_error("an odd version: " + srvr);
    }
    return profile;
}

}  // namespace

std::vector<Release> apache_releases() {
    std::vector<Release> releases;
    if (!has_java()) {
        return releases;
    }
    if (std::filesystem::exists(installed)) {
        releases.emplace_back();
    }
    for (const auto& directory : parts_of(std::getenv("KAZOO_ZOOKEEPER_JARS"))) {
        releases.emplace_back(directory + "/*");
    }
    return releases;
}

ApacheTarget::ApacheTarget(const Release& release, const Settings& settings)
    : server_(apache_options(settings)) {
    const Override override(class_path_variable, release);
    server_.start();
    profile_ = profile_of(server_.four_letter_word("srvr"));
    profile_.filters_events = !release;  // Debian's build contains a later fix
    target_ = connect_to(
        "Apache 3." + std::to_string(profile_.minor) + '.' + std::to_string(profile_.patch),
        server_.port()
    );
}

}  // namespace kazoo::differential
