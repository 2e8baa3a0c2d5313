#pragma once

#include "server/profile.hpp"
#include "support/zookeeper_server.hpp"
#include "target.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::differential {

/// Where an Apache ZooKeeper can be had: the class path of one, or nothing for the installed one.
using Release = std::optional<std::string>;

/// The installed one, if any, and those in the directories that KAZOO_ZOOKEEPER_JARS names, with
/// ":" between them. Empty without Java.
[[nodiscard]] std::vector<Release> apache_releases();

/// An Apache ZooKeeper, running.
class ApacheTarget {
public:
    explicit ApacheTarget(const Release& release);

    [[nodiscard]] Target& target() const noexcept { return *target_; }
    /// Its number, as it says itself.
    [[nodiscard]] server::Profile profile() const { return profile_; }

private:
    testing_support::ApacheServer server_;
    server::Profile profile_;
    std::unique_ptr<Target> target_;
};

}  // namespace kazoo::differential
