// SPDX-License-Identifier: Apache-2.0
// What calls wait for.
#include "recipe/party/kept_node.hpp"
#include "recipe/wait.hpp"

#include <kazoo/detail/retry_run.hpp>
#include <kazoo/exceptions.hpp>

#include <utility>

namespace kazoo::detail::recipe {
namespace {

/// Waits until `predicate(node)` is true, which may throw to end the wait. Throws `timeout` at the
/// deadline. `waiters`: those of the node.
template <class Predicate>
AsyncResult<void> wait_until(
    std::shared_ptr<KeptNode> node,
    Waiters& waiters,
    CallLimits limits,
    Predicate predicate,
    Error timeout
) {
    for (;;) {
        // Before the predicate is asked, so that no change after it is missed.
        const Waiters::Wait wait(waiters);
        if (predicate(*node)) {
            co_return;
        }
        auto waiting = wait_for(node->handler(), wait.notified(), limits);
        const bool in_time = co_await direct(std::move(waiting));
        if (!in_time && !predicate(*node)) {
            throw_error(timeout);
        }
    }
}

/// As wait_until(), and keeps the handler running: for the deadline, also without a started client.
template <class Predicate>
AsyncResult<void> until(
    const std::shared_ptr<KeptNode>& node,
    Waiters& waiters,
    const CallLimits& limits,
    Predicate predicate,
    const Error& timeout
) {
    HandlerUse running(node->handler());
    running.prepare();
    auto waiting = wait_until(node, waiters, limits, std::move(predicate), timeout);
    running.last_until(*state_of(waiting));
    return waiting;
}

}  // namespace

Error KeptNode::closed_error() const {
    return Error(
        ClientErrc::connection_closed,
        Outcome::not_applied,
        client_.recipe(),
        parameters_.path,
        "the client is not running, or was destroyed"
    );
}

Error KeptNode::end_error_locked() const {
    const auto error = [this](std::error_code code, const char* why) {
        return Error(code, Outcome::not_applied, client_.recipe(), parameters_.path, why);
    };
    switch (plan_.ended().value_or(KeepEnd::stopped)) {
        case KeepEnd::stopped:
            break;
        case KeepEnd::not_renewed:
            return error(Errc::session_expired, "the node was deleted, or its session has ended");
        case KeepEnd::client_ended:
            return closed_error();
        case KeepEnd::failed:
            if (failure_) {
                return *failure_;
            }
    }
    return error(ClientErrc::cancelled, "the node is kept no more");
}

void KeptNode::throw_if_ended(Patience patience) const {
    std::optional<Error> error;
    {
        const std::lock_guard lock(mutex_);
        if (plan_.ended() || plan_.stopping()) {
            error = end_error_locked();
        } else if (patience == Patience::with_error) {
            error = error_;
            if (plan_.client_stopped()) {
                error = closed_error();
            }
        }
    }
    if (error) {
        throw_error(*error);
    }
}

AsyncResult<std::string> KeptNode::until_present(
    std::shared_ptr<KeptNode> node, CallLimits limits, Patience patience
) {
    const Error timeout(
        Errc::operation_timeout,
        Outcome::unknown,
        node->client_.recipe(),
        node->parameters_.path,
        "the node was not created within the time limit"
    );
    const auto is_present = [patience](const KeptNode& kept) {
        if (kept.present()) {
            return true;
        }
        kept.throw_if_ended(patience);
        return false;
    };
    const auto waiting = until(node, node->waiters_, limits, is_present, timeout);
    co_await direct(waiting);
    const auto path = node->path();
    co_return path.value_or(node->parameters_.path);
}

AsyncResult<void> KeptNode::until_applied(
    std::shared_ptr<KeptNode> node, std::uint64_t generation, CallLimits limits
) {
    const Error timeout(
        Errc::operation_timeout,
        Outcome::unknown,
        node->client_.recipe(),
        node->parameters_.path,
        "the data were not set within the time limit, and will be later"
    );
    const auto is_applied = [generation](const KeptNode& kept) {
        {
            const std::lock_guard lock(kept.mutex_);
            if (kept.plan_.applied_data() >= generation) {
                return true;
            }
        }
        kept.throw_if_ended(Patience::with_node);
        return false;
    };
    const auto waiting = until(node, node->waiters_, limits, is_applied, timeout);
    co_await direct(waiting);
}

AsyncResult<void> KeptNode::until_ended(std::shared_ptr<KeptNode> node, CallLimits limits) {
    const Error timeout(
        Errc::operation_timeout,
        Outcome::unknown,
        node->client_.recipe(),
        node->parameters_.path,
        "the node was not deleted within the time limit, and will be later"
    );
    const auto has_ended = [](const KeptNode& kept) { return kept.ended().has_value(); };
    const auto waiting = until(node, node->waiters_, limits, has_ended, timeout);
    co_await direct(waiting);
}

AsyncResult<bool> KeptNode::until_removed(std::shared_ptr<KeptNode> node, CallLimits limits) {
    const auto ending = until_ended(node, limits);
    co_await direct(ending);
    std::optional<Error> failure;
    bool existed = false;
    {
        const std::lock_guard lock(node->mutex_);
        existed = node->existed_;
        if (node->plan_.ended() == KeepEnd::failed) {
            failure = node->failure_;
        }
    }
    if (failure) {
        throw_error(*failure);
    }
    co_return existed;
}

}  // namespace kazoo::detail::recipe
