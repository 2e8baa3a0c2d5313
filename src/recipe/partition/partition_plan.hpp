// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/errors.hpp>
#include <kazoo/recipes/set_partitioner.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::recipe {

/// Returns every n-th item, where n is the number of members, beginning with that whose position is
/// that of `identifier` among the members; nothing if it is none of them. Both lists are in
/// ascending order.
[[nodiscard]] std::vector<std::string> dealt_items(
    const std::string& identifier,
    const std::vector<std::string>& members,
    const std::set<std::string>& items
);

/// Returns the identifier in the name of a member's node, the text after the first '-'; the name if
/// it has none, as kazoo does.
[[nodiscard]] std::string identifier_in(std::string_view name);

/// What a partitioner does next. Each step lasts until an answer or an event ends it.
enum class PartitionStep {
    join,      ///< create the node in the party
    settle,    ///< wait until the party does not change any more
    allocate,  ///< compute the items and acquire their locks
    idle,      ///< allocation is not possible: wait for a change
    hold,      ///< the items are acquired: wait for a change
    yield,     ///< wait until the user releases the items
    drop,      ///< release the locks
    leave,     ///< delete the node
    end,
};

/// Decides what a partitioner does. A value; calls nothing and never waits.
///
///     join -> settle -> allocate -> hold -> yield -> drop -> settle | join | leave -> end
///                          '-- a change -----------> drop
class PartitionPlan {
public:
    PartitionPlan(std::string identifier, std::set<std::string> items, OnSessionLost rule);

    [[nodiscard]] PartitionStep step() const noexcept { return step_; }
    [[nodiscard]] PartitionState state() const noexcept { return state_; }
    /// Returns the number of the present state.
    [[nodiscard]] std::uint64_t state_id() const noexcept { return state_id_; }
    [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }
    [[nodiscard]] const std::set<std::string>& items() const noexcept { return items_; }
    /// Returns the members among which the set is divided, in ascending order.
    [[nodiscard]] const std::vector<std::string>& members() const noexcept { return members_; }
    /// Returns the name of the own node; empty if there is none.
    [[nodiscard]] const std::string& node() const noexcept { return node_; }
    /// Returns the session of the own node.
    [[nodiscard]] std::int64_t session() const noexcept { return session_; }

    // Answers to steps.

    void joined(std::string node, std::int64_t session);
    /// The children of the party have not changed for some time. `session`: the present one.
    void settled(const std::vector<std::string>& children, std::int64_t session);
    /// Returns whether other members have the same identifier, so that the step is `idle`.
    [[nodiscard]] bool has_namesake() const noexcept { return step_ == PartitionStep::idle; }
    void allocated();
    void dropped();
    void left();

    // Events. They count in all steps, and are ignored where they do not matter.

    void members_changed();
    void lock_lost() { disturb(); }
    void set_items(std::set<std::string> items);
    void release_requested();
    /// `session`: that which has ended. Ignored if it is not the session of the own node.
    void session_lost(Error error, std::int64_t session) noexcept;
    void failed(Error error) noexcept;
    void finish() noexcept;
    /// There is no memory for an orderly end: fails with OutOfMemoryError, and takes no other step.
    /// The node of the member stays until its session ends.
    void give_up() noexcept;

private:
    void enter(PartitionState state) noexcept;
    void disturb() noexcept;
    void end_with(Error error) noexcept;

    std::string identifier_;
    std::set<std::string> items_;
    OnSessionLost rule_;
    PartitionStep step_ = PartitionStep::join;
    PartitionState state_ = PartitionState::allocating;
    std::uint64_t state_id_ = 1;
    std::string node_;  // empty: it has to join
    std::int64_t session_ = 0;
    std::vector<std::string> members_;
    std::optional<Error> error_;
    bool ending_ = false;
};

}  // namespace kazoo::detail::recipe
