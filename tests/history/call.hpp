// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/errors.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/stat.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <system_error>

namespace kazoo::history {

enum class Act {
    create,
    set,
    remove,
    get,
    exists,
    children,
    sync,
    ensure_path,
    remove_tree,
    add_auth,
    command
};

[[nodiscard]] const char* to_string(Act act) noexcept;
[[nodiscard]] constexpr bool is_write(Act act) noexcept {
    return act <= Act::remove;
}
[[nodiscard]] constexpr bool is_read(Act act) noexcept {
    return act >= Act::get && act <= Act::children;
}

/// One call of a client and its result.
struct Call {
    std::uint32_t number = 0;  ///< across all clients, in the order of the calls
    int client = 0;
    int life = 0;  ///< which of the program's successive clients made the call
    Act act{};
    std::string path;
    std::string data;  ///< of a write; unique to this write
    std::int32_t version = -1;
    bool ephemeral = false;
    bool sequence = false;
    bool multi_step_operation = false;
    bool watches = false;
    bool cancellable = true;  ///< by whoever cancels random calls
    /// The first call of the transaction of which this is an operation; 0: of none.
    std::uint32_t transaction = 0;
    TimePoint called;
    std::int64_t zxid_when_called = 0;  ///< of the servers

    // Filled in when the call completes.
    int completions = 0;
    int callbacks = 0;
    TimePoint completed;
    std::error_code error;
    Outcome outcome{};
    std::int64_t session = 0;  ///< of the connection that delivered the reply; 0 if none
    std::string made_path;
    std::optional<ZnodeStat> stat;
    bool shows_data = false;
    std::string shown_data;
    std::optional<std::set<std::string>> children;
    std::uint64_t events_before = 0;  ///< watch events dispatched before the completion

    // Filled in by ReadCheck: the zxids from which on the node matched the reply. The node may have
    // matched in several periods.
    std::int64_t view = 0;       ///< the earliest
    std::int64_t last_view = 0;  ///< the latest
    std::int64_t floor = 0;      ///< the zxid that the session had seen by then

    [[nodiscard]] bool over() const noexcept { return completions > 0; }
    [[nodiscard]] bool good() const noexcept { return over() && !error; }
    /// True if a server has answered.
    [[nodiscard]] bool replied() const noexcept;
};

/// A description for failure messages.
[[nodiscard]] std::string describe(const Call& call);

}  // namespace kazoo::history
