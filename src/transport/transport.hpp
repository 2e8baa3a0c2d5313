// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "values/endpoint.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace kazoo::transport {

/// What a sink has left of the bytes of a call: the start of a message, at their end.
struct Unread {
    std::size_t size = 0;
    std::size_t whole = 0;  // the size of the whole message, which is greater; 0 if `size` is
};

/// The user of a transport. Called on the transport's executor, one call at a time, never within a
/// call to the transport. The attempt number is that of the `resolve` or `connect` it results from.
class Sink {
public:
    virtual ~Sink() = default;
    virtual void on_resolved(
        std::uint64_t attempt, std::error_code error, std::vector<base::Endpoint> endpoints
    ) = 0;
    virtual void on_connected(std::uint64_t attempt) = 0;
    /// The bytes are valid during the call.
    virtual void on_bytes(std::uint64_t attempt, std::span<const std::byte> bytes) = 0;
    /// As on_bytes, but may leave the start of a message. The next call then begins with it, and
    /// has more of the message: `again` is the number of bytes that the last call has left. Without
    /// a limit of its own the sink leaves only messages for which memory may be allocated at once.
    [[nodiscard]] virtual Unread on_more(
        std::uint64_t attempt, std::span<const std::byte> bytes, std::size_t again
    ) {
        on_bytes(attempt, bytes.subspan(again));
        return {};
    }
    /// All bytes of the last `send` have been written; called if it has returned false.
    virtual void on_sent(std::uint64_t attempt) = 0;
    /// The attempt has failed or the connection has ended. `why` says more than the error, in words
    /// and with what to do, or is empty; it is valid during the call. The last call for this
    /// attempt.
    virtual void on_closed(std::uint64_t attempt, std::error_code error, std::string_view why) = 0;
};

/// A connection to one server at a time. All calls are made on one executor, and none of them
/// blocks. After `disconnect` the sink is not called for earlier connections. Lookups go on until
/// they are answered or the transport is destroyed. All functions may throw std::bad_alloc, except
/// `disconnect`.
class Transport {
public:
    virtual ~Transport() = default;
    /// Looks up a name; any number at a time. Another lookup of the same host and port replaces
    /// the earlier one, whose attempt then gets no answer.
    virtual void resolve(std::uint64_t attempt, const std::string& host, std::uint16_t port) = 0;
    /// Ends the present connection, connects, with TLS if the endpoint says so, and reads from then
    /// on. Connected means that the TLS handshake is done.
    virtual void connect(std::uint64_t attempt, const base::Endpoint& endpoint) = 0;
    /// Sends the bytes and leaves `bytes` empty. Returns whether all of them have been written. If
    /// not, it must not be called again before `on_sent`.
    [[nodiscard]] virtual bool send(base::Buffer& bytes) = 0;
    virtual void disconnect() = 0;
};

}  // namespace kazoo::transport
