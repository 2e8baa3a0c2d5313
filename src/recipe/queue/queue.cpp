// SPDX-License-Identifier: Apache-2.0
#include "recipe/queue/entries.hpp"
#include "recipe/queue/queue_calls.hpp"
#include "recipe/repeated.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/queue.hpp>
#include <kazoo/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace kazoo {
namespace {

using namespace detail::recipe;

using Names = std::vector<std::string>;
using Item = std::optional<std::string>;
enum class WhenEmpty { wait, give_up };

/// Lists the entries in their order, without those that other calls of this object have reserved.
/// Waits until there are some.
AsyncResult<Names> next_entries(
    std::shared_ptr<QueueState> queue, WhenEmpty empty, CallLimits limits
) {
    for (;;) {
        if (empty == WhenEmpty::wait) {
            queue->changed.clear();  // before the list is read: what changes later sets it again
        }
        auto listing = list_node(queue, queue->entries, empty == WhenEmpty::wait, limits);
        Names names = co_await direct(std::move(listing));
        names = ordered_entries(std::move(names));
        const auto reserved = [&](const std::string& name) { return queue->is_reserved(name); };
        names.erase(std::remove_if(names.begin(), names.end(), reserved), names.end());
        if (!names.empty() || empty == WhenEmpty::give_up) {
            co_return names;
        }
        const auto changed = until_changed(queue, limits);
        co_await direct(changed);
    }
}

/// The same, when it is the turn of this call.
AsyncResult<Names> next_entries_in_turn(std::shared_ptr<QueueState> queue, CallLimits limits) {
    const Turn turn(queue->turns);
    const auto begins = until_turn(queue, turn.begins(), limits);
    co_await direct(begins);
    auto listing = next_entries(queue, WhenEmpty::wait, limits);
    Names names = co_await direct(std::move(listing));
    co_return names;
}

/// `gone`: the entry does not exist any more.
[[noreturn]] void throw_perhaps_lost(const Error& error, const std::string& path, bool gone) {
    const auto* const detail =
        gone ? "the entry is gone: its deletion by this call, which had no reply, was applied and "
               "the item is lost, or another client has taken it"
             : "its deletion by this call had no reply: the item is lost if it was applied";
    throw_error(Error(error.code(), Outcome::unknown, "get", path, detail));
}

/// How the deletion of an entry has ended.
enum class Deletion { done, not_there, again, unknown };

Deletion deletion_after(const Error& error) {
    if (error.code() == Errc::no_node || error.code() == Errc::bad_version) {
        return Deletion::not_there;
    }
    switch (after_error(error)) {
        case AfterError::again:
            return Deletion::again;
        case AfterError::look:
            return Deletion::unknown;
        case AfterError::fail:
            break;
    }
    throw_error(error);
}

using Doubt = std::optional<Error>;  // the error of a deletion that may have been applied

/// Deletes an entry. The caller cannot cancel this: a deletion that is abandoned would lose the
/// item.
AsyncResult<Deletion> delete_entry(
    std::shared_ptr<QueueState> queue,
    std::string path,
    std::int32_t version,
    std::shared_ptr<Doubt> doubt
) {
    const auto section = co_await this_coro::uncancellable;
    auto deletion = Deletion::done;
    try {
        const auto deleting = queue->client.call([&](KazooClient& zk) {
            return zk.delete_async(path, version, undisturbed());
        });
        co_await direct(deleting);
    } catch (const KazooException& error) {
        deletion = deletion_after(error.error());
        if (deletion == Deletion::unknown) {
            *doubt = error_from(std::current_exception());
        }
    }
    co_return deletion;
}

/// Takes one entry. Returns its data; nothing if it does not exist any more.
AsyncResult<Item> try_take(
    std::shared_ptr<QueueState> queue,
    std::string path,
    CallLimits limits,
    std::shared_ptr<Doubt> doubt
) {
    Pauses pauses;
    const auto read = [path, limits](KazooClient& zk) { return zk.get_async(path, limits.step()); };
    for (;;) {
        auto reading = repeated<NodeData>(queue->client, limits, read);
        NodeData node = co_await direct(std::move(reading));
        auto deleting = delete_entry(queue, path, node.stat.version, doubt);
        const auto deletion = co_await direct(std::move(deleting));
        if (deletion == Deletion::done) {
            co_return std::move(node.data);
        }
        if (deletion == Deletion::not_there && !*doubt) {
            co_return std::nullopt;
        }
        if (deletion != Deletion::not_there) {
            const auto pause = pause_within(queue->handler(), pauses.next(), limits);
            co_await direct(pause);
        }
    }
}

/// The same; says so if the item may be lost.
AsyncResult<Item> take(std::shared_ptr<QueueState> queue, std::string path, CallLimits limits) {
    const auto doubt = std::make_shared<Doubt>();
    try {
        auto taking = try_take(queue, path, limits, doubt);
        Item item = co_await direct(std::move(taking));
        co_return item;
    } catch (const NoNodeError&) {
        if (*doubt) {
            throw_perhaps_lost(**doubt, path, true);
        }
    } catch (const KazooException& error) {
        if (*doubt) {
            throw_perhaps_lost(error.error(), path, false);
        }
        throw;
    }
    co_return std::nullopt;
}

/// Takes the first entry that this call can get.
AsyncResult<Item> take_first(
    std::shared_ptr<QueueState> queue, WhenEmpty empty, CallLimits limits
) {
    for (;;) {
        auto listing = empty == WhenEmpty::wait ? next_entries_in_turn(queue, limits)
                                                : next_entries(queue, empty, limits);
        const Names names = co_await direct(std::move(listing));
        if (names.empty()) {
            co_return std::nullopt;
        }
        for (const auto& name : names) {
            Reservation reservation(queue, name);
            if (!reservation) {
                continue;
            }
            auto taking = take(queue, queue->entry(name), limits);
            Item item = co_await direct(std::move(taking));
            if (item) {
                reservation.taken();
                co_return item;
            }
        }
    }
}

AsyncResult<std::string> get_item(std::shared_ptr<QueueState> queue, CallLimits limits) {
    auto taking = take_first(queue, WhenEmpty::wait, limits);
    Item item = co_await direct(std::move(taking));
    co_return std::move(item).value();
}

AsyncResult<std::string> put_one(
    std::shared_ptr<QueueState> queue, const DataView& data, int priority, CallLimits limits
) {
    auto putting = put_item(queue, ItemData(*queue, data), priority, limits);
    std::string name = co_await direct(std::move(putting));
    co_return name;
}

}  // namespace

