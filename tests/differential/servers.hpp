// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/rules/profile.hpp"
#include "settings.hpp"
#include "support/zookeeper_server.hpp"
#include "target.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::differential {

/// The class path of an Apache ZooKeeper; nullopt for the installed one.
using Release = std::optional<std::string>;

/// The installed release, if any, and those in the directories of KAZOO_ZOOKEEPER_JARS, separated
/// by ":". Empty without Java.
[[nodiscard]] std::vector<Release> apache_releases();

/// A running Apache ZooKeeper.
class ApacheTarget {
public:
    ApacheTarget(const Release& release, const Settings& settings);

    [[nodiscard]] Target& target() const noexcept { return *target_; }
    /// The version that the server reports.
    [[nodiscard]] server::Profile profile() const { return profile_; }

private:
    testing_support::ApacheServer server_;
    server::Profile profile_;
    std::unique_ptr<Target> target_;
};

}  // namespace kazoo::differential
