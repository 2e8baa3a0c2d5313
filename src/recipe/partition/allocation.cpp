// SPDX-License-Identifier: Apache-2.0
#include "recipe/partition/partitioning.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/lock.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <stop_token>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

using Shared = std::shared_ptr<Partitioning>;
using Names = std::vector<std::string>;

/// Acquisitions of one member at a time.
constexpr std::size_t parallel_acquisitions = 64;

/// Throws BadArgumentsError if the partition function has returned an item that does not exist.
void check(const Partitioning& partitioning, const PartitionTurn& turn, const Names& names) {
    for (const auto& name : names) {
        if (!turn.items.contains(name)) {
            throw_error(Error(
                Errc::bad_arguments,
                Outcome::not_applied,
                "SetPartitioner",
                partitioning.path(),
                "the partition function has returned '" + name + "', which is not in the set"
            ));
        }
    }
}

/// Calls the function of the user on its lane.
AsyncResult<Names> compute_items(Shared partitioning, PartitionTurn turn) {
    struct Call {
        Names names;
        std::exception_ptr failure;
    };
    const auto call = std::make_shared<Call>();
    auto done = std::make_unique<Event>(partitioning->handler());
    const auto waiting = done->wait_async();  // is cancelled if the function is not called
    partitioning->calls().post([call, partitioning, turn, done = std::move(done)] {
        try {
            call->names = partitioning->options().partition(
            )(partitioning->identifier(), turn.members, turn.items);
        } catch (...) {
            call->failure = std::current_exception();
        }
        done->set();
    });
    co_await direct(waiting);
    if (call->failure) {
        std::rethrow_exception(call->failure);
    }
    std::sort(call->names.begin(), call->names.end());
    const auto last = std::unique(call->names.begin(), call->names.end());
    call->names.erase(last, call->names.end());
    check(*partitioning, turn, call->names);
    co_return std::move(call->names);
}

/// Three times as long as members need to notice a change, and as long as they need to react.
Duration longest_wait(const SetPartitionerOptions& options) {
    constexpr int rounds = 3;
    TimePoint end{};
    for (int i = 0; i < rounds; ++i) {
        end = later(end, options.time_boundary());
    }
    end = later(end, options.max_reaction_time());
    return end == TimePoint::max() ? Duration::max() : end - TimePoint{};
}

Error delayed(const Partitioning& partitioning, const std::string& item, Duration time) {
    const auto seconds = std::chrono::duration_cast<std::chrono::milliseconds>(time);
    return Error(
        ClientErrc::lock_timeout,
        Outcome::not_applied,
        "SetPartitioner",
        partitioning.lock_path(item),
        "others have held this item for " + std::to_string(seconds.count()) +
            " ms, although the members are the same: they have another set or partition function, "
            "or have not released it; it is waited for"
    );
}

/// Acquires the lock of one item.
AsyncResult<void> acquire_item(Shared partitioning, std::stop_token over, std::string item) {
    const auto limit = longest_wait(partitioning->options());
    for (;;) {
        bool timed_out = false;
        try {
            auto acquiring = partitioning->client().call([&](KazooClient& zk) {
                const auto lock_options =
                    LockOptions().lost_when(partitioning->options().lost_when());
                Lock lock(zk, partitioning->lock_path(item), lock_options);
                return lock.acquire_async(CallOptions().timeout(limit).stop_token(over));
            });
            LockHandle acquired = co_await direct(std::move(acquiring));
            auto handle = std::make_shared<LockHandle>(std::move(acquired));
            const std::weak_ptr<Partitioning> weak = partitioning;
            partitioning->keep(std::make_shared<HeldItem>(item, std::move(handle), [weak] {
                if (const auto alive = weak.lock()) {
                    alive->tell([](PartitionPlan& plan) { plan.lock_lost(); });
                }
            }));
            co_return;
        } catch (const LockTimeoutError&) {
            timed_out = true;
        }
        if (timed_out) {
            partitioning->report(delayed(*partitioning, item, limit));
        }
    }
}

/// Acquires the locks of all items, some of them at a time.
AsyncResult<void> acquire_all(Shared partitioning, std::stop_token over, Names names) {
    std::stop_source stop;  // also when one of them fails
    const std::stop_callback on_over(std::move(over), std::function<void()>([stop]() mutable {
                                         stop.request_stop();
                                     }));
    std::deque<AsyncResult<void>> acquisitions;
    std::exception_ptr failure;
    std::size_t next = 0;
    while (next < names.size() || !acquisitions.empty()) {
        try {
            if (next < names.size() && acquisitions.size() < parallel_acquisitions) {
                acquisitions.push_back(acquire_item(partitioning, stop.get_token(), names[next]));
                ++next;
                continue;
            }
            const auto first = std::move(acquisitions.front());
            acquisitions.pop_front();
            co_await direct(first);
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure) {
            break;
        }
    }
    if (!failure) {
        co_return;
    }
    stop.request_stop();
    for (const auto& acquisition : acquisitions) {
        try {
            co_await direct(acquisition);
        } catch (...) {
            // The first failure is reported.
        }
    }
    std::rethrow_exception(failure);
}

}  // namespace

AsyncResult<void> allocate_items(Shared partitioning, PartitionTurn turn) {
    Names names;
    if (partitioning->options().partition()) {
        auto computing = compute_items(partitioning, turn);
        names = co_await direct(std::move(computing));
    } else {
        names = dealt_items(partitioning->identifier(), turn.members, turn.items);
    }
    std::exception_ptr failure;
    try {
        const auto acquiring = acquire_all(partitioning, turn.over, std::move(names));
        co_await direct(acquiring);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        const auto error = error_from(failure);
        const bool passes =
            error.code() == Condition::retryable || error.code() == ClientErrc::out_of_memory;
        if (passes || error.code() == Errc::session_expired) {
            // What was acquired is released, and the set divided again.
            partitioning->tell([](PartitionPlan& plan) { plan.lock_lost(); });
            co_return;
        }
        std::rethrow_exception(failure);
    }
    partitioning->tell([](PartitionPlan& plan) { plan.allocated(); });
}

}  // namespace kazoo::detail::recipe