Queue::Queue(KazooClient& client, PathView path)
    : state_(std::make_shared<QueueState>(client, "Queue", path, std::string_view())) {}

Queue& Queue::operator=(Queue&& other) noexcept {
    if (this != &other) {
        if (state_) {
            state_->close();
        }
        state_ = std::move(other.state_);
    }
    return *this;
}

Queue::~Queue() {
    if (state_) {
        state_->close();
    }
}

AsyncResult<std::string> Queue::put_async(
    const DataView& data, int priority, const CallOptions& options
) {
    return put_one(state_, data, priority, state_->limits(options, CallKind::does_not_wait));
}

std::string Queue::put(const DataView& data, int priority, const CallOptions& options) {
    check_may_block(state_->client);
    return put_async(data, priority, options).get();
}

AsyncResult<Names> Queue::put_all_async(
    const Names& items, int priority, const CallOptions& options
) {
    return put_items(state_, items, priority, state_->limits(options, CallKind::does_not_wait));
}

Names Queue::put_all(const Names& items, int priority, const CallOptions& options) {
    check_may_block(state_->client);
    return put_all_async(items, priority, options).get();
}

AsyncResult<std::string> Queue::get_async(const CallOptions& options) {
    return get_item(state_, state_->limits(options, CallKind::waits));
}

std::string Queue::get(const CallOptions& options) {
    check_may_block(state_->client);
    return get_async(options).get();
}

AsyncResult<Item> Queue::try_get_async(const CallOptions& options) {
    return take_first(state_, WhenEmpty::give_up, state_->limits(options, CallKind::does_not_wait));
}

Item Queue::try_get(const CallOptions& options) {
    check_may_block(state_->client);
    return try_get_async(options).get();
}

AsyncResult<std::int32_t> Queue::size_async(const CallOptions& options) {
    return count_items(state_, state_->limits(options, CallKind::does_not_wait));
}

std::int32_t Queue::size(const CallOptions& options) {
    check_may_block(state_->client);
    return size_async(options).get();
}

}  // namespace kazoo
