// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/errors.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/stat.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <vector>

namespace kazoo::history {

enum class Act {
    create,
    set,
    remove,
    transaction,
    get,
    exists,
    children,
    multi_read,
    sync,
    // Calls that nothing is known about but their errors, or that consist of several requests.
    create_or_set,
    children_with_data,
    ensure_path,
    remove_tree,
    remove_guaranteed,  ///< delete_guaranteed
    applied,            ///< Transaction::applied
    forget,             ///< Transaction::forget
    add_auth,
    command,
    check  ///< only an operation of a transaction
};

[[nodiscard]] const char* to_string(Act act) noexcept;
[[nodiscard]] constexpr bool is_write(Act act) noexcept {
    return act <= Act::transaction;
}
[[nodiscard]] constexpr bool is_read(Act act) noexcept {
    return act >= Act::get && act <= Act::children;
}

/// One of the things that a call with several asks for, and its result: an operation of a
/// transaction, a read of a multi-read, or a child that was read with its data.
struct Part {
    Act act{};  ///< create, set, remove or check; get or children
    std::string path;
    std::string data;  ///< of a create or set; unique to this write
    std::int32_t version = -1;
    bool ephemeral = false;
    bool sequence = false;

    // Filled in when the call completes.
    std::error_code error;
    std::string made_path;
    std::optional<ZnodeStat> stat;
    bool shows_data = false;
    std::string shown_data;
    std::optional<std::set<std::string>> children;
};

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
    bool guarded = false;       ///< a create with CreateOptions::protect
    std::int64_t czxid = 0;     ///< of the node that a guaranteed delete is to delete
    bool session_lost = false;  ///< its client lost its session before the call was settled
    bool abandoned = false;     ///< its client was stopped or destroyed after the call
    bool watches = false;
    bool cancellable = true;    ///< by whoever cancels random calls
    std::vector<Part> parts;    ///< of a transaction or a multi-read
    std::string marker;         ///< the path of the marker of a protected transaction
    bool latest = false;        ///< a read of the latest state
    std::int64_t at_least = 0;  ///< a read of the state after this transaction or a later one
    /// A multi-read that was sent as one request, not as single reads; the caller may not know.
    bool one_request = false;
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
    std::uint64_t events_before = 0;         ///< watch events dispatched before the completion
    std::optional<std::size_t> failed_part;  ///< of a transaction; unset if its marker failed
    std::error_code reason;                  ///< why that part, or the marker, failed
    bool reply_lost = false;                 ///< the marker shows that the transaction was applied
    bool says_applied = false;               ///< what `applied` has returned
    bool says_created = false;               ///< what create_or_set has returned

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

/// Gives each write that has no data some that begins with `prefix` and is unique.
void name_writes(std::vector<Part>& parts, const std::string& prefix);

/// A description for failure messages.
[[nodiscard]] std::string describe(const Call& call);

}  // namespace kazoo::history
