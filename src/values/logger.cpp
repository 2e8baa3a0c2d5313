// SPDX-License-Identifier: Apache-2.0
#include "base/standard_error.hpp"

#include <kazoo/logger.hpp>

#include <ostream>
#include <string>
#include <utility>

namespace kazoo {

namespace {

void write_to_stderr(LogLevel level, std::string_view text) {
    std::string line = "kazoo ";
    line.append(to_string(level)).append(": ").append(text).append("\n");
    base::write_to_standard_error(line);
}

}  // namespace

const char* to_string(LogLevel level) noexcept {
    switch (level) {
        case LogLevel::trace:
            return "trace";
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warning:
            return "warning";
        case LogLevel::error:
            return "error";
        case LogLevel::off:
            break;
    }
    return "off";
}

std::ostream& operator<<(std::ostream& out, LogLevel level) {
    return out << to_string(level);
}

Logger::Logger(LogSink sink, LogLevel minimum)
    : sink_(std::make_shared<const LogSink>(std::move(sink))), minimum_(minimum) {}

Logger Logger::none() noexcept {
    return Logger().with_level(LogLevel::off);
}

Logger Logger::with_level(LogLevel minimum) const noexcept {
    Logger copy(*this);
    copy.minimum_ = minimum;
    return copy;
}

void Logger::log(LogLevel level, std::string_view text) const noexcept {
    if (!enabled(level)) {
        return;
    }
    try {
        if (!sink_) {
            write_to_stderr(level, text);
        } else if (*sink_) {
            (*sink_)(level, text);
        }
    } catch (...) {
        // Logging must not fail its caller: the line is lost.
    }
}

}  // namespace kazoo
