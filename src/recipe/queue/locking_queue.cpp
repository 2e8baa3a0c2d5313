// SPDX-License-Identifier: Apache-2.0
#include "recipe/pauses.hpp"
#include "recipe/queue/claim.hpp"
#include "recipe/queue/entries.hpp"
#include "recipe/queue/locking_queue_state.hpp"
#include "recipe/queue/queue_calls.hpp"
#include "recipe/repeated.hpp"

#include <kazoo/detail/reserved_call.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/locking_queue.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace kazoo {
namespace {

using namespace detail::recipe;

using Names = std::vector<std::string>;
using Item = std::optional<std::string>;
using State = std::shared_ptr<LockingQueueState>;
enum class IfEmpty { wait, give_up };

/// Lists the entries without a claim, in their order. With watches of both lists if the caller
/// waits for entries.
AsyncResult<Names> free_entries(State queue, IfEmpty empty, CallLimits limits) {
    const bool watched = empty == IfEmpty::wait;
    auto entries = list_node(queue, queue->entries, watched, limits);
    auto taken = list_node(queue, queue->taken, watched, limits);
    Names claims = co_await direct(std::move(taken));
    std::sort(claims.begin(), claims.end());
    Names names = co_await direct(std::move(entries));
    names = ordered_entries(std::move(names));
    const auto is_taken = [&](const std::string& name) {
        return std::binary_search(claims.begin(), claims.end(), name);
    };
    names.erase(std::remove_if(names.begin(), names.end(), is_taken), names.end());
    co_return names;
}

/// Locks the first entry that is free, in the turn of the caller.
AsyncResult<Item> lock_first(State queue, IfEmpty empty, CallLimits limits) {
    for (;;) {
        queue->throw_if_closed();
        if (auto held = queue->held()) {
            co_return std::move(held->data);
        }
        queue->changed.clear();  // before the lists are read: what changes later sets it again
        auto listing = free_entries(queue, empty, limits);
        const Names names = co_await direct(std::move(listing));
        bool locked = false;
        for (const auto& name : names) {
            auto claiming = claim_entry(queue, name, limits);
            locked = co_await direct(std::move(claiming));
            if (locked) {
                break;
            }
        }
        if (locked) {
            continue;  // the caller gets a copy, for which there may be no memory
        }
        if (empty == IfEmpty::give_up) {
            co_return std::nullopt;
        }
        // If others were faster, the lists have changed already.
        const auto changed = until_changed(queue, limits);
        co_await direct(changed);
    }
}

AsyncResult<std::string> get_item(State queue, CallLimits limits) {
    const Turn turn(queue->turns);
    const auto begins = until_turn(queue, turn.begins(), limits);
    co_await direct(begins);
    auto locking = lock_first(queue, IfEmpty::wait, limits);
    Item item = co_await direct(std::move(locking));
    co_return std::move(item).value();
}

AsyncResult<Item> try_get_item(State queue, CallLimits limits) {
    const Turn turn(queue->turns);
    if (!turn.begins().is_set()) {
        co_return std::nullopt;
    }
    auto locking = lock_first(queue, IfEmpty::give_up, limits);
    Item item = co_await direct(std::move(locking));
    co_return item;
}

AsyncResult<std::string> put_one(
    State queue, const DataView& data, int priority, CallLimits limits
) {
    auto putting = put_item(queue, ItemData(*queue, data), priority, limits);
    std::string name = co_await direct(std::move(putting));
    co_return name;
}

/// Returns whether the claim of an item still is that of this object.
AsyncResult<bool> still_claimed(State queue, HeldItem item, CallLimits limits) {
    const auto read = [path = queue->claim(item.name), limits](KazooClient& zk) {
        return zk.get_async(path, limits.step());
    };
    try {
        auto reading = repeated<NodeData>(queue->client, limits, read);
        const NodeData claim = co_await direct(std::move(reading));
        co_return queue->is_own(claim) && claim.stat.czxid == item.token;
    } catch (const NoNodeError&) {
    }
    co_return false;
}

AsyncResult<bool> is_held(State queue, CallLimits limits) {
    const auto held = queue->held();
    if (!held) {
        co_return false;
    }
    const auto sync = [path = queue->taken, limits](KazooClient& zk) {
        return zk.sync_async(path, limits.step());
    };
    const auto synced = repeated<std::string>(queue->client, limits, sync);
    co_await direct(synced);
    auto asking = still_claimed(queue, *held, limits);
    const bool claimed = co_await direct(std::move(asking));
    co_return claimed;
}

/// How a try to consume an item has ended.
enum class Consuming { done, lost, no_entry, again };

Consuming after_consume(const Error& error) {
    if (const auto* const failure = error.transaction()) {
        if (failure->reason().code() == Errc::no_node) {
            return failure->index() == 1 ? Consuming::no_entry : Consuming::lost;
        }
    }
    if (after_error(error) == AfterError::fail) {
        throw_error(error);
    }
    return Consuming::again;
}

/// Deletes the entry and the claim in one transaction, which fails if the claim is gone.
/// `doubtful`: is set if it may have been applied although it has failed.
AsyncResult<Consuming> delete_both(
    State queue, HeldItem item, CallLimits limits, std::shared_ptr<bool> doubtful
) {
    const auto claim = queue->claim(item.name);
    const auto committing = queue->client.call([&](KazooClient& zk) {
        return zk.transaction()
            .check(claim, -1)
            .delete_(queue->entry(item.name))
            .delete_(claim)
            .commit_async(limits.step());
    });
    auto consuming = Consuming::done;
    try {
        co_await until_ready(committing);
        static_cast<void>(value_in(committing));
    } catch (...) {
        const auto error = error_from(std::current_exception());
        if (error.outcome() == Outcome::unknown) {
            queue->set_doubtful(item.token);
            *doubtful = true;
        }
        consuming = after_consume(error);
    }
    co_return consuming;
}

AsyncResult<bool> exists_entry(State queue, std::string name, CallLimits limits) {
    using Found = std::optional<ZnodeStat>;
    const auto look = [path = queue->entry(name), limits](KazooClient& zk) {
        return zk.exists_async(path, limits.step());
    };
    auto looking = repeated<Found>(queue->client, limits, look);
    const Found found = co_await direct(std::move(looking));
    co_return found.has_value();
}

[[noreturn]] void throw_doubt(const State& queue, const HeldItem& item) {
    throw_error(Error(
        Errc::session_expired,
        Outcome::unknown,
        "consume",
        queue->entry(item.name),
        "the entry is gone, and the session of its lock has ended: the item was consumed by this "
        "object, whose transaction had no reply, or by another consumer since"
    ));
}

/// Returns whether the item was deleted, after a transaction without a reply; the claim is gone.
/// Throws if the claim may have ended with its session before that: then another consumer may have
/// deleted the item.
AsyncResult<bool> was_consumed(State queue, HeldItem item, CallLimits limits) {
    auto looking = exists_entry(queue, item.name, limits);
    const bool exists = co_await direct(std::move(looking));
    if (!exists && !queue->holds(item.token)) {
        throw_doubt(queue, item);
    }
    co_return !exists;
}

/// `doubtful`: is set if a transaction without a reply may have deleted the item.
AsyncResult<bool> try_to_consume(
    State queue, HeldItem item, CallLimits limits, std::shared_ptr<bool> doubtful
) {
    Pauses pauses;
    for (;;) {
        auto consuming = Consuming::lost;
        if (queue->holds(item.token)) {
            // The transaction would also accept the claim that another consumer has made since.
            auto asking = still_claimed(queue, item, limits);
            const bool claimed = co_await direct(std::move(asking));
            if (claimed) {
                auto deleting = delete_both(queue, item, limits, doubtful);
                consuming = co_await direct(std::move(deleting));
            }
        }
        if (consuming == Consuming::again) {
            const auto pause = pause_within(queue->handler(), pauses.next(), limits);
            co_await direct(pause);
            continue;
        }
        bool consumed = consuming == Consuming::done;
        if (consuming == Consuming::no_entry) {
            drop_claim(queue, item);
        } else if (consuming == Consuming::lost && *doubtful) {
            auto looking = was_consumed(queue, item, limits);
            consumed = co_await direct(std::move(looking));
        }
        queue->forget(item.token);
        co_return consumed;
    }
}

AsyncResult<bool> consume_held(State queue, CallLimits limits) {
    const auto held = queue->held_or_doubtful();
    if (!held) {
        co_return false;
    }
    const auto doubtful = std::make_shared<bool>(held->doubtful);
    try {
        auto consuming = try_to_consume(queue, *held, limits, doubtful);
        const bool consumed = co_await direct(std::move(consuming));
        co_return consumed;
    } catch (const KazooException& error) {
        if (!*doubtful) {
            throw;
        }
        const auto& failure = error.error();
        throw_error(Error(
            failure.code(), Outcome::unknown, "consume", queue->entry(held->name), failure.detail()
        ));
    }
}

/// `held` is not held any more: it was taken before the first request is sent.
AsyncResult<bool> release_item(State queue, HeldItem held, CallLimits limits) {
    const auto claim = queue->claim(held.name);
    auto asking = still_claimed(queue, held, limits);
    const auto deleting = queue->client.call([&](KazooClient& zk) {
        return zk.delete_guaranteed_async(
            claim, held.token, detail::ReservedCall::mark(limits.step())
        );
    });
    co_await direct(deleting);
    const bool claimed = co_await direct(std::move(asking));
    co_return claimed;
}

AsyncResult<bool> release_held(State queue, CallLimits limits) {
    const auto held = queue->held();
    const auto taken = queue->take_held();
    if (!held || !taken) {
        co_return false;
    }
    std::exception_ptr failure;
    try {
        auto releasing = release_item(queue, *held, limits);
        const bool released = co_await direct(std::move(releasing));
        co_return released;
    } catch (...) {
        failure = std::current_exception();
    }
    if (is_out_of_memory(failure)) {  // perhaps before the deletion began
        drop_claim(queue, *taken);
    }
    std::rethrow_exception(failure);
}

void end(const State& queue) noexcept {
    if (!queue) {
        return;
    }
    queue->close();
    if (const auto held = queue->take_held()) {
        drop_claim(queue, *held);
    }
}

}  // namespace

