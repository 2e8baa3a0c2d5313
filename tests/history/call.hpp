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

/// One call of a client's, and what came of it.
struct Call {
    std::uint32_t number = 0;  ///< of all clients, in the order of the calls
    int client = 0;
    int life = 0;  ///< which of the clients that its process had, one after the other
    Act act{};
    std::string path;
    std::string data;  ///< of a write: no other write has the same
    std::int32_t version = -1;
    bool ephemeral = false;
    bool sequence = false;
    bool several_steps = false;
    bool watches = false;
    TimePoint called;
    std::int64_t zxid_when_called = 0;  ///< of the servers

    // Filled in when it is over.
    int completions = 0;
    int callbacks = 0;
    TimePoint completed;
    std::error_code error;
    Outcome outcome{};
    std::int64_t session = 0;  ///< of the connection that brought the reply; 0: none did
    std::string made_path;
    std::optional<ZnodeStat> stat;
    bool shows_data = false;
    std::string shown_data;
    std::optional<std::set<std::string>> children;
    std::uint64_t events_before = 0;  ///< watch events that had arrived by then

    // By the check of reads.
    // The node looked like that from one of these zxids on; what was seen may have been so twice.
    std::int64_t view = 0;       ///< at the earliest
    std::int64_t last_view = 0;  ///< at the latest
    std::int64_t floor = 0;      ///< the session had seen this much by then

    [[nodiscard]] bool over() const noexcept { return completions > 0; }
    [[nodiscard]] bool good() const noexcept { return over() && !error; }
    /// Whether a server has answered.
    [[nodiscard]] bool replied() const noexcept;
};

/// For people.
[[nodiscard]] std::string describe(const Call& call);

}  // namespace kazoo::history
