#pragma once

#include "base/buffer.hpp"
#include "base/endpoint.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace kazoo::transport {

/// The user of a transport. Called on the transport's executor, one call at a time, never from
/// inside a call to the transport. The attempt number is that of the call that led to it.
class Sink {
public:
    virtual ~Sink() = default;
    virtual void on_resolved(
        std::uint64_t attempt, std::error_code error, std::vector<base::Endpoint> endpoints
    ) = 0;
    virtual void on_connected(std::uint64_t attempt) = 0;
    /// The bytes are valid during the call.
    virtual void on_bytes(std::uint64_t attempt, std::span<const std::byte> bytes) = 0;
    virtual void on_sent(std::uint64_t attempt) = 0;
    /// The attempt failed or the connection ended. The last call of its attempt.
    virtual void on_closed(std::uint64_t attempt, std::error_code error) = 0;
};

/// Bytes to and from one server at a time. All calls on one executor; none of them blocks.
/// After `disconnect` no call of earlier connections follows. Look-ups go on until they are
/// answered or the transport is destroyed.
class Transport {
public:
    virtual ~Transport() = default;
    /// Looks up a name. Any number at a time; asking again for the same host and port replaces the
    /// earlier question, whose attempt gets no answer then.
    virtual void resolve(std::uint64_t attempt, const std::string& host, std::uint16_t port) = 0;
    /// Connects, and reads from then on.
    virtual void connect(std::uint64_t attempt, const base::Endpoint& endpoint) = 0;
    /// Takes the bytes, leaving `bytes` empty. One at a time: not again before `on_sent`.
    virtual void send(base::Buffer& bytes) = 0;
    virtual void disconnect() = 0;
};

}  // namespace kazoo::transport
