// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/handler.hpp>
#include <kazoo/logger.hpp>
#include <kazoo/state.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace kazoo::detail::client {

/// Writes the log lines of a client. Each begins with the client's name, if any, and its session:
/// "[inventory 0x1000123450001] connected to 127.0.0.1:2181, ...". Used on the connection's
/// executor, except `write`, which is thread-safe. No member throws: a line for which there is no
/// memory is lost or, if only its prefix is too much, written without it.
class ClientLog {
public:
    ClientLog(Logger logger, std::string name)
        : logger_(std::move(logger)), name_(std::move(name)) {}

    /// A connection that has just been established.
    struct Connection {
        std::string server;  ///< host:port
        std::int64_t session_id;
        std::chrono::milliseconds timeout;
        bool read_only;
        bool new_session;
    };
    void connected(const Connection& connection, TimePoint now) noexcept;
    /// Called when the connection is lost or the session has ended. Logs nothing: the session does.
    void disconnected(TimePoint now) noexcept;
    void stopped() noexcept;

    void write(LogLevel level, std::string_view text, std::int64_t session_id = 0) const noexcept;

private:
    const Logger logger_;
    const std::string name_;
    // Used on the connection's executor only:
    std::optional<TimePoint> lost_at_;  // when the connection was lost; nothing if it was not
    std::int64_t session_id_ = 0;       // of the last connection
};

}  // namespace kazoo::detail::client
