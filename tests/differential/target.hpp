// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace kazoo::differential {

/// A server as seen through its connections. Failures of the test machinery throw; errors of the
/// server are part of what it returns.
class Target {
public:
    using Link = std::uint64_t;

    struct Received {
        enum class Kind { frame, closed, nothing };
        Kind kind = Kind::nothing;
        std::string bytes;  // of the frame, without its length
    };

    virtual ~Target() = default;
    [[nodiscard]] virtual std::string name() const = 0;
    [[nodiscard]] virtual Link open() = 0;
    virtual void send(Link link, std::string_view bytes) = 0;
    /// Waits up to `patience` for the next frame.
    [[nodiscard]] virtual Received receive(Link link, std::chrono::milliseconds patience) = 0;
    virtual void close(Link link) = 0;
};

/// A server on a port of 127.0.0.1.
[[nodiscard]] std::unique_ptr<Target> connect_to(std::string name, std::uint16_t port);

/// The super user's credential, and its digest as configured in both servers.
inline constexpr std::string_view super_credential = "super:secret";
inline constexpr std::string_view super_digest = "super:lK75jTNcA+U9vtVEw5vB51mj/w4=";

}  // namespace kazoo::differential
