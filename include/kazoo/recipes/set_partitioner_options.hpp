// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/recipes/lock_options.hpp>
#include <kazoo/time.hpp>

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

/// What a SetPartitioner does after the loss of its session.
enum class OnSessionLost {
    fail,     ///< It ends with PartitionState::failure, as in kazoo.
    restart,  ///< It takes part again in the next session.
};

/// Options of a SetPartitioner. A value; setters chain.
class SetPartitionerOptions {
public:
    SetPartitionerOptions() {}

    /// A function that returns the items of one member. `members`: the identifiers of all, in
    /// ascending order of their bytes, of which `identifier` is one. It must return the same on all
    /// members, and give each item to exactly one of them. It is called on Lane::callback of the
    /// client's handler. What it throws, or an item that is not in the set, ends the partitioner
    /// with PartitionState::failure.
    using PartitionFunction = std::function<std::vector<std::string>(
        const std::string& identifier,
        const std::vector<std::string>& members,
        const std::set<std::string>& items
    )>;
    /// How the items are divided among the members. Default: the items in ascending order are dealt
    /// to the members in turn, as in kazoo.
    SetPartitionerOptions& partition(PartitionFunction value) & {
        partition_ = std::move(value);
        return *this;
    }
    SetPartitionerOptions partition(PartitionFunction value) && {
        return std::move(partition(std::move(value)));
    }
    [[nodiscard]] const PartitionFunction& partition() const noexcept { return partition_; }

    /// The name of this member, UTF-8 without '/'. Must be unique: two members with one name are
    /// reported to on_error, and get nothing until one of them has left. Default:
    /// "<host name>-<process id>", which serves one partitioner of a process.
    SetPartitionerOptions& identifier(std::string value) & noexcept {
        identifier_ = std::move(value);
        return *this;
    }
    SetPartitionerOptions identifier(std::string value) && noexcept {
        return std::move(identifier(std::move(value)));
    }
    [[nodiscard]] const std::string& identifier() const noexcept { return identifier_; }

    /// How long the members must stay the same before the set is divided. Default: 30 s.
    SetPartitionerOptions& time_boundary(AnyDuration value) & noexcept {
        time_boundary_ = value;
        return *this;
    }
    SetPartitionerOptions time_boundary(AnyDuration value) && noexcept {
        return std::move(time_boundary(value));
    }
    [[nodiscard]] Duration time_boundary() const noexcept { return time_boundary_; }

    /// How long members may need to release their items after a change. Changes are noticed by
    /// events, so that it does not delay anything: an item that others hold for three times the
    /// time boundary and this longer, while the members stay the same, is reported to on_error.
    /// Default: 1 s.
    SetPartitionerOptions& max_reaction_time(AnyDuration value) & noexcept {
        max_reaction_time_ = value;
        return *this;
    }
    SetPartitionerOptions max_reaction_time(AnyDuration value) && noexcept {
        return std::move(max_reaction_time(value));
    }
    [[nodiscard]] Duration max_reaction_time() const noexcept { return max_reaction_time_; }

    /// What happens when the session is lost. Default: OnSessionLost::fail.
    SetPartitionerOptions& on_session_lost(OnSessionLost value) & noexcept {
        on_session_lost_ = value;
        return *this;
    }
    SetPartitionerOptions on_session_lost(OnSessionLost value) && noexcept {
        return std::move(on_session_lost(value));
    }
    [[nodiscard]] OnSessionLost on_session_lost() const noexcept { return on_session_lost_; }

    /// When the items count as lost, and PartitionState::release is entered. Default:
    /// LostWhen::in_doubt, as in kazoo.
    SetPartitionerOptions& lost_when(LostWhen value) & noexcept {
        lost_when_ = value;
        return *this;
    }
    SetPartitionerOptions lost_when(LostWhen value) && noexcept {
        return std::move(lost_when(value));
    }
    [[nodiscard]] LostWhen lost_when() const noexcept { return lost_when_; }

    /// A function that is called with what prevents this member from acquiring its items while it
    /// continues to try: LockTimeoutError if others hold an item too long (they may have another
    /// set or partition function, or have not called release_set), ConfigurationError if another
    /// member has the same identifier. It is called on Lane::callback; exceptions that it throws
    /// are logged. Default: none; the errors are then logged as warnings.
    SetPartitionerOptions& on_error(std::function<void(const Error&)> value) & {
        on_error_ = std::move(value);
        return *this;
    }
    SetPartitionerOptions on_error(std::function<void(const Error&)> value) && {
        return std::move(on_error(std::move(value)));
    }
    [[nodiscard]] const std::function<void(const Error&)>& on_error() const noexcept {
        return on_error_;
    }

private:
    PartitionFunction partition_;
    std::string identifier_;
    std::function<void(const Error&)> on_error_;
    Duration time_boundary_ = std::chrono::seconds(30);
    Duration max_reaction_time_ = std::chrono::seconds(1);
    OnSessionLost on_session_lost_ = OnSessionLost::fail;
    LostWhen lost_when_ = LostWhen::in_doubt;
};

}  // namespace kazoo
KAZOO_API_END
