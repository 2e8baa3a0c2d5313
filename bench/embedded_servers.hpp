// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/hosts.hpp>
#include <kazoo/testing/server.hpp>

#include <sys/types.h>

#include <cstdint>

namespace bench {

/// Two embedded servers in a process of their own, one of them with TLS: their CPU time is not that
/// of the clients. Make it before there are other threads.
class EmbeddedServers {
public:
    explicit EmbeddedServers(const kazoo::testing::ServerOptions& secure);
    EmbeddedServers(const EmbeddedServers&) = delete;
    EmbeddedServers& operator=(const EmbeddedServers&) = delete;
    ~EmbeddedServers();

    [[nodiscard]] kazoo::HostPort plain() const { return {"127.0.0.1", ports_.plain}; }
    [[nodiscard]] kazoo::HostPort secure() const { return {"127.0.0.1", ports_.secure}; }

private:
    struct Ports {
        std::uint16_t plain = 0;
        std::uint16_t secure = 0;
    };

    pid_t child_ = -1;
    Ports ports_;
};

}  // namespace bench
