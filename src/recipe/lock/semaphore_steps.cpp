// SPDX-License-Identifier: Apache-2.0
#include "recipe/lock/contender.hpp"
#include "recipe/lock/lock_steps.hpp"
#include "recipe/lock/node_deletion.hpp"
#include "recipe/lock/semaphoring.hpp"
#include "recipe/pauses.hpp"
#include "recipe/wait.hpp"

#include <kazoo/detail/unique_id.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/sleep.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <stop_token>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

constexpr const char* lease_operation = "acquire";

using Shared = std::shared_ptr<Semaphoring>;

/// What one acquisition holds while its steps are executed.
class Attempt {
public:
    Attempt(
        Shared the_semaphoring,
        std::shared_ptr<Contender> the_contender,
        CallLimits the_limits,
        CallKind the_kind
    )
        : semaphoring(std::move(the_semaphoring)),
          contender(std::move(the_contender)),
          limits(std::move(the_limits)),
          kind(the_kind) {}

    Shared semaphoring;
    std::shared_ptr<Contender> contender;
    CallLimits limits;
    CallKind kind;
};

[[noreturn]] void throw_ended(
    const Semaphoring& semaphoring, std::error_code code, std::string detail
) {
    throw_error(Error(
        code, Outcome::not_applied, lease_operation, semaphoring.leases->path(), std::move(detail)
    ));
}

CreateOptions node_options(const Semaphoring& semaphoring) {
    CreateOptions create;
    if (semaphoring.options.acl()) {
        create.acl(*semaphoring.options.acl());
    }
    return create;
}

/// Returns the number of leases that applies, given what the node says.
std::int32_t applicable(const Semaphoring& semaphoring, const std::string& data) {
    const auto there = leases_in(data);
    if (!there || *there == semaphoring.max_leases) {
        return semaphoring.max_leases;
    }
    if (!semaphoring.options.follows_node()) {
        throw_ended(
            semaphoring,
            ClientErrc::configuration,
            "the semaphore has " + data + " leases, not " + std::to_string(semaphoring.max_leases)
        );
    }
    return *there;
}

/// Creates the node of the semaphore, with the number.
AsyncResult<void> create_path(Shared semaphoring, CallOptions options) {
    const auto creating = semaphoring->client().call([&](KazooClient& client) {
        return client.create_async(
            semaphoring->leases->path(),
            std::to_string(semaphoring->max_leases),
            node_options(*semaphoring).makepath(),
            options
        );
    });
    try {
        co_await direct(creating);
    } catch (const NodeExistsError&) {
    }
}

AsyncResult<std::vector<std::string>> list_leases(
    const Semaphoring& semaphoring, const CallOptions& options
) {
    return semaphoring.client().call([&](KazooClient& client) {
        return client.get_children_async(semaphoring.leases->path(), semaphoring.watcher, options);
    });
}

/// Returns whether a lease is free, and sets watches for the case that none is. Throws NoNodeError
/// if there is no semaphore.
AsyncResult<bool> is_free(Shared semaphoring, CallOptions options) {
    auto getting = semaphoring->client().call([&](KazooClient& client) {
        return client.get_async(semaphoring->leases->path(), semaphoring->watcher, options);
    });
    auto listing = list_leases(*semaphoring, options);  // sent together
    const NodeData node = co_await direct(std::move(getting));
    if (listing.ready() && !listing.successful() &&
        error_from(listing.exception()).code() == ClientErrc::queue_full) {
        listing = list_leases(*semaphoring, options);  // the queue may hold one request only
    }
    const auto children = co_await direct(std::move(listing));
    const auto most = applicable(*semaphoring, node.data);
    co_return children.size() < static_cast<std::size_t>(most);
}

