#pragma once

#include "codec/opcode.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::differential {

/// How many clients a script has; each holds one connection and one session at a time.
inline constexpr std::size_t slots = 4;

/// Stands for the root of a script in every path; the node it is played under is as long.
inline constexpr std::string_view root_placeholder = "/@@@@@@@@";

/// One thing that one client does.
struct Step {
    enum class Kind {
        connect,     ///< a new session
        resume,      ///< a new connection for the session of the slot
        disconnect,  ///< closes the connection, not the session
        request,
        bytes,  ///< `body` as it is, behind no header: the server ought to close
    };
    /// What a handshake says it has seen.
    enum class Seen { nothing, latest, future };

    Kind kind = Kind::request;
    std::size_t slot = 0;

    // Handshakes.
    std::int32_t timeout_ms = 40'000;
    Seen seen = Seen::nothing;
    bool sends_read_only = true;  // the 45th byte
    bool read_only = false;
    bool wrong_password = false;
    bool unknown_session = false;

    // Requests. Without a xid of its own, a step has its number.
    codec::Opcode op{};
    std::optional<std::int32_t> xid;
    std::string body;
    /// The body starts with a zxid: so much before the latest.
    std::optional<std::int64_t> zxid_back;
    /// Nothing else is under way when it is sent and until it is answered.
    bool alone = false;
    /// The server closes the connection after it.
    bool closes = false;
};

struct Script {
    std::uint64_t seed = 0;
    std::vector<Step> steps;
};

/// For people: what it does, decoded.
[[nodiscard]] std::string describe(const Step& step);
[[nodiscard]] std::string describe(const Script& script);

/// `text` with every placeholder replaced by `root`, which is as long.
[[nodiscard]] std::string with_root(std::string text, std::string_view root);

}  // namespace kazoo::differential
