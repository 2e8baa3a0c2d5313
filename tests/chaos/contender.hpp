// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe_nodes.hpp"
#include "sim/chance.hpp"

#include <kazoo/client.hpp>
#include <kazoo/recipes/election.hpp>
#include <kazoo/recipes/leadership.hpp>
#include <kazoo/recipes/lock.hpp>
#include <kazoo/recipes/read_write_lock.hpp>
#include <kazoo/recipes/semaphore.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::chaos {

/// A client's contention for all recipes at the same time. It acquires each of them repeatedly, and
/// while it holds one it writes with its token, most often by guarded transactions that the servers
/// refuse after a loss. Some holders do not stop when they have lost the recipe.
class Contender {
public:
    struct Options {
        std::uint64_t seed = 0;
        /// A defect for tests of the checks: writes without the guard, and does not stop after a
        /// loss.
        bool careless = false;
    };
    /// `report` is called with each line of the report (contender_report.hpp), from any thread.
    Contender(
        KazooClient& client,
        const Options& options,
        std::function<void(std::string_view word, const std::string& text)> report
    );

    void start();
    /// The faults are over: acquires each recipe once more, within `patience`.
    void come_to_rest();
    /// Returns whether everything that was started has ended.
    [[nodiscard]] bool at_rest() const;

    /// The longest time in which a recipe has to be acquired when all faults are over.
    static constexpr std::chrono::seconds patience{60};
    /// The names by which the recipes are reported as served.
    static constexpr auto names = {"lock", "write lock", "read lock", "semaphore", "election"};

private:
    /// One of the recipes, with the random decisions of its user.
    struct Use {
        std::string name;
        std::string value;
        /// Empty for the election.
        std::function<AsyncResult<LockHandle>(const CallOptions&)> acquire;
        sim::Chance chance;
    };

    void add(
        std::string name,
        std::string value,
        std::function<AsyncResult<LockHandle>(const CallOptions&)> acquire
    );
    AsyncResult<void> contend(Use& use);
    /// Acquires the recipe once. Returns whether it was acquired and written after the faults.
    AsyncResult<bool> hold_once(Use& use, CallOptions options);
    AsyncResult<bool> lead_once(Use& use, CallOptions options);
    AsyncResult<void> lead(Use& use, Leadership leadership, bool& served);
    template <class Held>
    AsyncResult<bool> work(Use& use, const Held& held);
    /// Returns whether the write has succeeded.
    template <class Held>
    AsyncResult<bool> write(Use& use, const Held& held);
    void on_failed(const Use& use, const Error& error);

    KazooClient& client_;
    const Options options_;
    const std::function<void(std::string_view, const std::string&)> report_;
    const ContendedRecipes nodes_;
    sim::Chance chance_;
    Lock lock_;
    WriteLock writer_;
    ReadLock reader_;
    Semaphore semaphore_;
    Election election_;
    std::atomic<bool> calm_{false};
    std::atomic<std::uint64_t> writes_{0};
    std::list<Use> uses_;
    std::vector<AsyncResult<void>> under_way_;
};

}  // namespace kazoo::chaos
