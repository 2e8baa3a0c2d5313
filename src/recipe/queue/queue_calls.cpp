// SPDX-License-Identifier: Apache-2.0
#include "recipe/queue/queue_calls.hpp"

#include "recipe/queue/entries.hpp"
#include "recipe/repeated.hpp"
#include "recipe/wait.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <utility>

namespace kazoo::detail::recipe {
namespace {

/// Returns whether a transaction has failed because of this error of one of its operations.
bool has_reason(const Error& error, Errc reason) noexcept {
    const auto* const failure = error.transaction();
    return failure != nullptr && failure->reason().code() == reason;
}

[[noreturn]] void throw_exhausted(const QueueState& queue) {
    throw_error(Error(
        ClientErrc::sequence_exhausted, Outcome::not_applied, queue.client.recipe(), queue.entries
    ));
}

void check_priority(const QueueState& queue, int priority) {
    if (priority < lowest_priority_value || priority > highest_priority_value) {
        throw_error(Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            queue.client.recipe(),
            queue.path,
            "the priority " + std::to_string(priority) + " is not between 0 and 999"
        ));
    }
}

/// What a failed put does next.
enum class PutAgain { make_parent, pause };

/// Returns what to do about the failure of a put; throws if the put has failed.
PutAgain after_put(const QueueState& queue, const Error& error) {
    if (error.code() == Errc::no_node || has_reason(error, Errc::no_node)) {
        return PutAgain::make_parent;
    }
    if (error.code() == Errc::node_exists || has_reason(error, Errc::node_exists)) {
        throw_exhausted(queue);  // the servers have given out the same number twice
    }
    if (after_error(error) != AfterError::again) {
        throw_error(error);
    }
    return PutAgain::pause;
}

/// Throws what until_changed and until_turn throw at their ends.
void check_wait(const QueueState& queue, bool in_time) {
    queue.throw_if_closed();
    if (!in_time) {
        throw_error(Error(
            Errc::operation_timeout,
            Outcome::not_applied,
            queue.client.recipe(),
            queue.path,
            "there was no item within the time limit"
        ));
    }
}

}  // namespace

ItemData::ItemData(const QueueState& queue, const DataView& data)
    : bytes_(data.bytes().value_or(std::string_view())), null_(!data.bytes()) {
    if (data.from_null_pointer()) {
        throw_error(Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            queue.client.recipe(),
            queue.path,
            "the data was made from a null pointer"
        ));
    }
}

AsyncResult<std::string> put_item(
    std::shared_ptr<QueueState> queue, ItemData data, int priority, CallLimits limits
) {
    check_priority(*queue, priority);
    const auto path = queue->entry(entry_prefix(priority));
    Pauses pauses;
    for (;;) {
        PutAgain again{};
        try {
            auto request = queue->client.call([&](KazooClient& zk) {
                return zk.create_async(
                    path, data.view(), CreateOptions().sequence(), limits.step()
                );
            });
            const std::string created = co_await direct(std::move(request));
            co_return std::string(node_name(created));
        } catch (const KazooException& error) {
            again = after_put(*queue, error.error());
        }
        if (again == PutAgain::make_parent) {
            const auto made = ensure_node(queue->client, queue->entries, limits);
            co_await direct(made);
        } else {
            const auto pause = pause_within(queue->handler(), pauses.next(), limits);
            co_await direct(pause);
        }
    }
}

AsyncResult<std::vector<std::string>> put_items(
    std::shared_ptr<QueueState> queue,
    std::vector<std::string> items,
    int priority,
    CallLimits limits
) {
    check_priority(*queue, priority);
    const auto path = queue->entry(entry_prefix(priority));
    Pauses pauses;
    for (;;) {
        PutAgain again{};
        try {
            auto request = queue->client.call([&](KazooClient& zk) {
                auto transaction = zk.transaction();
                for (const auto& item : items) {
                    transaction.create(path, item, CreateOptions().sequence());
                }
                return transaction.commit_async(limits.step());
            });
            const TransactionResults results = co_await direct(std::move(request));
            std::vector<std::string> names;
            for (const auto& result : results) {
                names.emplace_back(node_name(result.created_path()));
            }
            co_return names;
        } catch (const KazooException& error) {
            again = after_put(*queue, error.error());
        }
        if (again == PutAgain::make_parent) {
            const auto made = ensure_node(queue->client, queue->entries, limits);
            co_await direct(made);
        } else {
            const auto pause = pause_within(queue->handler(), pauses.next(), limits);
            co_await direct(pause);
        }
    }
}

AsyncResult<std::int32_t> count_items(std::shared_ptr<QueueState> queue, CallLimits limits) {
    using Found = std::optional<ZnodeStat>;
    const auto look = [queue, limits](KazooClient& zk) {
        return zk.exists_async(queue->entries, limits.step());
    };
    auto looking = repeated<Found>(queue->client, limits, look);
    const Found stat = co_await direct(std::move(looking));
    co_return stat ? stat->num_children : 0;
}

AsyncResult<void> ensure_node(RecipeClient client, std::string path, CallLimits limits) {
    Pauses pauses;
    for (;;) {
        try {
            const auto made = client.call([&](KazooClient& zk) {
                return zk.ensure_path_async(path, limits.step());
            });
            co_await direct(made);
            co_return;
        } catch (const KazooException& error) {
            if (after_error(error.error()) == AfterError::fail) {
                throw;
            }
        }
        const auto pause = pause_within(client.handler(), pauses.next(), limits);
        co_await direct(pause);
    }
}

AsyncResult<std::vector<std::string>> list_node(
    std::shared_ptr<QueueState> queue, std::string path, bool watched, CallLimits limits
) {
    using Names = std::vector<std::string>;
    const auto watch = watched ? queue->watcher : Watcher();
    const auto list = [path, watch, limits](KazooClient& zk) {
        return zk.get_children_async(path, watch, limits.step());
    };
    for (;;) {
        try {
            auto listing = repeated<Names>(queue->client, limits, list);
            Names names = co_await direct(std::move(listing));
            co_return names;
        } catch (const NoNodeError&) {
            if (!watched) {
                co_return Names();
            }
        }
        const auto made = ensure_node(queue->client, path, limits);
        co_await direct(made);
    }
}

AsyncResult<void> until_changed(std::shared_ptr<QueueState> queue, CallLimits limits) {
    queue->throw_if_closed();
    auto waiting = wait_for(queue->handler(), queue->changed, limits);
    const bool in_time = co_await direct(std::move(waiting));
    check_wait(*queue, in_time);
}

AsyncResult<void> until_turn(std::shared_ptr<QueueState> queue, Event begins, CallLimits limits) {
    auto waiting = wait_for(queue->handler(), std::move(begins), limits);
    const bool in_time = co_await direct(std::move(waiting));
    check_wait(*queue, in_time);
}

CallOptions undisturbed() {
    return CallOptions().timeout(Duration::max()).resend(Resend::nothing);
}

}  // namespace kazoo::detail::recipe
