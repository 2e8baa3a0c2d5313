// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "child.hpp"
#include "node.hpp"

#include <kazoo/hosts.hpp>

#include <cstdint>
#include <string>

namespace bench {

/// An embedded server in a process of its own: its CPU time and memory are not those of the
/// clients. Its limits of bytes are large, and it grants session timeouts from 0.2 s to a minute.
class ServerProcess {
public:
    /// Replies to requests for paths that begin with `held` are held back, unless that is empty.
    explicit ServerProcess(const std::string& held = {});

    [[nodiscard]] kazoo::HostPort address() const { return {"127.0.0.1", port_}; }
    [[nodiscard]] std::string hosts() const { return kazoo::to_string(address()); }

private:
    Child process_;
    std::uint16_t port_;
};

}  // namespace bench
