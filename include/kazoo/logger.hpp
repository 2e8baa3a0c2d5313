// SPDX-License-Identifier: Apache-2.0
/// Where the library writes its log lines: state changes, failed connection attempts, and errors
/// that no call can report, such as an exception thrown by a user's callback.
///
///     KazooClient zk(ClientOptions().logger([](LogLevel level, std::string_view line) {
///         my_log(to_string(level), line);
///     }));
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/function.hpp>

#include <iosfwd>
#include <memory>
#include <string_view>
#include <type_traits>

KAZOO_API_BEGIN
namespace kazoo {

/// The severity of a log line. As the minimum level of a Logger, `off` disables all output.
enum class LogLevel {
    trace,    ///< Every request, reply and notification.
    debug,    ///< Connection attempts, pings.
    info,     ///< Connected, reconnected, stopped.
    warning,  ///< Connection lost, session expired, server not reachable (at most once a minute).
    error,    ///< Authentication failed, gave up connecting, a callback threw an exception.
    off,      ///< No lines. Not the level of any line.
};

/// Returns the enumerator's name: "trace", "debug", ...
const char* to_string(LogLevel level) noexcept;
/// Writes to_string(level).
std::ostream& operator<<(std::ostream& out, LogLevel level);

/// A function that receives log lines. The text is one line of UTF-8 without a newline, valid only
/// during the call.
///
/// It is called from the threads of the library and from those of callers, possibly from several
/// at once. It must return quickly, because it may delay the connection, and must not call the
/// client that logs. Exceptions that it throws are ignored.
using LogSink = std::function<void(LogLevel, std::string_view)>;

/// A function object that can be a LogSink: callable with a LogLevel and a std::string_view.
template <class F>
concept LogFunction = (std::is_invocable_v<std::decay_t<F>&, LogLevel, std::string_view>);

/// A log sink with a minimum level. Copies share the sink and are cheap. Thread-safe, except for
/// assignment.
class Logger {
public:
    /// Writes warnings and errors to standard error, as "kazoo warning: ...". Does not block on
    /// Linux: if standard error does not accept a line at once, as with a full pipe, the line is
    /// dropped, and a later line gives the number of dropped lines.
    Logger() noexcept {}
    /// Passes lines of level `minimum` and above to `sink`. An empty sink discards all lines.
    /// Throws std::bad_alloc, or what moving the sink throws.
    explicit Logger(LogSink sink, LogLevel minimum = LogLevel::info);

    /// Returns a logger that discards all lines.
    static Logger none() noexcept;

    /// Returns a logger with the same sink and another minimum level.
    Logger with_level(LogLevel minimum) const noexcept;

    /// Returns the minimum level.
    LogLevel level() const noexcept { return minimum_; }

    /// Returns true if log() would write a line of this level. Use it to avoid composing a line
    /// that would be discarded. Always false for LogLevel::off.
    bool enabled(LogLevel level) const noexcept {
        return level >= minimum_ && level != LogLevel::off;
    }

    /// Writes one line if its level is enabled. `text` must not contain a newline.
    void log(LogLevel level, std::string_view text) const noexcept;

private:
    std::shared_ptr<const LogSink> sink_;  // null: standard error
    LogLevel minimum_ = LogLevel::warning;
};

}  // namespace kazoo
KAZOO_API_END
