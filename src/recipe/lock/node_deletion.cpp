// SPDX-License-Identifier: Apache-2.0
#include "recipe/lock/node_deletion.hpp"

#include "recipe/pauses.hpp"

#include <kazoo/detail/reserved_call.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/sleep.hpp>
#include <kazoo/this_coro.hpp>

#include <exception>
#include <new>
#include <optional>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

/// Sends the deletion. The first try is a plain delete: the name is used once, so that it cannot
/// meet a node of others. Later ones are bound to the czxid, if it is known, and continue in the
/// client by themselves.
AsyncResult<void> send(const Locking& locking, const OwnNode& node, bool first) {
    return locking.client().call([&](KazooClient& client) {
        const auto options = ReservedCall::mark(CallOptions().timeout(Duration::max()));
        const auto path = locking.path_of(node.name);
        return first || node.czxid == 0 ? client.delete_async(path, -1, options)
                                        : client.delete_guaranteed_async(path, node.czxid, options);
    });
}

/// Returns whether the node ends without being deleted. `error`: of the last try.
bool ends_with_session(const Locking& locking, const OwnNode& node, const Error& error) noexcept {
    return node.session != 0 && (error.code() == Condition::session_lost ||
                                 locking.present_session(node.session) != node.session);
}

/// Returns whether another try may succeed.
bool passes(const Error& error) noexcept {
    return error.code() == Condition::retryable || error.code() == Errc::session_expired ||
           error.code() == ClientErrc::out_of_memory || error.code() == ClientErrc::cancelled ||
           (error.outcome() == Outcome::unknown && error.code() != Condition::session_lost);
}

AsyncResult<void> delete_and_log(std::shared_ptr<Locking> locking, NodePtr node) {
    std::optional<Error> failed;
    try {
        const auto deletion = delete_node(locking, node);
        co_await direct(deletion);
    } catch (...) {
        failed = error_from(std::current_exception());
    }
    if (failed) {
        locking->client().log(
            LogLevel::error,
            locking->path(),
            "the node " + node->name + " was not deleted: " + failed->message()
        );
    }
}

}  // namespace

AsyncResult<void> delete_node(std::shared_ptr<Locking> locking, NodePtr node) {
    const auto section = co_await this_coro::uncancellable;
    Pauses pauses;
    for (bool first = true;; first = false) {
        Error failed;
        try {
            const auto sent = send(*locking, *node, first);
            co_await direct(sent);
            co_return;
        } catch (const NoNodeError&) {
            co_return;
        } catch (...) {
            failed = error_from(std::current_exception());
        }
        if (ends_with_session(*locking, *node, failed)) {
            co_return;
        }
        if (!passes(failed)) {
            throw_error(failed);
        }
        if (!first) {
            const auto pause = sleep_async(locking->handler(), pauses.next());
            co_await direct(pause);
        }
    }
}

void delete_in_background(const std::shared_ptr<Locking>& locking, NodePtr node) noexcept {
    try {
        static_cast<void>(delete_and_log(locking, std::move(node)));
    } catch (const std::bad_alloc&) {
        locking->client().log(
            LogLevel::error, locking->path(), "no memory to delete a node, which may still exist"
        );
    }
}

}  // namespace kazoo::detail::recipe
