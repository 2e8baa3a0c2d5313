// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"
#include "recipe/lane_calls.hpp"
#include "recipe/partition/partition_plan.hpp"
#include "recipe/recipe_client.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/event.hpp>
#include <kazoo/recipes/lock_handle.hpp>
#include <kazoo/recipes/patient_children_watch.hpp>
#include <kazoo/recipes/set_partitioner.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {

/// One step of the plan, for the coroutine that carries it out.
struct PartitionTurn {
    PartitionStep step = PartitionStep::end;
    std::stop_token over;              ///< A stop is requested when the plan has another step.
    std::vector<std::string> members;  // allocate
    std::set<std::string> items;       // allocate
};

/// A lock that a partitioner holds, and what reports its loss.
class HeldItem {
public:
    HeldItem(std::string name, std::shared_ptr<LockHandle> lock, std::function<void()> on_lost)
        : name_(std::move(name)),
          lock_(std::move(lock)),
          on_lost_(lock_->lost(), std::move(on_lost)) {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const std::shared_ptr<LockHandle>& lock() const noexcept { return lock_; }

private:
    const std::string name_;
    const std::shared_ptr<LockHandle> lock_;
    const std::stop_callback<std::function<void()>> on_lost_;
};
using HeldItems = std::vector<std::shared_ptr<HeldItem>>;

/// What a SetPartitioner and its coroutines share. One coroutine, run_partitioner(), carries out
/// the steps of the plan; events from other threads end its present step. Thread-safe.
class Partitioning final : public std::enable_shared_from_this<Partitioning> {
public:
    /// Throws as the constructor of SetPartitioner does.
    Partitioning(
        KazooClient& client,
        PathView path,
        std::set<std::string> items,
        const SetPartitionerOptions& options
    );

    [[nodiscard]] const RecipeClient& client() const noexcept { return client_; }
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client_.handler();
    }
    [[nodiscard]] const SetPartitionerOptions& options() const noexcept { return options_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] const std::string& party() const noexcept { return party_; }
    [[nodiscard]] const std::string& identifier() const noexcept { return identifier_; }
    [[nodiscard]] std::string lock_path(std::string_view item) const;
    /// Throws BadArgumentsError.
    void check_items(const std::set<std::string>& items) const;

    /// Calls `function(PartitionPlan&)` with mutex_ held, and reports what it has changed: ends the
    /// present step and wakes who waits. Must not be called with a lock.
    template <class Function>
    auto tell(Function&& function) {
        const Told told(*this);
        return function(plan_);
    }
    /// Calls `function(const PartitionPlan&, const HeldItems&)` with mutex_ held.
    template <class Function>
    auto ask(Function&& function) const {
        const std::lock_guard lock(mutex_);
        return function(plan_, held_);
    }

    [[nodiscard]] PartitionTurn next_turn();
    void keep(std::shared_ptr<HeldItem> item);
    [[nodiscard]] HeldItems take_held() noexcept;

    /// Waits until `condition(plan)` is true. Returns false at the deadline.
    using Condition = std::function<bool(const PartitionPlan&)>;
    [[nodiscard]] AsyncResult<bool> wait_until(Condition condition, CallLimits limits);
    /// Returns the present state, for next_state.
    [[nodiscard]] PartitionChange present() const;
    [[nodiscard]] std::uint64_t seen() const noexcept;
    void see(std::uint64_t id) noexcept;

    /// Reports what delays this member.
    void report(const Error& error) noexcept;
    [[nodiscard]] LaneCalls& calls() noexcept { return *calls_; }
    /// Ends it in the background.
    void close() noexcept;

    PatientChildrenWatch watch;  ///< Used by run_partitioner() only.

private:
    /// Holds mutex_; its end compares and reports.
    class Told {
    public:
        explicit Told(Partitioning& partitioning);
        Told(const Told&) = delete;
        Told& operator=(const Told&) = delete;
        ~Told();

    private:
        Partitioning& partitioning_;
        std::unique_lock<std::mutex> lock_;
        const PartitionStep step_;
        const std::uint64_t state_id_;
    };

    const RecipeClient client_;
    const SetPartitionerOptions options_;
    const std::string path_;
    const std::string party_;
    const std::string identifier_;
    const std::shared_ptr<LaneCalls> calls_;
    const Event changed_;  // set and cleared with each change of the plan

    mutable std::mutex mutex_;
    // Guarded by mutex_:
    PartitionPlan plan_;
    HeldItems held_;
    std::stop_source over_;  // of the present turn
    std::uint64_t seen_ = 0;
};

/// Carries out the plan until its end.
AsyncResult<void> run_partitioner(std::shared_ptr<Partitioning> partitioning);

/// Carries out the step `allocate`: computes the items and acquires their locks.
AsyncResult<void> allocate_items(std::shared_ptr<Partitioning> partitioning, PartitionTurn turn);

}  // namespace kazoo::detail::recipe
