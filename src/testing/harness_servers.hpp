// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/hosts.hpp>
#include <kazoo/testing/harness_options.hpp>
#include <kazoo/testing/server.hpp>
#include <kazoo/testing/server_control.hpp>

#include <optional>
#include <vector>

namespace kazoo::testing {

/// The servers of a harness: external ones, or embedded ones with their handles.
class HarnessServers {
public:
    /// Selects the servers, and starts an embedded one if necessary. Throws as the constructor of
    /// TestHarness does.
    explicit HarnessServers(const HarnessOptions& options);

    /// The addresses; the chroot is the parent of the harness's own.
    [[nodiscard]] const Hosts& hosts() const noexcept { return hosts_; }
    /// The handles of embedded servers; empty if the servers are external.
    [[nodiscard]] std::vector<ServerControl>& embedded() noexcept { return embedded_; }
    [[nodiscard]] bool are_embedded() const noexcept { return !embedded_.empty(); }
    /// Whether there is a server that ends with this object, and all nodes with it.
    [[nodiscard]] bool owned() const noexcept { return own_.has_value(); }
    /// Credentials that may delete every node, as far as they are known.
    [[nodiscard]] const std::vector<AuthData>& auth_data() const noexcept { return auth_data_; }

    /// Removes the faults of embedded servers and starts those that are stopped.
    void restore();

private:
    std::optional<Server> own_;
    std::vector<ServerControl> embedded_;
    Hosts hosts_;
    std::vector<AuthData> auth_data_;
};

}  // namespace kazoo::testing
