// SPDX-License-Identifier: Apache-2.0
#include "history/checks/watch_runs.hpp"

#include "history/checks/watch_events.hpp"

#include <algorithm>
#include <string>

namespace kazoo::history {
namespace {

using Event = std::pair<EventType, std::string>;

struct Change {
    std::int64_t zxid = 0;
    Event event;
};

std::vector<Change> changes_below(const std::string& root, const Chronicle& chronicle) {
    std::vector<Change> changes;
    for (const auto& write : chronicle.writes()) {
        if (is_covered(write.path, root)) {
            changes.push_back({write.zxid, {event_type_of(write.kind), write.path}});
        }
    }
    return changes;
}

std::string text_of(const Event& event) {
    return std::string(to_string(event.first)) + " " + event.second;
}

class RunCheck {
public:
    RunCheck(const WatchReport& report, const Chronicle& chronicle, Verdict& verdict)
        : report_(report),
          verdict_(verdict),
          changes_(changes_below(report.path, chronicle)),
          reported_(changes_.size()) {}

    std::size_t run() {
        auto floor = report_.before;
        for (std::size_t number = 0; number < report_.runs.size(); ++number) {
            const auto& run = report_.runs[number];
            const bool is_last = number + 1 == report_.runs.size();
            check(number, run, after(floor), is_last);
            floor = std::max(floor, run.read_up_to.value_or(0));
        }
        return static_cast<std::size_t>(std::count(
            reported_.begin() + index(after(report_.before)),
            reported_.begin() + index(std::max(after(report_.at_rest), after(report_.before))),
            false
        ));
    }

private:
    static std::ptrdiff_t index(std::size_t i) { return static_cast<std::ptrdiff_t>(i); }

    /// The first change after a zxid.
    [[nodiscard]] std::size_t after(std::int64_t zxid) const {
        const auto found =
            std::partition_point(changes_.begin(), changes_.end(), [zxid](const Change& change) {
                return change.zxid <= zxid;
            });
        return static_cast<std::size_t>(found - changes_.begin());
    }

    void check(std::size_t number, const WatchRun& run, std::size_t first, bool is_last) {
        const auto& events = run.events;
        const auto end = after(report_.at_rest);
        auto last = changes_.size();
        if (run.read_up_to) {
            last = after(*run.read_up_to);
        } else if (is_last) {
            return fail(number, "has not been read after the last gap");
        }
        if (events.empty()) {
            if (is_last && last < end) {
                fail(number, "lacks " + text_of(changes_[last].event) + " at the end");
            }
            return;
        }
        std::size_t longest = 0;
        for (auto start = first; start <= last; ++start) {
            const auto length = length_of_match(events, start);
            if (length == events.size() && (!is_last || start + length >= end)) {
                std::fill_n(reported_.begin() + index(start), length, true);
                return;
            }
            longest = std::max(longest, length);
        }
        fail(number, mismatch(events, longest));
    }

    /// Number of events that are the changes from `start` on.
    [[nodiscard]] std::size_t length_of_match(const std::vector<Event>& events, std::size_t start)
        const {
        std::size_t length = 0;
        while (length < events.size() && start + length < changes_.size() &&
               changes_[start + length].event == events[length]) {
            ++length;
        }
        return length;
    }

    static std::string mismatch(const std::vector<Event>& events, std::size_t longest) {
        if (longest == events.size()) {
            return "lacks changes behind its last event, " + text_of(events.back());
        }
        return "is no contiguous part of the changes from what was read on: event " +
               std::to_string(longest + 1) + " of " + std::to_string(events.size()) + ", " +
               text_of(events[longest]);
    }

    void fail(std::size_t number, const std::string& what) {
        verdict_.fail(
            report_.who + ": the watch on " + report_.path + ": run " + std::to_string(number + 1) +
            " of " + std::to_string(report_.runs.size()) + " " + what
        );
    }

    const WatchReport& report_;
    Verdict& verdict_;
    const std::vector<Change> changes_;
    std::vector<bool> reported_;
};

}  // namespace

std::size_t check_watch_runs(
    const WatchReport& report, const Chronicle& chronicle, Verdict& verdict
) {
    return RunCheck(report, chronicle, verdict).run();
}

}  // namespace kazoo::history
