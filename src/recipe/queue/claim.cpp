// SPDX-License-Identifier: Apache-2.0
#include "recipe/queue/claim.hpp"

#include "recipe/queue/queue_calls.hpp"
#include "recipe/repeated.hpp"

#include <kazoo/detail/reserved_call.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/this_coro.hpp>

#include <exception>
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
        const auto reading = repeated<NodeData>(queue->client, limits, read);
        const NodeData node = co_await direct(reading);
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
    const auto path = queue->claim(name);
    try {
        const auto deleting = queue->client.call([&](KazooClient& zk) {
            const auto options = CallOptions().timeout(Duration::max());
            return zk.delete_guaranteed_async(path, token, detail::ReservedCall::mark(options));
        });
        co_await direct(deleting);
    } catch (const KazooException& error) {
        log_cleanup(*queue, path, error.error());
    }
}

/// Deletes a claim that may exist, without limits.
AsyncResult<void> clean_up(std::shared_ptr<LockingQueueState> queue, std::string name) {
    const auto path = queue->claim(name);
    const auto limits = queue->limits(CallOptions().timeout(Duration::max()), CallKind::waits);
    try {
        const auto finding = find_claim(queue, path, limits);
        const Claim claim = co_await direct(finding);
        if (claim) {
            HeldItem item;
            item.name = name;
            item.token = claim->czxid;
            drop_claim(queue, item);
        }
    } catch (const KazooException& error) {
        log_cleanup(*queue, path, error.error());
    }
}

/// Creates a claim once. The caller cannot cancel this, so that it learns whether there is one.
AsyncResult<Claiming> create_claim(
    std::shared_ptr<LockingQueueState> queue, std::string path, std::shared_ptr<Claim> claim
) {
    const auto section = co_await this_coro::uncancellable;
    auto claiming = Claiming::done;
    try {
        const auto creating = queue->client.call([&](KazooClient& zk) {
            return zk.create_with_stat_async(
                path, queue->id, CreateOptions().ephemeral(), undisturbed()
            );
        });
        const CreatedNode created = co_await direct(creating);
        *claim = created.stat;
    } catch (const KazooException& error) {
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
        const auto creating = create_claim(queue, path, claim);
        const auto claiming = co_await direct(creating);
        *uncertain = claiming == Claiming::unknown;
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
        const auto finding = find_claim(queue, path, limits);
        const Claim found = co_await direct(finding);
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

}  // namespace

void drop_claim(const std::shared_ptr<LockingQueueState>& queue, const HeldItem& item) noexcept {
    try {
        static_cast<void>(delete_claim(queue, item.name, item.token));
    } catch (const std::exception&) {
        // There is no memory; the claim ends with the session.
    }
}

AsyncResult<std::optional<HeldItem>> claim_entry(
    std::shared_ptr<LockingQueueState> queue, std::string name, CallLimits limits
) {
    const auto uncertain = std::make_shared<bool>(false);
    Claim claim;
    try {
        const auto making = make_claim(queue, queue->claim(name), limits, uncertain);
        claim = co_await direct(making);
    } catch (...) {
        if (*uncertain) {
            static_cast<void>(clean_up(queue, name));
        }
        throw;
    }
    if (!claim) {
        co_return std::nullopt;
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
        co_return std::nullopt;
    }
    queue->throw_if_closed();
    co_return guard.keep();
}

}  // namespace kazoo::detail::recipe
