// SPDX-License-Identifier: Apache-2.0
// What members of a double barrier do, awaited with direct(): where replies and events arrive.
#include "recipe/barrier/double_barrier_plan.hpp"
#include "recipe/barrier/double_barrier_state.hpp"
#include "recipe/pauses.hpp"

#include <kazoo/detail/unique_id.hpp>
#include <kazoo/exceptions.hpp>

#include <exception>
#include <memory>
#include <new>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

using Rounds = std::shared_ptr<DoubleBarrierState>;
using Names = std::vector<std::string>;
using MaybeStat = std::optional<ZnodeStat>;

/// One call of enter. Used by its coroutines, one after the other.
struct Entering {
    Entering(Rounds barrier, CallLimits call_limits)
        : state(std::move(barrier)), limits(std::move(call_limits)) {}
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return state->handler();
    }

    const Rounds state;
    const CallLimits limits;
    Names earlier;  // names of nodes that may exist in an earlier session
    std::optional<CreatedNode> own;
    std::size_t members = 0;  // when they were counted last
};
using Call = std::shared_ptr<Entering>;

/// Deletes the node of an earlier attempt, which would count as another member.
AsyncResult<void> delete_ghost(Call call, std::string name) {
    const auto state = call->state;
    auto looking = look_at_child(state, call->limits, name, false);
    const auto stat = co_await direct(std::move(looking));
    if (!stat) {
        co_return;
    }
    const auto deletion = state->client.call([&](KazooClient& zk) {
        return zk.delete_guaranteed_async(state->path_of(name), stat->czxid, call->limits.step());
    });
    co_await direct(deletion);
}

/// Deletes the nodes of a call that has failed, without limits.
AsyncResult<void> clean_up(Call failed) {
    const auto& state = *failed->state;
    try {
        const CallLimits limits(
            CallOptions().timeout(Duration::max()), *state.handler(), CallKind::waits
        );
        const auto call = std::make_shared<Entering>(failed->state, limits);
        for (const auto& name : failed->earlier) {
            auto deletion = delete_ghost(call, name);
            co_await direct(std::move(deletion));
        }
    } catch (const std::exception& error) {
        const auto code = error_from(std::current_exception()).code();
        if (code != Condition::session_lost && code != Errc::connection_loss) {
            // Else they end with the session.
            state.client.log(LogLevel::warning, state.path, error.what());
        }
    }
}

/// Creates the node of the member, after those of earlier tries have been deleted. Each try has a
/// name of its own, so that a node of a session that has ended is never taken for it.
AsyncResult<bool> join_once(Call call) {
    while (!call->earlier.empty()) {
        const auto deletion = delete_ghost(call, call->earlier.back());
        co_await direct(deletion);
        call->earlier.pop_back();
    }
    const auto& state = *call->state;
    const auto name = unique_hex(*state.handler());
    call->earlier.push_back(name);
    CreatedNode made;
    made.path = state.path_of(name);  // nothing may throw after the create
    auto creation = state.client.call([&](KazooClient& zk) {
        const auto kind = CreateOptions().ephemeral().makepath().protect_unique_name();
        return zk.create_with_stat_async(
            state.path_of(name), state.identifier, kind, call->limits.step()
        );
    });
    co_await until_ready(creation);
    made.stat = value_in(creation).stat;
    call->own = std::move(made);
    co_return true;
}

AsyncResult<void> join(Call call) {
    call->own.reset();
    Step<bool> step = [call] { return join_once(call); };
    auto joined = repeat(call->state->tries(call->limits), std::move(step));
    static_cast<void>(co_await direct(std::move(joined)));
}

