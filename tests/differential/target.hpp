#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace kazoo::differential {

/// A server, by its connections. Failures of the machinery throw; what the server does wrong is
/// something it answers.
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
    /// The next frame, however long it takes the server, up to `patience`.
    [[nodiscard]] virtual Received receive(Link link, std::chrono::milliseconds patience) = 0;
    virtual void close(Link link) = 0;
};

/// A server on a port of 127.0.0.1.
[[nodiscard]] std::unique_ptr<Target> connect_to(std::string name, std::uint16_t port);

/// What a user must say to be the super user of either server, and what the servers know of it.
inline constexpr std::string_view super_credential = "super:secret";
inline constexpr std::string_view super_digest = "super:lK75jTNcA+U9vtVEw5vB51mj/w4=";

}  // namespace kazoo::differential