LockingQueue::LockingQueue(KazooClient& client, PathView path)
    : state_(std::make_shared<LockingQueueState>(client, path)) {}

LockingQueue& LockingQueue::operator=(LockingQueue&& other) noexcept {
    if (this != &other) {
        end(state_);
        state_ = std::move(other.state_);
    }
    return *this;
}

LockingQueue::~LockingQueue() {
    end(state_);
}

AsyncResult<std::string> LockingQueue::put_async(
    const DataView& data, int priority, const CallOptions& options
) {
    return put_one(state_, data, priority, state_->limits(options, CallKind::does_not_wait));
}

std::string LockingQueue::put(const DataView& data, int priority, const CallOptions& options) {
    check_may_block(state_->client);
    return put_async(data, priority, options).get();
}

AsyncResult<Names> LockingQueue::put_all_async(
    const Names& items, int priority, const CallOptions& options
) {
    return put_items(state_, items, priority, state_->limits(options, CallKind::does_not_wait));
}

Names LockingQueue::put_all(const Names& items, int priority, const CallOptions& options) {
    check_may_block(state_->client);
    return put_all_async(items, priority, options).get();
}

AsyncResult<std::string> LockingQueue::get_async(const CallOptions& options) {
    return get_item(state_, state_->limits(options, CallKind::waits));
}

