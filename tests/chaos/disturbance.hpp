#pragma once

#include "wires.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kazoo::chaos {

/// A thing that goes wrong for some time.
struct Disturbance {
    enum class Kind {
        kill_leader,  ///< -9, started again at the end
        kill_server,
        pause_leader,  ///< SIGSTOP
        pause_server,
        isolate_leader,  ///< from the other servers; clients reach it
        isolate_server,
        leave_with_minority,  ///< a server cut off from the others, and a client with it alone
        cut_client,           ///< from all servers
        cut_one_way,          ///< frames of a client or a server do not arrive; it hears all
        slow_wires,           ///< delay, jitter, a low rate, all around a machine
        lossy_wires
    };
    Kind kind{};
    std::chrono::milliseconds at{0};  ///< from the beginning
    std::chrono::milliseconds lasting{0};
    std::size_t server = 0;
    std::size_t client = 0;
    bool of_client = false;  ///< whose wires, where it may be either's
    Wire wire;               ///< what slow and lossy wires are like
};
inline constexpr int disturbance_kinds = static_cast<int>(Disturbance::Kind::lossy_wires) + 1;

[[nodiscard]] const char* to_string(Disturbance::Kind kind) noexcept;
[[nodiscard]] std::string describe(const Disturbance& disturbance);
/// Of a process, not of wires.
[[nodiscard]] constexpr bool is_of_process(Disturbance::Kind kind) noexcept {
    return kind <= Disturbance::Kind::pause_server;
}
/// The victim is whoever leads when it begins.
[[nodiscard]] bool wants_leader(Disturbance::Kind kind) noexcept;

/// What goes wrong in a run, from its seed: in the order of the beginnings, over by `length`.
[[nodiscard]] std::vector<Disturbance> make_plan(
    std::uint64_t seed, std::chrono::milliseconds length, std::size_t servers, std::size_t clients
);

/// Who sends and receives frames.
struct Station {
    enum class Kind { server, client, observer };
    Kind kind{};
    std::size_t number = 0;
    bool operator==(const Station&) const = default;
};

/// What the way from one to the other is like while all these go on.
[[nodiscard]] Wire wire_between(
    const Station& from, const Station& to, const std::vector<Disturbance>& going_on
);

}  // namespace kazoo::chaos
