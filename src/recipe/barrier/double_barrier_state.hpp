// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/barrier/node_signal.hpp"
#include "recipe/repeated_step.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/node.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::recipe {

/// What a DoubleBarrier and its calls share.
///
///     out --enter--> entering --+--> in --leave--> leaving --+--> out
///      ^------------- failed ---'                            |
///      '-----------------------------------------------------'
class DoubleBarrierState final : public std::enable_shared_from_this<DoubleBarrierState> {
public:
    enum class Phase { out, entering, in, leaving };

    DoubleBarrierState(
        const KazooClient& zk, PathView node, int num_clients, std::string_view identifier
    );
    DoubleBarrierState(const DoubleBarrierState&) = delete;
    DoubleBarrierState& operator=(const DoubleBarrierState&) = delete;

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client.handler();
    }
    [[nodiscard]] std::string path_of(std::string_view name) const;
    [[nodiscard]] std::shared_ptr<Tries> tries(const CallLimits& limits) const {
        return std::make_shared<Tries>(client, path, limits, short_pauses());
    }

    // The phase of the member.

    /// Begins a call. Throws BadArgumentsError unless the phase is `from`.
    void begin(Phase from, Phase to, const char* operation);
    /// Ends `enter`. Returns false if the object has been destroyed meanwhile: the member must not
    /// stay then.
    [[nodiscard]] bool entered(const CreatedNode& own);
    /// Ends `leave`, or an `enter` that has failed.
    void left() noexcept;
    /// Returns the node of the member. Precondition: it is entering or leaving.
    [[nodiscard]] CreatedNode own() const;
    /// Returns the node of the member and clears it here.
    [[nodiscard]] CreatedNode take_own() noexcept;
    [[nodiscard]] bool participating() const noexcept;
    /// Keeps the result of `enter`, which abandon() cancels.
    void set_entering(const AsyncResult<void>& result);
    /// The object is being destroyed.
    void abandon() noexcept;
    /// Deletes the node of a member in the background.
    void delete_in_background(const CreatedNode& own) noexcept;

    const RecipeClient client;
    const std::string path;
    const std::size_t needed;
    const std::string identifier;
    const NodeSignal signal;

private:
    [[nodiscard]] AsyncResult<void> begin_to_delete(const CreatedNode& own) const;

    mutable std::mutex mutex_;
    // Guarded by mutex_:
    Phase phase_ = Phase::out;
    bool abandoned_ = false;
    CreatedNode own_;  // if phase_ is in or leaving
    AsyncResult<void> entering_;
};

/// The coroutines of the calls.
AsyncResult<void> enter(std::shared_ptr<DoubleBarrierState> state, CallLimits limits);
AsyncResult<void> leave(std::shared_ptr<DoubleBarrierState> state, CallLimits limits);

/// Lists the barrier; nothing if its node does not exist.
AsyncResult<std::vector<std::string>> list_members(
    std::shared_ptr<DoubleBarrierState> state, CallLimits limits
);
/// Looks for a child, and sets the watch of the object's signal if `watched`. Otherwise the state
/// is that of the leader.
AsyncResult<std::optional<ZnodeStat>> look_at_child(
    std::shared_ptr<DoubleBarrierState> state, CallLimits limits, std::string name, bool watched
);

}  // namespace kazoo::detail::recipe
