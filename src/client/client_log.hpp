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

/// What a client logs: every line begins with the client's name, if it has one, and its session:
/// "[inventory 0x1000123450001] connected to 127.0.0.1:2181: ...". Used on the connection's
/// executor, except `write`, which is thread-safe. No member throws.
class ClientLog {
public:
    ClientLog(Logger logger, std::string name)
        : logger_(std::move(logger)), name_(std::move(name)) {}

    /// What is known of a connection when it has just been established.
    struct Connection {
        std::string server;  ///< host:port
        std::int64_t session_id;
        std::chrono::milliseconds timeout;
        bool read_only;
        bool new_session;
    };
    void connected(const Connection& connection, TimePoint now) noexcept;
    /// The connection is lost, or the session is over.
    void disconnected(TimePoint now) noexcept;
    void stopped() noexcept;

    void write(LogLevel level, std::string_view text, std::int64_t session_id = 0) const noexcept;

private:
    const Logger logger_;
    const std::string name_;
    std::optional<TimePoint> lost_at_;  // since then there is no connection
    std::int64_t session_id_ = 0;       // the last one connected to
};

}  // namespace kazoo::detail::client
