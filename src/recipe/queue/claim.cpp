// SPDX-License-Identifier: Apache-2.0
#include "recipe/queue/claim.hpp"

#include "recipe/pauses.hpp"
#include "recipe/queue/queue_calls.hpp"
#include "recipe/repeated.hpp"

#include <kazoo/detail/reserved_call.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/this_coro.hpp>

#include <exception>
#include <new>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

using Claim = std::optional<ZnodeStat>;

/// How a try to create a claim has ended.
enum class Claiming { done, taken, no_parent, again, unknown };

Claiming after_claim(const Error& error) {
    if (error.code() == Errc::node_exists) {
        return Claiming::taken;
    }
    if (error.code() == Errc::no_node) {
        return Claiming::no_parent;
    }
    switch (after_error(error)) {
        case AfterError::again:
            return Claiming::again;
        case AfterError::look:
            return Claiming::unknown;
        case AfterError::fail:
            break;
    }
    throw_error(error);
}

/// Reads a claim. Returns its stat; nothing if it does not exist, or is another's.
AsyncResult<Claim> find_claim(
    std::shared_ptr<LockingQueueState> queue, std::string path, CallLimits limits
) {
    try {
        const auto read = [path, limits](KazooClient& zk) {
            return zk.get_async(path, limits.step());
        };
        auto reading = repeated<NodeData>(queue->client, limits, read);
        const NodeData node = co_await direct(std::move(reading));
        if (queue->is_own(node)) {
            co_return node.stat;
        }
    } catch (const NoNodeError&) {
    }
    co_return std::nullopt;
}

/// Reports a claim that was not deleted, unless its session has ended: then the servers delete it.
void log_cleanup(const QueueState& queue, const std::string& path, const Error& error) noexcept {
    try {
        if (error.code() != Condition::session_lost && error.code() != Errc::connection_loss) {
            queue.client.log(LogLevel::warning, path, error.message());
        }
    } catch (const std::exception&) {
        // No memory for the line.
    }
}

/// Deletes a claim, without limits. Logs a failure.
AsyncResult<void> delete_claim(
    std::shared_ptr<LockingQueueState> queue, std::string name, std::int64_t token
) {
    std::string path;
    Error failed(ClientErrc::out_of_memory);
    for (int tries = 0; tries < most_without_memory && failed.code() == ClientErrc::out_of_memory;
         ++tries) {
        try {
            path = queue->claim(name);
            auto deleting = queue->client.call([&](KazooClient& zk) {
                const auto options = CallOptions().timeout(Duration::max());
                return zk.delete_guaranteed_async(path, token, detail::ReservedCall::mark(options));
            });
            co_await direct(std::move(deleting));
            co_return;
        } catch (...) {
            failed = error_from(std::current_exception());
        }
    }
    log_cleanup(*queue, path, failed);
}

/// Deletes a claim that may exist, without limits.
AsyncResult<void> clean_up(std::shared_ptr<LockingQueueState> queue, std::string name) {
    std::string path;
    Error failed(ClientErrc::out_of_memory);
    for (int tries = 0; tries < most_without_memory && failed.code() == ClientErrc::out_of_memory;
         ++tries) {
        try {
            path = queue->claim(name);
            const auto limits =
                queue->limits(CallOptions().timeout(Duration::max()), CallKind::waits);
            auto finding = find_claim(queue, path, limits);
            const Claim claim = co_await direct(std::move(finding));
            if (claim) {
                HeldItem item;
                item.name = std::move(name);
                item.token = claim->czxid;
                drop_claim(queue, item);
            }
            co_return;
        } catch (...) {
            failed = error_from(std::current_exception());
        }
    }
    log_cleanup(*queue, path, failed);
}

/// Creates a claim once. The caller cannot cancel this, so that it learns whether there is one.
/// `uncertain` says afterwards, also if this fails, whether there may be one that is not known.
AsyncResult<Claiming> create_claim(
    std::shared_ptr<LockingQueueState> queue,
    std::string path,
    std::shared_ptr<Claim> claim,
    std::shared_ptr<bool> uncertain
) {
    const auto section = co_await this_coro::uncancellable;
    auto claiming = Claiming::done;
    *uncertain = true;
    try {
        auto creating = queue->client.call([&](KazooClient& zk) {
            return zk.create_with_stat_async(
                path, queue->id, CreateOptions().ephemeral(), undisturbed()
            );
        });
        co_await until_ready(creating);
        *claim = value_in(creating).stat;
        *uncertain = false;
    } catch (const KazooException& error) {
        *uncertain = error.outcome() == Outcome::unknown;
        claiming = after_claim(error.error());
    }
    co_return claiming;
}

