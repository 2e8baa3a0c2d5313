// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "programs.hpp"

#include <kazoo/recipes/service_discovery.hpp>

#include <map>
#include <memory>

namespace interop {

using Words = std::vector<std::string>;

/// Carries out commands with ServiceDiscovery, as curator/Services.java describes them.
class Services {
public:
    explicit Services(kazoo::KazooClient& zk) : zk_(zk) {}

    /// `what`: the name of the command without "services-".
    std::string carry_out(const std::string& what, const Words& words);

private:
    kazoo::KazooClient& zk_;
    std::map<std::string, std::unique_ptr<kazoo::ServiceDiscovery>> discoveries_;
};

}  // namespace interop
