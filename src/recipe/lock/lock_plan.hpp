// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/lock/contender_order.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/recipes/lock_options.hpp>
#include <kazoo/state.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {

/// The node of a contender. A value.
class OwnNode {
public:
    OwnNode() {}
    OwnNode(std::string node_name, std::int64_t node_czxid, std::int64_t node_session)
        : name(std::move(node_name)), czxid(node_czxid), session(node_session) {}

    std::string name;
    std::int64_t czxid = 0;    ///< 0: not known yet
    std::int64_t session = 0;  ///< its owner; 0 if it is persistent

    friend bool operator==(const OwnNode&, const OwnNode&) = default;
};

/// Null: there is none.
using NodePtr = std::shared_ptr<const OwnNode>;

/// What an acquisition may do.
struct LockRules {
    /// The node ends with its session. If not, it is owned by name.
    bool ephemeral = true;
    /// Waits for its turn, instead of ending when another contender precedes.
    bool waits = true;
    /// Ends if the counter of the parent is exhausted.
    bool fail_when_exhausted = false;
    LostWhen lost_when = LostWhen::gone;
};

/// What a contender does next.
enum class LockStep {
    find,          ///< Look up the node `name`, which is to be resumed.
    make_parents,  ///< Create the path of the lock.
    create,        ///< Create the own node.
    list,          ///< List the contenders.
    compare,       ///< Read when the contenders `others` were created.
    watch,         ///< Read the node `name`, the nearest that precedes, with a watch.
    wait,          ///< Wait for the next event.
    confirm,       ///< Read the own node, with a watch: it is its turn.
    end,           ///< Nothing: see LockPlan::state.
};

/// What has become of a contender.
enum class LockState {
    acquiring,
    held,
    refused,   ///< Another contender precedes, and it was not to wait.
    failed,    ///< The acquisition was given up.
    gone,      ///< The node that was to be resumed does not exist, or is that of another session.
    lost,      ///< It was held.
    released,  ///< It was held, until it was released.
};

/// A step with what is needed for it.
class LockTurn {
public:
    LockTurn() {}

    LockStep step = LockStep::end;
    /// Identifies the attempt, to be given with the answer: answers to steps of earlier attempts
    /// have no effect.
    std::uint64_t attempt = 0;
    std::string name;
    std::vector<std::string> others;
};

/// What an event means for a lock that is held.
enum class HoldEvent {
    none,
    lost,    ///< It has just been lost.
    reread,  ///< The own node has to be read again, with another watch.
};

/// The decisions of a contender for a lock, from the acquisition to the release: a state machine
/// without I/O, threads and clocks. Events come in through its members, in any order; `next`
/// returns what to do.
///
///     create -> list -> first? ---- yes ---------------------> confirm -> held -> lost, released
///       ^ |      ^  '-- by names not to say? -> compare -'        |
///       | |      '----- no: watch the nearest, wait <---'         |
///       | '-- no parent: make_parents                             |
///       '-------- the own node does not exist, or belongs to another session
///
/// A node belongs to the contender if its name is the one that was created in this attempt, its
/// owner is the session in which it was created, and that is the present session; persistent nodes
/// belong to it by name. Its czxid never changes. Not thread-safe.
class LockPlan {
public:
    /// `resumed`: the name of the node to continue with, empty for a new one. Throws
    /// std::bad_alloc.
    explicit LockPlan(const LockRules& rules, std::string resumed = {});

    /// Returns the next step, and begins it.
    [[nodiscard]] LockTurn next();

    // The answers to steps. `present`: the id of the present session, 0 if there is none.

    void found(std::uint64_t attempt, NodePtr node) noexcept;
    void parents_made(std::uint64_t attempt) noexcept;
    void created(std::uint64_t attempt, NodePtr node, std::int64_t present) noexcept;
    void listed(std::uint64_t attempt, Standing standing) noexcept;
    void compared(std::uint64_t attempt, Standing standing) noexcept;
    void watched(std::uint64_t attempt, bool exists) noexcept;
    /// `node`: the own node as it was read, if it exists. Returns whether it has just been lost:
    /// the own node is also read while the lock is held.
    bool confirmed(std::uint64_t attempt, const NodePtr& node, std::int64_t present) noexcept;
    /// The step could not be executed because the session in which it was sent has ended.
    void session_ended(std::uint64_t attempt) noexcept;
    /// The path of the lock does not exist.
    void no_parent(std::uint64_t attempt) noexcept;
    /// Ends the acquisition. Has no effect unless it is in progress.
    void give_up() noexcept;

    // Events, which may come at any time.

    /// A watch has fired: for the node `name`, or, with EventType::NONE, for all. `present` as
    /// above.
    [[nodiscard]] HoldEvent fired(
        EventType type, std::string_view name, std::int64_t present
    ) noexcept;
    [[nodiscard]] HoldEvent state_changed(const StateChange& change, std::int64_t present) noexcept;
    /// A server has said that the own node does not exist, or the client has been destroyed.
    /// Returns whether the lock has just been lost.
    bool lost() noexcept;
    /// Releases the lock. Returns its node, which is to be deleted; null if it was not held.
    [[nodiscard]] NodePtr release() noexcept;

    [[nodiscard]] LockState state() const noexcept { return state_; }
    /// Returns the number of the present attempt.
    [[nodiscard]] std::uint64_t attempt() const noexcept { return attempt_; }
    /// Returns the own node; null before it was created.
    [[nodiscard]] const NodePtr& own() const noexcept { return own_; }
    /// Returns the node that is watched or waited for; empty if there is none.
    [[nodiscard]] const std::string& awaited() const noexcept { return awaited_; }
    /// Returns and forgets an own node that is to be deleted; null if there is none.
    [[nodiscard]] NodePtr take_abandoned() noexcept;
    /// Returns whether the acquisition has ended because the counter of the parent is exhausted.
    [[nodiscard]] bool exhausted() const noexcept { return exhausted_; }

private:
    [[nodiscard]] bool is_current(std::uint64_t attempt) const noexcept {
        return attempt == attempt_ && state_ == LockState::acquiring;
    }
    /// Whether a node that was read is the own one.
    [[nodiscard]] bool is_own(const NodePtr& node) const noexcept;
    [[nodiscard]] bool is_of(std::int64_t present) const noexcept {
        return !rules_.ephemeral || own_->session == present;
    }
    void take(Standing& standing) noexcept;
    void restart() noexcept;
    void end(LockState state) noexcept;
    void abandon(const NodePtr& node) noexcept;

    const LockRules rules_;
    const std::string resumed_;
    LockState state_ = LockState::acquiring;
    LockStep step_;
    std::uint64_t attempt_ = 1;
    NodePtr own_;
    std::string awaited_;
    bool changed_ = false;             // an event of awaited_ has come since it is awaited
    std::vector<std::string> others_;  // to be compared
    std::vector<NodePtr> abandoned_;   // to be deleted; has room, so that nothing throws
    bool exhausted_ = false;
};

}  // namespace kazoo::detail::recipe
