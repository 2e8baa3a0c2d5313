// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/recipe_check.hpp"
#include "history/verdict.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace kazoo::sim {

using WallTime = std::chrono::system_clock::time_point;

/// Returns the time that all clocks show.
[[nodiscard]] WallTime wall_time(TimePoint time);

/// A call of NonBlockingLease::obtain or renew that has returned true.
struct ObtainedLease {
    int client = 0;
    std::string holder;  ///< identifies the object
    std::int64_t token = 0;
    TimePoint begun;
    TimePoint ended;
};

/// Compares what the users of a NonBlockingLease receive with the records that the servers have: a
/// record is replaced by its holder or after its end, and at no time do two objects hold the lease.
class TimeLeaseCheck final : public RecipeCheck {
public:
    TimeLeaseCheck(Verdict& verdict, const Chronicle& chronicle, const std::string& chroot)
        : verdict_(verdict), chronicle_(chronicle), root_(chroot + "/w") {}

    /// Returns a name that no other object has.
    [[nodiscard]] std::string new_holder(int client);
    void on_obtained(const ObtainedLease& lease);
    /// An object says that it holds the lease.
    void on_held(const std::string& holder, TimePoint now);

    [[nodiscard]] bool covers(std::string_view path) const override {
        return path == root_ || path.starts_with(root_ + "/");
    }
    void at_rest() override;
    void at_end() override;

private:
    struct Record {
        std::string holder;
        WallTime end;
    };
    [[nodiscard]] std::string record_path() const { return root_ + "/lease_holder"; }
    [[nodiscard]] std::optional<Record> record(const Snapshot& state) const;
    void check_replaced(const Record& before, const Snapshot& state);
    void check_author(const Record& record, const Snapshot& state);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    const std::string root_;
    std::size_t holders_ = 0;
};

}  // namespace kazoo::sim
