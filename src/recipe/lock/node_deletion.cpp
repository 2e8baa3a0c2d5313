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
    return node.session != 0 &&
           (error.code() == Condition::session_lost || locking.present_session() != node.session);
}

/// Returns whether another try may succeed.
bool passes(const Error& error) noexcept {
    return error.code() == Condition::retryable || error.code() == Errc::session_expired ||
           error.code() == ClientErrc::out_of_memory || error.code() == ClientErrc::cancelled ||
           (error.outcome() == Outcome::unknown && error.code() != Condition::session_lost);
}

void log_not_deleted(const Locking& locking, const OwnNode& node, const Error& error) noexcept {
    const auto& client = locking.client();
    try {
        const auto text = "the node " + node.name + " was not deleted: " + error.message();
        client.log(LogLevel::error, locking.path(), text);
    } catch (const std::bad_alloc&) {
        client.log(LogLevel::error, locking.path(), "a node was not deleted");
    }
}

void note(
    const Locking& locking, const OwnNode& node, NodeDeletion* deletion, std::optional<Error> failed
) noexcept {
    if (deletion != nullptr) {
        deletion->failed = std::move(failed);
        deletion->ended.set();
    } else if (failed) {
        log_not_deleted(locking, node, *failed);
    }
}

/// One coroutine, so that nothing but its frame is needed before the first request.
AsyncResult<void> delete_node(
    std::shared_ptr<Locking> locking, NodePtr node, std::shared_ptr<NodeDeletion> deletion
) {
    const auto section = co_await this_coro::uncancellable;
    std::optional<Error> failed;
    Pauses pauses;
    TriesWithoutMemory without_memory;
    for (int tries = 0;; ++tries) {
        try {
            auto sent = send(*locking, *node, tries == 0);
            co_await direct(std::move(sent));
            failed.reset();
        } catch (const NoNodeError&) {
            failed.reset();
        } catch (...) {
            failed = error_from(std::current_exception());
        }
        if (failed && ends_with_session(*locking, *node, *failed)) {
            failed.reset();
        }
        if (!failed || !passes(*failed)) {
            break;
        }
        if (tries == 0) {
            continue;
        }
        try {
            auto pause = sleep_async(locking->handler(), pauses.next());
            co_await direct(std::move(pause));
            without_memory.reset();
        } catch (...) {
            // Any other error means that the loop is being destroyed.
            if (!without_memory.allows_another(std::current_exception())) {
                break;
            }
        }
    }
    note(*locking, *node, deletion.get(), std::move(failed));
}

}  // namespace

void delete_in_background(
    const std::shared_ptr<Locking>& locking, NodePtr node, std::shared_ptr<NodeDeletion> deletion
) noexcept {
    if (!begin_in_background([&] { static_cast<void>(delete_node(locking, node, deletion)); })) {
        note(*locking, *node, deletion.get(), Error(ClientErrc::out_of_memory));
    }
}

}  // namespace kazoo::detail::recipe
