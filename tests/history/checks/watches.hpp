#pragma once

#include "history/call.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <kazoo/state.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <vector>

namespace kazoo::history {

/// Every watch that was armed is told once: of a change that came after what its session had seen,
/// or of the end of the session. What was not armed is told nothing. An event arrives before any
/// reply that shows what it tells of.
class WatchCheck {
public:
    WatchCheck(Verdict& verdict, const Chronicle& chronicle)
        : verdict_(verdict), chronicle_(chronicle) {}

    /// A call that is over; each at its completion, behind the check of reads.
    void on_over(const Call& call);
    /// The watch of this call is told, as the so-manieth event of its client.
    void on_event(const Call& call, const WatchedEvent& event, std::uint64_t event_number);
    /// Nothing has happened for a while, clients are connected, all events are told.
    void at_rest();
    /// All clients have ended.
    void at_end();

private:
    enum class Kind { data, exist, child };
    struct Watch {
        const Call* call = nullptr;
        Kind kind{};
        bool told = false;
        std::uint64_t to_be_told_by = std::numeric_limits<std::uint64_t>::max();
    };

    [[nodiscard]] const Snapshot& at(const std::string& path, std::int64_t zxid) const;
    [[nodiscard]] static bool differ(Kind kind, const Snapshot& before, const Snapshot& after);
    [[nodiscard]] bool is_justified(const Watch& watch, const WatchedEvent& event) const;
    void note_what_it_shows(const Call& read);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    std::map<std::uint32_t, Watch> watches_;            // armed, by the number of their call
    std::map<int, std::vector<std::uint32_t>> untold_;  // by client
};

}  // namespace kazoo::history