/// Looks at the barrier, and begins to wait for `ready`.
AsyncResult<EnterStep> look_before_entering(Call call) {
    auto looking = look_at_child(call->state, call->limits, std::string(ready_name), true);
    auto listing = list_members(call->state, call->limits);
    const auto stat = co_await direct(std::move(looking));
    const Names names = co_await direct(std::move(listing));
    const auto& own = *call->own;
    EnterStep step = EnterStep::join;
    // A node of another session may still be there; it ends with that session.
    if (call->state->client.session() == own.stat.ephemeral_owner) {
        const auto name = own.path.substr(own.path.rfind('/') + 1);
        step = enter_step(names, stat.has_value(), name, call->state->needed);
    }
    call->members = names.size();
    co_return step;
}

/// Creates `ready`; it is no error if it exists.
AsyncResult<void> announce(Call call) {
    Step<bool> step = [call] {
        return call->state->client.call([&](KazooClient& zk) {
            return zk.ensure_path_async(call->state->path_of(ready_name), call->limits.step());
        });
    };
    auto created = repeat(call->state->tries(call->limits), std::move(step));
    co_await direct(std::move(created));
}

[[noreturn]] void throw_enter_timeout(const Entering& call) {
    throw_timeout(
        call.state->client,
        call.state->path,
        Outcome::not_applied,
        std::to_string(call.members) + " of " + std::to_string(call.state->needed) +
            " members have entered; this one has given up"
    );
}

/// Waits for `ready`, from the creation of the member's node on. Returns when it has entered, or
/// when its node does not exist any more.
AsyncResult<bool> wait_for_ready(Call call) {
    for (;;) {
        const auto fired = call->state->signal.wait(call->limits);  // before the read
        EnterStep step = EnterStep::wait;
        std::exception_ptr failure;
        try {
            auto looking = look_before_entering(call);
            step = co_await direct(std::move(looking));
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure || step != EnterStep::wait) {
            fired.cancel();
        }
        if (failure) {
            std::rethrow_exception(failure);
        }
        if (step == EnterStep::announce) {
            const auto announced = announce(call);
            co_await direct(announced);
        }
        if (step != EnterStep::wait) {
            co_return step != EnterStep::join;
        }
        const bool in_time = co_await direct(fired);
        if (!in_time) {
            throw_enter_timeout(*call);
        }
    }
}

/// Rethrows a failure: whatever became of its node, the member has not entered.
[[noreturn]] void rethrow_not_entered(const std::exception_ptr& failure) {
    const auto error = error_from(failure);
    if (error.outcome() != Outcome::unknown || error.code() == ClientErrc::foreign_exception) {
        std::rethrow_exception(failure);
    }
    throw_error(Error(error).outcome(Outcome::not_applied));
}

AsyncResult<void> enter_round(Call call) {
    for (bool inside = false; !inside;) {
        const auto joined = join(call);
        co_await direct(joined);
        auto waited = wait_for_ready(call);
        inside = co_await direct(std::move(waited));
    }
}

/// Deletes a child; returns false if it does not exist.
AsyncResult<bool> delete_child(Rounds state, CallLimits limits, std::string name) {
    try {
        const auto deletion = state->client.call([&](KazooClient& zk) {
            return zk.delete_async(state->path_of(name), -1, limits.step());
        });
        co_await direct(deletion);
    } catch (const NoNodeError&) {
        co_return false;
    }
    co_return true;
}

AsyncResult<bool> delete_ready(Rounds state, CallLimits limits) {
    Step<bool> step = [state, limits] {
        return delete_child(state, limits, std::string(ready_name));
    };
    return repeat(state->tries(limits), std::move(step));
}

AsyncResult<void> delete_own(Rounds state, CallLimits limits, CreatedNode own) {
    return state->client.call([&](KazooClient& zk) {
        return zk.delete_guaranteed_async(own.path, own.stat.czxid, limits.step());
    });
}