/// Creates a claim, or finds the one of a create without a reply. `uncertain` says, also after a
/// failure, whether there may be a claim that was not returned.
AsyncResult<Claim> make_claim(
    std::shared_ptr<LockingQueueState> queue,
    std::string path,
    CallLimits limits,
    std::shared_ptr<bool> uncertain
) {
    Pauses pauses;
    for (;;) {
        const auto claim = std::make_shared<Claim>();
        auto creating = create_claim(queue, path, claim, uncertain);
        const auto claiming = co_await direct(std::move(creating));
        if (claiming == Claiming::done || claiming == Claiming::taken) {
            co_return *claim;
        }
        if (claiming == Claiming::no_parent) {
            const auto made = ensure_node(queue->client, queue->taken, limits);
            co_await direct(made);
            continue;
        }
        const auto pause = pause_within(queue->handler(), pauses.next(), limits);
        co_await direct(pause);
        // Also where nothing is to be found: the next create has no limits, and must not be sent
        // before there is a connection.
        auto finding = find_claim(queue, path, limits);
        const Claim found = co_await direct(std::move(finding));
        *uncertain = false;
        if (found) {
            co_return found;
        }
    }
}

/// Drops a claim unless it is kept, however its coroutine ends.
class ClaimGuard {
public:
    ClaimGuard(std::shared_ptr<LockingQueueState> queue, HeldItem claim)
        : item(std::move(claim)), queue_(std::move(queue)) {}
    ClaimGuard(const ClaimGuard&) = delete;
    ClaimGuard& operator=(const ClaimGuard&) = delete;
    ~ClaimGuard() {
        if (!kept_) {
            drop_claim(queue_, item);
        }
    }
    HeldItem keep() noexcept {
        kept_ = true;
        return std::move(item);
    }

    HeldItem item;

private:
    const std::shared_ptr<LockingQueueState> queue_;
    bool kept_ = false;
};

/// If the object was destroyed before the item was noted, nothing else releases it.
void drop_if_closed(const std::shared_ptr<LockingQueueState>& queue) noexcept {
    if (queue->closed()) {
        if (const auto held = queue->take_held()) {
            drop_claim(queue, *held);
        }
    }
}

}  // namespace

void drop_claim(const std::shared_ptr<LockingQueueState>& queue, const HeldItem& item) noexcept {
    begin_in_background([&] { static_cast<void>(delete_claim(queue, item.name, item.token)); });
}

AsyncResult<bool> claim_entry(
    std::shared_ptr<LockingQueueState> queue, std::string name, CallLimits limits
) {
    const auto uncertain = std::make_shared<bool>(false);
    Claim claim;
    try {
        auto making = make_claim(queue, queue->claim(name), limits, uncertain);
        claim = co_await direct(std::move(making));
    } catch (...) {
        if (*uncertain) {
            begin_in_background([&] { static_cast<void>(clean_up(queue, name)); });
        }
        throw;
    }
    if (!claim) {
        co_return false;
    }
    HeldItem item;
    item.name = std::move(name);
    item.session = claim->ephemeral_owner;
    item.token = claim->czxid;
    ClaimGuard guard(queue, std::move(item));
    const auto read = [path = queue->entry(guard.item.name), limits](KazooClient& zk) {
        return zk.get_async(path, limits.step());
    };
    try {
        auto reading = repeated<NodeData>(queue->client, limits, read);
        NodeData node = co_await direct(std::move(reading));
        guard.item.data = std::move(node.data);
    } catch (const NoNodeError&) {
        co_return false;
    }
    queue->throw_if_closed();
    queue->hold(guard.keep());
    drop_if_closed(queue);
    co_return true;
}

}  // namespace kazoo::detail::recipe
