// SPDX-License-Identifier: Apache-2.0
#include "client/client_log.hpp"

#include "client/hexadecimal.hpp"

#include <utility>

namespace kazoo::detail::client {

void ClientLog::write(LogLevel level, std::string_view text, std::int64_t session_id)
    const noexcept {
    if (!logger_.enabled(level)) {
        return;
    }
    try {
        std::string prefix(name_);
        if (session_id != 0) {
            prefix += (prefix.empty() ? "" : " ") + hexadecimal(session_id);
        }
        if (prefix.empty()) {
            return logger_.log(level, text);
        }
        logger_.log(level, "[" + prefix + "] " + std::string(text));
    } catch (...) {
        logger_.log(level, text);  // out of memory: without the prefix
    }
}

void ClientLog::connected(const Connection& connection, TimePoint now) noexcept {
    const auto lost_at = std::exchange(lost_at_, std::nullopt);
    session_id_ = connection.session_id;
    if (!logger_.enabled(LogLevel::info)) {
        return;
    }
    try {
        std::string text = lost_at ? "reconnected to " : "connected to ";
        text += connection.server;
        text += connection.read_only ? " (read-only)" : "";
        if (lost_at) {
            using std::chrono::milliseconds;
            const auto pause = std::chrono::duration_cast<milliseconds>(now - *lost_at);
            text += " after " + std::to_string(pause.count()) + " ms";
        }
        text += connection.new_session ? ", new session " : ", same session ";
        text += hexadecimal(connection.session_id);
        text += ", timeout " + std::to_string(connection.timeout.count()) + " ms";
        write(LogLevel::info, text, connection.session_id);
    } catch (...) {
        // Out of memory: the line is lost.
    }
}

void ClientLog::disconnected(TimePoint now) noexcept {
    if (!lost_at_ && session_id_ != 0) {
        lost_at_ = now;
    }
}

void ClientLog::stopped() noexcept {
    write(LogLevel::info, "stopped", session_id_);
    lost_at_.reset();
    session_id_ = 0;
}

}  // namespace kazoo::detail::client
