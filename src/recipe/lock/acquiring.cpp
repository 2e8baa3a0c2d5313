// SPDX-License-Identifier: Apache-2.0
#include "recipe/lock/acquiring.hpp"

#include "recipe/call_limits.hpp"
#include "recipe/lock/contender.hpp"
#include "recipe/lock/lock_steps.hpp"
#include "recipe/pauses.hpp"

#include <kazoo/detail/retry_run.hpp>
#include <kazoo/exceptions.hpp>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {
namespace {

constexpr const char* operation = "acquire";

/// Describes what the contender was waiting for, if anything.
std::string waited_for(Contender& contender) {
    const auto awaited = contender.tell([](LockPlan& plan) { return plan.awaited(); });
    return awaited.empty() ? "" : "it waited for " + contender.locking()->path_of(awaited);
}

[[noreturn]] void throw_ended(Contender& contender, std::error_code code, std::string detail) {
    throw_error(
        Error(code, Outcome::not_applied, operation, contender.locking()->path(), std::move(detail))
    );
}

/// What the failure of a step leads to. The answers that the plan needs have been given.
enum class Reaction { go_on, pause };

/// Throws the error of the acquisition if it cannot continue.
Reaction react(Contender& contender, const LockTurn& turn, const std::exception_ptr& failure) {
    const auto error = error_from(failure);
    const auto& code = error.code();
    const bool creating = turn.step == LockStep::create || turn.step == LockStep::make_parents;
    if (code == ClientErrc::cancelled) {
        throw_ended(contender, code, "the acquisition was cancelled");
    }
    if (code == Errc::operation_timeout) {  // of the call, or of ClientOptions::call_timeout
        throw_ended(contender, ClientErrc::lock_timeout, waited_for(contender));
    }
    if (code == Errc::no_node && (creating || turn.step == LockStep::list)) {
        contender.tell([&](LockPlan& plan) { plan.no_parent(turn.attempt); });
        return turn.step == LockStep::make_parents ? Reaction::pause : Reaction::go_on;
    }
    if (code == Errc::session_expired) {
        contender.tell([&](LockPlan& plan) { plan.session_ended(turn.attempt); });
        return Reaction::pause;
    }
    if (code == Condition::retryable) {
        return Reaction::pause;
    }
    std::rethrow_exception(failure);
}

/// Waits for a pause between two tries.
AsyncResult<void> pause_for(
    std::shared_ptr<Contender> contender, Duration duration, CallLimits limits
) {
    const auto& handler = contender->handler();
    const auto left = time_left(limits.deadline(), handler->now());
    const std::vector<std::stop_token> stops = {limits.stop_token()};
    const auto pause = sleep_async(
        handler,
        std::min(duration, left),
        stops,
        Error(ClientErrc::cancelled, Outcome::not_applied, operation)
    );
    co_await direct(pause);
    if (limits.over(*handler)) {
        throw OperationTimeoutError();
    }
}

/// Carries out the plan until the acquisition ends. Returns whether the lock was acquired.
AsyncResult<bool> run(std::shared_ptr<Contender> contender, CallLimits limits) {
    const Acquisition acquisition(contender);
    Pauses pauses;
    bool pause = false;
    for (;;) {
        const auto turn = contender->next_turn();
        if (turn.step == LockStep::end) {
            break;
        }
        std::exception_ptr failure;
        try {
            if (std::exchange(pause, false)) {
                const auto paused = pause_for(contender, pauses.next(), limits);
                co_await direct(paused);
            }
            const auto done = carry_out(contender, turn, limits);
            co_await direct(done);
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure) {
            pause = react(*contender, turn, failure) == Reaction::pause;
        } else if (turn.step == LockStep::list) {
            pauses.reset();
        }
    }
    const auto state = contender->state();
    co_return state == LockState::held || state == LockState::lost;  // the handle reports that
}

/// Throws the error of an acquisition that has ended by itself without the lock.
[[noreturn]] void throw_not_held(Contender& contender) {
    const auto own = contender.own();
    const std::string node = own ? contender.locking()->path_of(own->name) : "the node";
    switch (contender.state()) {
        case LockState::gone:
            throw_ended(
                contender,
                ClientErrc::lock_lost,
                node + ", which was to be resumed, does not exist" +
                    (contender.locking()->options().is_ephemeral() ? " in this session" : "")
            );
        case LockState::failed:
            if (contender.tell([](LockPlan& plan) { return plan.exhausted(); })) {
                throw_ended(
                    contender,
                    ClientErrc::sequence_exhausted,
                    "LockOptions::when_exhausted says not to continue"
                );
            }
            [[fallthrough]];
        default:
            break;
    }
    throw_ended(contender, ClientErrc::cancelled, "the acquisition was given up");
}

LockRules rules_of(const LockOptions& options) noexcept {
    LockRules rules;
    rules.ephemeral = options.is_ephemeral();
    rules.fail_when_exhausted = options.when_exhausted() == WhenExhausted::fail;
    rules.lost_when = options.lost_when();
    return rules;
}

/// Throws unless the node can be resumed.
void check_resumed(const Locking& locking, const std::string& name) {
    if (!locking.names().own_number(name) || name.find('/') != std::string::npos) {
        throw_error(Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            "resume",
            locking.path_of(name),
            "the name is not one of the nodes of this lock"
        ));
    }
}

}  // namespace

AsyncResult<LockHandle> acquire(
    std::shared_ptr<Locking> locking, CallOptions options, std::string resumed
) {
    const auto contender = locking->begin(rules_of(locking->options()), std::move(resumed));
    const CallLimits limits(contender->linked(options), *locking->handler(), CallKind::waits);
    auto running = run(contender, limits);
    const bool held = co_await direct(std::move(running));
    if (!held) {
        throw_not_held(*contender);
    }
    co_return LockHandles::make(contender);
}

AsyncResult<LockHandle> resume(
    std::shared_ptr<Locking> locking, CallOptions options, std::string name
) {
    check_resumed(*locking, name);
    auto acquired = acquire(locking, options, std::move(name));
    auto handle = co_await direct(std::move(acquired));
    co_return handle;
}

AsyncResult<std::optional<LockHandle>> try_acquire(
    std::shared_ptr<Locking> locking, CallOptions options
) {
    std::optional<LockHandle> handle;
    if (locking->is_exclusive() && locking->is_acquired()) {
        co_return handle;  // without asking the servers
    }
    auto rules = rules_of(locking->options());
    rules.waits = false;
    const auto contender = locking->begin(rules);
    const CallLimits limits(
        contender->linked(options), *locking->handler(), CallKind::does_not_wait
    );
    auto running = run(contender, limits);
    const bool held = co_await direct(std::move(running));
    if (held) {
        handle.emplace(LockHandles::make(contender));
    } else if (contender->state() != LockState::refused) {
        throw_not_held(*contender);
    }
    co_return handle;
}

}  // namespace kazoo::detail::recipe
