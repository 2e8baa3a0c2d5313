// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"
#include "recipe/lock/lock_plan.hpp"
#include "recipe/lock/locking.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/detail/lease_use.hpp>
#include <kazoo/event.hpp>
#include <kazoo/time.hpp>
#include <kazoo/unique_function.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {

/// One acquisition and the hold that follows it: shared by the coroutine that acquires and the
/// user's LockHandle.
///
///     lanes of the client:   watch events, state changes ---> plan_, woken_
///     acquire():             plan_ -> create, list, watch, wait ... -> held
///     LockHandle:            release, lost, guard
///
/// Events are noted in the plan with mutex_ held, and wake the coroutine, which alone carries out
/// steps. Nothing else is called with mutex_ held, neither functions of the user nor the client.
class Contender final : public std::enable_shared_from_this<Contender> {
public:
    /// For Locking::begin. Throws std::bad_alloc.
    Contender(
        std::shared_ptr<Locking> locking,
        std::uint64_t id,
        const LockRules& rules,
        std::string resumed
    );
    Contender(const Contender&) = delete;
    Contender& operator=(const Contender&) = delete;
    ~Contender();

    [[nodiscard]] const std::shared_ptr<Locking>& locking() const noexcept { return locking_; }
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return locking_->handler();
    }

    // For the acquisition.

    /// Returns `options` with a stop token that cancel() and the stop token of `options` end. Until
    /// end_acquisition().
    [[nodiscard]] CallOptions linked(const CallOptions& options);
    [[nodiscard]] LockTurn next_turn();
    [[nodiscard]] const Event& woken() const noexcept { return woken_; }
    /// Gives an answer to the plan: calls `answer(LockPlan&)` with mutex_ held, and deletes the
    /// nodes that are not needed any more.
    template <class Answer>
    auto tell(Answer&& answer) {
        std::unique_lock lock(mutex_);
        if constexpr (std::is_void_v<decltype(answer(plan_))>) {
            answer(plan_);
            lock.unlock();
            delete_abandoned();
        } else {
            auto said = answer(plan_);
            lock.unlock();
            delete_abandoned();
            return said;
        }
    }
    [[nodiscard]] LockState state() const noexcept;
    /// Returns the own node; null before it was created.
    [[nodiscard]] NodePtr own() const noexcept;
    /// Gives the own node as it was read to the plan, and notes it for handles if the lock is held
    /// from now on. Returns whether the lock has just been lost; see LockPlan::confirmed.
    bool confirmed(std::uint64_t attempt, const NodePtr& found, std::int64_t present);
    /// The acquisition has ended: gives up unless the lock is held.
    void end_acquisition() noexcept;

    // Events.

    void on_state(const StateChange& change, std::int64_t present) noexcept;
    void on_event(EventType type, std::string_view name, std::int64_t present) noexcept;
    /// The own node does not exist any more.
    void on_lost() noexcept;
    /// Does what follows an event: to be called without mutex_.
    void after_event(HoldEvent event) noexcept;
    void cancel() noexcept { cancelled_.request_stop(); }
    /// Returns whether the lock is held or being acquired.
    [[nodiscard]] bool is_busy() const noexcept;

    // For handles.

    [[nodiscard]] bool is_held() const noexcept;
    /// The node while it was held. Precondition: it is or was held.
    [[nodiscard]] const OwnNode& held_node() const noexcept { return *held_; }
    [[nodiscard]] const std::string& held_path() const noexcept { return held_path_; }
    /// See LockHandle::remaining.
    [[nodiscard]] Duration remaining() const noexcept;
    [[nodiscard]] std::stop_token lost_token() const noexcept { return lost_.get_token(); }
    void call_when_lost(UniqueFunction<void()> function);
    /// Ends the hold. Returns the node, which the caller deletes or keeps; null if the lock is not
    /// held.
    [[nodiscard]] NodePtr release() noexcept;

private:
    using LostFunction = std::shared_ptr<UniqueFunction<void()>>;

    void set_held(NodePtr node);
    void delete_abandoned() noexcept;
    void call_on_lane(LostFunction function) noexcept;

    const std::shared_ptr<Locking> locking_;
    const std::uint64_t id_;
    const Event woken_;           // set when the plan may have another next step
    std::stop_source cancelled_;  // ends the requests and pauses of the acquisition
    std::stop_source lost_;
    NodePtr held_;           // constant once there is a handle
    std::string held_path_;  // the same

    struct Stop {
        void operator()() const { std::stop_source(source).request_stop(); }
        std::stop_source source;
    };
    std::optional<std::stop_callback<Stop>> link_;  // used by the coroutine only

    mutable std::mutex mutex_;
    // Guarded by mutex_:
    LockPlan plan_;
    std::vector<LostFunction> on_lost_;
    std::optional<LeaseUse> lease_use_;  // while an ephemeral lock is held
};

/// Ends an acquisition, also if its coroutine is destroyed because its loop was.
class Acquisition {
public:
    explicit Acquisition(std::shared_ptr<Contender> contender) noexcept
        : contender_(std::move(contender)) {}
    Acquisition(const Acquisition&) = delete;
    Acquisition& operator=(const Acquisition&) = delete;
    ~Acquisition() { contender_->end_acquisition(); }

private:
    const std::shared_ptr<Contender> contender_;
};

}  // namespace kazoo::detail::recipe
