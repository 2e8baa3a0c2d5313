// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/opcode.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::differential {

/// Number of clients in a script; each has at most one connection and one session at a time.
inline constexpr std::size_t slots = 4;

/// Stands for the root of a script in all paths; the real root has the same length.
inline constexpr std::string_view root_placeholder = "/@@@@@@@@";

/// One action of one client.
struct Step {
    enum class Kind {
        connect,     ///< a new session
        resume,      ///< a new connection for the session of the slot
        disconnect,  ///< closes the connection, not the session
        request,
        bytes,  ///< sends `body` without a header; the server should close
    };
    /// The last zxid given in a handshake.
    enum class Seen { nothing, latest, future };

    Kind kind = Kind::request;
    std::size_t slot = 0;

    // For handshakes.
    std::int32_t timeout_ms = 40'000;
    Seen seen = Seen::nothing;
    bool sends_read_only = true;  // the 45th byte
    bool read_only = false;
    bool wrong_password = false;
    bool unknown_session = false;

    // For requests. Without an explicit xid, the number of the step is used.
    codec::Opcode op{};
    std::optional<std::int32_t> xid;
    std::string body;
    /// If set, the body starts with a zxid: the latest one minus this.
    std::optional<std::int64_t> zxid_back;
    /// Sent when no other request is in flight; waits for its reply.
    bool alone = false;
    /// The server closes the connection after it.
    bool closes = false;
};

struct Script {
    std::uint64_t seed = 0;
    std::vector<Step> steps;
};

/// A readable form of the step, decoded.
[[nodiscard]] std::string describe(const Step& step);
[[nodiscard]] std::string describe(const Script& script);

/// Replaces every placeholder in `text` with `root`, which has the same length.
[[nodiscard]] std::string with_root(std::string text, std::string_view root);

}  // namespace kazoo::differential
