// SPDX-License-Identifier: Apache-2.0
#include "top/path_activity.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace tool {
namespace {

constexpr std::size_t most_paths = 10'000;

Settings without_log(Settings settings) {
    settings.quiet = true;  // it would be in the way on the screen
    return settings;
}

}  // namespace

/// The counts, which the watch function adds to in a thread of the client.
class PathActivity::Counter {
public:
    void add(const kazoo::WatchedEvent& event) {
        const std::scoped_lock lock(mutex_);
        if (event.type == kazoo::EventType::GAP) {
            ++gaps_;
            return;
        }
        if (!event.path || event.type == kazoo::EventType::WATCH_LOST) {
            return;  // the watch has ended
        }
        if (paths_.size() == most_paths && paths_.find(*event.path) == paths_.end()) {
            forget_the_calm_half();
        }
        ++paths_[*event.path].changes;
        ++changes_;
    }

    /// The watch has ended: until it is set again nothing is counted.
    void add_gap() {
        const std::scoped_lock lock(mutex_);
        ++gaps_;
    }

    void fill(ActivityReport& report, std::size_t most, double seconds) {
        {
            const std::scoped_lock lock(mutex_);
            report.gaps = gaps_;
            report.changes = changes_;
            report.per_second = per_second(changes_, reported_, seconds);
            reported_ = changes_;
            report.paths.reserve(paths_.size());
            for (auto& [path, count] : paths_) {
                report.paths.push_back(
                    {path, count.changes, per_second(count.changes, count.reported, seconds)}
                );
                count.reported = count.changes;
            }
        }
        const auto kept =
            report.paths.begin() + static_cast<std::ptrdiff_t>(std::min(most, report.paths.size()));
        std::partial_sort(report.paths.begin(), kept, report.paths.end(), is_busier);
        report.paths.erase(kept, report.paths.end());
    }

private:
    struct Count {
        std::uint64_t changes = 0;
        std::uint64_t reported = 0;
    };

    static double per_second(std::uint64_t now, std::uint64_t before, double seconds) {
        return seconds > 0 ? static_cast<double>(now - before) / seconds : 0;
    }
    static bool is_busier(const BusyPath& a, const BusyPath& b) {
        return a.per_second != b.per_second ? a.per_second > b.per_second
               : a.changes != b.changes     ? a.changes > b.changes
                                            : a.path < b.path;
    }
    void forget_the_calm_half() {
        std::vector<std::uint64_t> counts;
        counts.reserve(paths_.size());
        for (const auto& [path, count] : paths_) {
            counts.push_back(count.changes);
        }
        const auto middle = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2);
        std::nth_element(counts.begin(), middle, counts.end());
        std::size_t most = counts.size() / 2;
        std::erase_if(paths_, [&most, limit = *middle](const auto& entry) {
            const bool forgotten = entry.second.changes <= limit && most > 0;
            most -= forgotten ? 1 : 0;
            return forgotten;
        });
    }

    std::mutex mutex_;
    std::unordered_map<std::string, Count> paths_;
    std::uint64_t changes_ = 0;
    std::uint64_t reported_ = 0;
    std::uint64_t gaps_ = 0;
};

PathActivity::PathActivity(const Settings& settings, const std::string& root)
    : client_(client_options(without_log(settings))),
      root_(kazoo::normalize_path(root)),
      counter_(std::make_shared<Counter>()),
      last_report_(std::chrono::steady_clock::now()) {
    client_.start_async();
    keep_watching();
}

void PathActivity::keep_watching() {
    if (setting_.valid() && setting_.ready()) {
        try {
            watch_ = std::move(setting_).get();
            was_set_ = true;
            error_.clear();
        } catch (const kazoo::KazooException& exception) {
            error_ = exception.error().message();
        }
        setting_ = {};
    }
    if (setting_.valid() || watch_.active()) {
        return;
    }
    if (std::exchange(was_set_, false)) {
        counter_->add_gap();
    }
    setting_ = client_.add_watch_async(
        root_,
        kazoo::WatchMode::persistent_recursive,
        [counter = counter_](const kazoo::WatchedEvent& event) { counter->add(event); }
    );
}

std::string PathActivity::problem() const {
    if (!client_.connected()) {
        return "not connected";
    }
    return watch_.active() ? std::string() : error_.empty() ? "setting the watch" : error_;
}

ActivityReport PathActivity::report(std::size_t most) {
    keep_watching();
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> passed = now - std::exchange(last_report_, now);
    ActivityReport report;
    report.root = root_;
    report.problem = problem();
    counter_->fill(report, most, passed.count());
    return report;
}

}  // namespace tool
