/// Where the library reports what no caller is there to be told.
#pragma once

#include <kazoo/detail/export.hpp>

#include <functional>
#include <iosfwd>
#include <memory>
#include <string_view>

KAZOO_API_BEGIN
namespace kazoo {

/// How important a line is. As the minimum of a Logger, `off` silences everything.
enum class LogLevel {
    trace,    ///< Every frame and state change inside.
    debug,    ///< Connection attempts, pings.
    info,     ///< Connected, session established, stopped.
    warning,  ///< Connection lost, session expired, a callback that threw.
    error,    ///< The library cannot go on with something.
    off,
};

/// "trace", "debug", ...
const char* to_string(LogLevel level) noexcept;
std::ostream& operator<<(std::ostream& out, LogLevel level);

/// A destination for lines of text: one line, without newline, UTF-8. Called from whatever thread
/// has something to say, from several at once too; it must not block for long, and must not call
/// the client that logs. What it throws is swallowed.
using LogSink = std::function<void(LogLevel, std::string_view)>;

/// A sink and the least important level that reaches it. A cheap value: copies share the sink.
/// Every function may be called from any thread.
class Logger {
public:
    /// Warnings and errors to the standard error stream, as "kazoo warning: ...". Never waits for
    /// a reader of that stream: lines that it cannot take at once are dropped and counted in a
    /// later line.
    Logger() noexcept {}
    /// Lines of `minimum` and above to the sink. An empty sink is allowed and swallows everything.
    explicit Logger(LogSink sink, LogLevel minimum = LogLevel::info);

    /// A logger that says nothing.
    static Logger none() noexcept;

    /// The same destination from another level on.
    Logger with_level(LogLevel minimum) const noexcept;

    LogLevel level() const noexcept { return minimum_; }

    /// Whether a line of this level would be written: ask before composing an expensive one.
    bool enabled(LogLevel level) const noexcept {
        return level >= minimum_ && level != LogLevel::off;
    }

    /// Writes one line if its level is enabled. Never throws.
    void log(LogLevel level, std::string_view text) const noexcept;

private:
    std::shared_ptr<const LogSink> sink_;  // null: the standard error stream
    LogLevel minimum_ = LogLevel::warning;
};

}  // namespace kazoo
KAZOO_API_END