/// Carries out one step of a plan. Returns whether the member is done.
AsyncResult<bool> leave_once(
    Rounds state, CallLimits limits, CreatedNode own, std::shared_ptr<LeavePlan> plan
) {
    auto listing = list_members(state, limits);
    const Names names = co_await direct(std::move(listing));
    const auto step = plan->next(names);
    if (step.kind == LeaveStep::delete_own) {
        const auto deletion = delete_own(state, limits, own);
        co_await direct(deletion);
    }
    if (step.kind != LeaveStep::wait) {
        co_return step.kind == LeaveStep::done;
    }
    const auto fired = state->signal.wait(limits);  // before the read, to miss no event
    MaybeStat stat;
    std::exception_ptr failure;
    try {
        auto looking = look_at_child(state, limits, step.other, true);
        stat = co_await direct(std::move(looking));
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure || !stat) {
        fired.cancel();
        if (failure) {
            std::rethrow_exception(failure);
        }
        co_return false;
    }
    const bool in_time = co_await direct(fired);
    if (!in_time) {
        throw_timeout(
            state->client,
            state->path,
            Outcome::unknown,
            "other members have not left; this one has"
        );
    }
    co_return false;
}

AsyncResult<void> leave_round(Rounds state, CallLimits limits, CreatedNode own) {
    const auto deleted = delete_ready(state, limits);
    co_await direct(deleted);
    const auto plan = std::make_shared<LeavePlan>(own.path.substr(own.path.rfind('/') + 1));
    for (bool done = false; !done;) {
        auto left = leave_once(state, limits, own, plan);
        done = co_await direct(std::move(left));
    }
}

/// Listing a barrier whose node does not exist.
AsyncResult<Names> list_or_none(Rounds state, CallLimits limits) {
    Names names;
    try {
        auto listing = state->client.call([&](KazooClient& zk) {
            return zk.get_children_async(state->path, limits.step());
        });
        names = co_await direct(std::move(listing));
    } catch (const NoNodeError&) {
    }
    co_return names;
}

}  // namespace

AsyncResult<Names> list_members(Rounds state, CallLimits limits) {
    Step<Names> step = [state, limits] { return list_or_none(state, limits); };
    return repeat(state->tries(limits), std::move(step));
}

AsyncResult<MaybeStat> look_at_child(
    Rounds state, CallLimits limits, std::string name, bool watched
) {
    Step<MaybeStat> step = [state, limits, name, watched] {
        return state->client.call([&](KazooClient& zk) {
            const auto watch = watched ? state->signal.watcher() : Watcher();
            const auto options =
                ReadOptions(limits.step())
                    .consistency(watched ? Consistency::local : Consistency::latest);
            return zk.exists_async(state->path_of(name), watch, options);
        });
    };
    return repeat(state->tries(limits), std::move(step));
}

AsyncResult<void> enter(Rounds state, CallLimits limits) {
    state->begin(DoubleBarrierState::Phase::out, DoubleBarrierState::Phase::entering, "enter");
    std::shared_ptr<Entering> call;
    std::exception_ptr failure;
    try {
        call = std::make_shared<Entering>(state, limits);
        const auto entering = enter_round(call);
        co_await direct(entering);
        if (!state->entered(*call->own)) {
            throw_error(Error(
                ClientErrc::cancelled,
                Outcome::not_applied,
                "enter",
                state->path,
                "the object was destroyed"
            ));
        }
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        state->left();
        if (call && call->own) {
            state->delete_in_background(*call->own);
        } else if (call && !call->earlier.empty()) {
            begin_in_background([&] { static_cast<void>(clean_up(call)); });
        }
        rethrow_not_entered(failure);
    }
}

AsyncResult<void> leave(Rounds state, CallLimits limits) {
    state->begin(DoubleBarrierState::Phase::in, DoubleBarrierState::Phase::leaving, "leave");
    std::exception_ptr failure;
    try {
        const auto leaving = leave_round(state, limits, state->own());
        co_await direct(leaving);
    } catch (...) {
        failure = std::current_exception();
    }
    const auto own = state->take_own();
    state->left();
    if (failure) {
        state->delete_in_background(own);
        std::rethrow_exception(failure);
    }
}

}  // namespace kazoo::detail::recipe