/// Waits until a lease is free. Returns false if none is, and the call does not wait, or the inner
/// lock was lost.
AsyncResult<bool> wait_until_free(Attempt attempt, std::stop_token inner_lost) {
    const auto& semaphoring = attempt.semaphoring;
    const std::function<void()> wake = [changed = semaphoring->changed] { changed.set(); };
    const std::stop_callback on_lost(inner_lost, wake);
    for (;;) {
        semaphoring->changed.clear();  // before the read: an event that comes later sets it again
        if (inner_lost.stop_requested()) {
            co_return false;
        }
        auto asking = is_free(semaphoring, attempt.limits.step());
        const bool free = co_await direct(std::move(asking));
        if (free || attempt.kind == CallKind::does_not_wait) {
            co_return free;
        }
        auto waiting = wait_for(semaphoring->handler(), semaphoring->changed, attempt.limits);
        const bool in_time = co_await direct(std::move(waiting));
        if (!in_time) {
            throw OperationTimeoutError();
        }
    }
}

/// Creates the node of a lease, and gives it to the plan if it belongs to the session of the inner
/// lock: no other process has then created one since the leases were counted.
AsyncResult<void> create_lease(Attempt attempt, std::uint64_t number, std::int64_t session) {
    const auto& semaphoring = attempt.semaphoring;
    const auto& leases = semaphoring->leases;
    const auto name = unique_hex(*semaphoring->handler());
    const auto made = std::make_shared<OwnNode>(name, 0, 0);  // nothing may throw after the create
    auto creating = semaphoring->client().call([&](KazooClient& client) {
        return client.create_with_stat_async(
            leases->path_of(name),
            semaphoring->options.identifier(),
            node_options(*semaphoring).ephemeral().protect_unique_name(),
            attempt.limits.step()
        );
    });
    co_await until_ready(creating);
    const auto& stat = value_in(creating).stat;
    made->czxid = stat.czxid;
    made->session = stat.ephemeral_owner;
    const NodePtr node = made;
    if (node->session != session) {
        delete_in_background(leases, node);
        co_return;
    }
    const auto present = leases->present_session();
    attempt.contender->tell([&](LockPlan& plan) { plan.created(number, node, present); });
}

/// Acquires the inner lock, waits for a lease and creates its node. Returns false if the call does
/// not wait, and no lease is free.
AsyncResult<bool> take(Attempt attempt, std::uint64_t number) {
    const auto& semaphoring = attempt.semaphoring;
    LockHandle inner;
    if (attempt.kind == CallKind::waits) {
        auto acquiring = semaphoring->inner.acquire_async(attempt.limits.step());
        inner = co_await direct(std::move(acquiring));
    } else {
        auto trying = semaphoring->inner.try_acquire_async(attempt.limits.step());
        std::optional<LockHandle> tried = co_await direct(std::move(trying));
        if (!tried) {
            co_return false;
        }
        inner = std::move(*tried);
    }
    auto waiting = wait_until_free(attempt, inner.lost());
    const bool free = co_await direct(std::move(waiting));
    if (free) {
        const auto creating = create_lease(attempt, number, inner.session());
        co_await direct(creating);
    }
    co_return free || attempt.kind == CallKind::waits;
}

/// Carries out one step of the contender. Returns false if there is no lease for it.
AsyncResult<bool> carry_out_lease(Attempt attempt, LockTurn turn) {
    bool go_on = true;
    if (turn.step == LockStep::create) {
        auto taking = take(attempt, turn.attempt);
        go_on = co_await direct(std::move(taking));
    } else if (turn.step == LockStep::make_parents) {
        const auto creating = create_path(attempt.semaphoring, attempt.limits.step());
        co_await direct(creating);
        attempt.contender->tell([&](LockPlan& plan) { plan.parents_made(turn.attempt); });
    } else if (turn.step == LockStep::list) {
        const Standing first(Standing::Place::first);
        attempt.contender->tell([&](LockPlan& plan) { plan.listed(turn.attempt, first); });
    } else {
        const auto confirming = carry_out(attempt.contender, turn, attempt.limits);
        co_await direct(confirming);
    }
    co_return go_on;
}