std::string LockingQueue::get(const CallOptions& options) {
    check_may_block(state_->client);
    return get_async(options).get();
}

AsyncResult<Item> LockingQueue::try_get_async(const CallOptions& options) {
    return try_get_item(state_, state_->limits(options, CallKind::does_not_wait));
}

Item LockingQueue::try_get(const CallOptions& options) {
    check_may_block(state_->client);
    return try_get_async(options).get();
}

AsyncResult<bool> LockingQueue::holds_lock_async(const CallOptions& options) {
    return is_held(state_, state_->limits(options, CallKind::does_not_wait));
}

bool LockingQueue::holds_lock(const CallOptions& options) {
    check_may_block(state_->client);
    return holds_lock_async(options).get();
}

AsyncResult<bool> LockingQueue::consume_async(const CallOptions& options) {
    return consume_held(state_, state_->limits(options, CallKind::does_not_wait));
}

bool LockingQueue::consume(const CallOptions& options) {
    check_may_block(state_->client);
    return consume_async(options).get();
}

AsyncResult<bool> LockingQueue::release_async(const CallOptions& options) {
    return release_held(state_, state_->limits(options, CallKind::does_not_wait));
}

bool LockingQueue::release(const CallOptions& options) {
    check_may_block(state_->client);
    return release_async(options).get();
}

std::optional<std::int64_t> LockingQueue::token() const {
    const auto held = state_->held();
    return held ? std::optional(held->token) : std::nullopt;
}

AsyncResult<std::int32_t> LockingQueue::size_async(const CallOptions& options) {
    return count_items(state_, state_->limits(options, CallKind::does_not_wait));
}

std::int32_t LockingQueue::size(const CallOptions& options) {
    check_may_block(state_->client);
    return size_async(options).get();
}

}  // namespace kazoo
