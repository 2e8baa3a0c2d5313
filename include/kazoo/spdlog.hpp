// SPDX-License-Identifier: Apache-2.0
/// Log lines of the library in a logger of spdlog. Header-only: link kazoo::kazoo and
/// spdlog::spdlog.
///
///     KazooClient zk(ClientOptions().logger(kazoo::spdlog_logger(spdlog::default_logger())));
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/logger.hpp>

#include <spdlog/logger.h>

#include <memory>
#include <string_view>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// Returns the level of spdlog with the same meaning.
[[nodiscard]] inline ::spdlog::level::level_enum to_spdlog(LogLevel level) noexcept {
    switch (level) {
        case LogLevel::trace:
            return ::spdlog::level::trace;
        case LogLevel::debug:
            return ::spdlog::level::debug;
        case LogLevel::info:
            return ::spdlog::level::info;
        case LogLevel::warning:
            return ::spdlog::level::warn;
        case LogLevel::error:
            return ::spdlog::level::err;
        case LogLevel::off:
            break;
    }
    return ::spdlog::level::off;
}

/// Returns the level of the library with the same meaning; `critical`, of which the library has no
/// lines, becomes `off`.
[[nodiscard]] inline LogLevel from_spdlog(::spdlog::level::level_enum level) noexcept {
    switch (level) {
        case ::spdlog::level::trace:
            return LogLevel::trace;
        case ::spdlog::level::debug:
            return LogLevel::debug;
        case ::spdlog::level::info:
            return LogLevel::info;
        case ::spdlog::level::warn:
            return LogLevel::warning;
        case ::spdlog::level::err:
            return LogLevel::error;
        default:
            return LogLevel::off;
    }
}

/// Returns a logger that passes lines of level `minimum` and above to `target`, which must not be
/// null, must be thread-safe (such as one with `_mt` sinks), and is kept alive. `target` also
/// applies its own level, at the time of each line. Throws std::bad_alloc.
[[nodiscard]] inline Logger spdlog_logger(
    std::shared_ptr<::spdlog::logger> target, LogLevel minimum
) {
    return Logger(
        [target = std::move(target)](LogLevel level, std::string_view line) {
            target->log(to_spdlog(level), ::spdlog::string_view_t(line.data(), line.size()));
        },
        minimum
    );
}

/// As above with the level that `target` has now. If that is lowered later, lines below the present
/// one are still not composed.
[[nodiscard]] inline Logger spdlog_logger(std::shared_ptr<::spdlog::logger> target) {
    const auto minimum = from_spdlog(target->level());
    return spdlog_logger(std::move(target), minimum);
}

}  // namespace kazoo
KAZOO_API_END