/// Throws the error of the acquisition if it cannot continue after this failure. Returns whether it
/// continues after a pause.
bool react(const Attempt& attempt, const LockTurn& turn, const std::exception_ptr& failure) {
    const auto error = error_from(failure);
    const auto& code = error.code();
    if (code == ClientErrc::cancelled) {
        throw_ended(*attempt.semaphoring, code, "the acquisition was cancelled");
    }
    if (code == Errc::operation_timeout || code == ClientErrc::lock_timeout) {
        throw_ended(*attempt.semaphoring, ClientErrc::lock_timeout, {});
    }
    if (code == Errc::no_node) {
        attempt.contender->tell([&](LockPlan& plan) { plan.no_parent(turn.attempt); });
        return turn.step == LockStep::make_parents;
    }
    if (code == Errc::session_expired) {
        attempt.contender->tell([&](LockPlan& plan) { plan.session_ended(turn.attempt); });
    } else if (code != Condition::retryable) {
        std::rethrow_exception(failure);
    }
    return true;
}

AsyncResult<void> pause_once(Attempt attempt, Duration pause) {
    const Event never(attempt.semaphoring->handler());
    const auto& handler = *attempt.semaphoring->handler();
    const auto end = std::min(attempt.limits.deadline(), later(handler.now(), pause));
    const CallLimits limits(
        CallOptions().deadline(end).stop_token(attempt.limits.stop_token()), handler, attempt.kind
    );
    auto waiting = wait_for(attempt.semaphoring->handler(), never, limits);
    static_cast<void>(co_await direct(std::move(waiting)));
    if (attempt.limits.over(handler)) {
        throw_ended(*attempt.semaphoring, ClientErrc::lock_timeout, {});
    }
}

}  // namespace

AsyncResult<std::optional<LockHandle>> acquire_lease(
    std::shared_ptr<Semaphoring> semaphoring, CallOptions options, CallKind kind
) {
    LockRules rules;
    rules.lost_when = semaphoring->options.lost_when();
    const auto contender = semaphoring->leases->begin(rules);
    const Acquisition acquisition(contender);
    const CallLimits limits(contender->linked(options), *semaphoring->handler(), kind);
    const Attempt attempt(semaphoring, contender, limits, kind);
    std::optional<LockHandle> lease;
    Pauses pauses;
    for (;;) {
        const auto turn = contender->next_turn();
        if (turn.step == LockStep::end) {
            break;
        }
        std::exception_ptr failure;
        bool go_on = true;
        try {
            auto done = carry_out_lease(attempt, turn);
            go_on = co_await direct(std::move(done));
        } catch (...) {
            failure = std::current_exception();
        }
        if (!go_on) {
            co_return lease;
        }
        if (failure && react(attempt, turn, failure)) {
            const auto paused = pause_once(attempt, pauses.next());
            co_await direct(paused);
        }
    }
    const auto state = contender->state();
    if (state != LockState::held && state != LockState::lost) {
        throw_ended(*semaphoring, ClientErrc::cancelled, "the acquisition was given up");
    }
    lease.emplace(LockHandles::make(contender));
    co_return lease;
}

AsyncResult<std::vector<std::string>> list_holders(
    std::shared_ptr<Semaphoring> semaphoring, CallOptions options
) {
    std::vector<std::string> holders;
    try {
        auto reading = semaphoring->client().call([&](KazooClient& client) {
            return client.get_children_with_data_async(semaphoring->leases->path(), options);
        });
        const auto children = co_await direct(std::move(reading));
        holders.reserve(children.size());
        for (const auto& child : children) {
            holders.push_back(child.node.data);
        }
    } catch (const NoNodeError&) {
    }
    co_return holders;
}

AsyncResult<void> write_max_leases(
    std::shared_ptr<Semaphoring> semaphoring, std::int32_t max_leases, CallOptions options
) {
    if (max_leases < 1) {
        throw_error(Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            "set_max_leases",
            semaphoring->leases->path(),
            "a semaphore has 1 lease or more"
        ));
    }
    const auto writing = semaphoring->client().call([&](KazooClient& client) {
        return client.create_or_set_async(
            semaphoring->leases->path(),
            std::to_string(max_leases),
            node_options(*semaphoring).makepath(),
            options
        );
    });
    co_await direct(writing);
}

}  // namespace kazoo::detail::recipe
