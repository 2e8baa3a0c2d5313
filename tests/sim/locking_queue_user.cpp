// SPDX-License-Identifier: Apache-2.0
#include "locking_queue_user.hpp"

#include "naive_queue.hpp"
#include "programs.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/sleep.hpp>

#include <algorithm>
#include <utility>

namespace kazoo::sim {
namespace {

constexpr const char* queue_path = "/j";

}  // namespace

void LockingQueueUser::one() {
    auto& chance = client_.chance();
    if (renews() || !producer_) {
        producer_ = std::make_shared<LockingQueue>(client_.zk(), queue_path);
    }
    if (chance.one_in(calm_ ? 3 : 2)) {
        return let_run(put());
    }
    if (recipe_of(client_.defect()) == RecipeKind::locking_queues && chance.one_in(3)) {
        return let_run(steal());
    }
    constexpr std::size_t most = 3;
    if (consumers_ < most) {
        let_run(consume_items());
    }
}

AsyncResult<void> LockingQueueUser::put() {
    const Busy busy(under_way_);
    auto& chance = client_.chance();
    const auto attempt = arrange();
    std::vector<std::string> items{check_.items().new_item()};
    while (chance.one_in(4)) {
        items.push_back(check_.items().new_item());
    }
    const int priority = chance.of<int>({7, 100, 100, 999});
    auto& put =
        check_.items().begin_put(client_.number(), items, priority, client_.simulator().now());
    std::vector<std::string> names;
    std::optional<Error> error;
    try {
        const auto putting = producer_->put_all_async(items, priority, attempt->options);
        cancel_later(putting, attempt);
        names = co_await putting;
        client_.simulator().tally().add(Count::queue_puts, names.size());
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    QueueItems::end_put(put, std::move(names), error, client_.simulator().now());
    if (error) {
        on_failed_change(*attempt, "a put", *error);
    }
}

/// The object is destroyed at the end, which releases an item that it holds.
AsyncResult<void> LockingQueueUser::consume_items() {
    auto& chance = client_.chance();
    ++consumers_;
    const auto queue = std::make_shared<LockingQueue>(client_.zk(), queue_path);
    const auto life = client_.lives();
    bool fresh = client_.recorder().servers() == 1;
    for (int items = chance.between(1, 4); items > 0; --items) {
        if (!client_.exists() || client_.lives() != life) {
            break;
        }
        auto& claim = check_.begin_get(client_.number(), fresh, client_.simulator().now());
        fresh = false;
        const auto getting = get(queue, claim, chance.one_in(2));
        const bool locked = co_await getting;
        if (locked) {
            const auto finishing = finish(queue, claim);
            co_await finishing;
        }
        if (queue->token()) {
            break;  // it would get the same item again
        }
    }
    --consumers_;
}

AsyncResult<bool> LockingQueueUser::get(QueuePtr queue, QueueClaim& claim, bool waits) {
    const auto attempt = arrange();
    std::string item;
    std::optional<Error> error;
    try {
        if (waits) {
            waiting_.push_back(&claim);
            const auto getting = queue->get_async(attempt->options);
            cancel_later(getting, attempt);
            item = co_await getting;
        } else {
            const auto getting = queue->try_get_async(attempt->options);
            cancel_later(getting, attempt);
            const auto got = co_await getting;
            item = got.value_or("");
        }
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    check_.end_get(claim, item, queue->token().value_or(0), client_.simulator().now());
    waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), &claim), waiting_.end());
    if (error) {
        on_failed_change(*attempt, "an item", *error);
    }
    if (!item.empty()) {
        client_.process().note("locks", item, claim.token);
        client_.simulator().tally().add(Count::locked_items);
    }
    co_return !item.empty();
}

/// Works on an item, and consumes it, gives it back, or leaves it to the destructor.
AsyncResult<void> LockingQueueUser::finish(QueuePtr queue, QueueClaim& claim) {
    auto& chance = client_.chance();
    const auto working = sleep_async(client_.handler(), pause());
    co_await working;
    const auto how = chance.below(8);
    if (how < 5) {
        const auto consuming = consume(queue, claim);
        co_await consuming;
    } else if (how == 5) {
        const auto attempt = arrange();
        std::optional<Error> error;
        try {
            const auto releasing = queue->release_async(attempt->options);
            cancel_later(releasing, attempt);
            static_cast<void>(co_await releasing);
        } catch (const KazooException& failure) {
            error = failure.error();
        }
        if (error) {
            on_failed_change(*attempt, "a release", *error);
        }
    }
}

AsyncResult<void> LockingQueueUser::consume(QueuePtr queue, QueueClaim& claim) {
    for (int tries = client_.chance().between(1, 3); tries > 0; --tries) {
        const auto attempt = arrange();
        std::optional<Error> error;
        const bool doubtful = std::exchange(claim.perhaps, true);
        try {
            const auto consuming = queue->consume_async(attempt->options);
            cancel_later(consuming, attempt);
            const bool consumed = co_await consuming;
            claim.consumed = consumed;
            claim.perhaps = false;  // whatever became of an earlier call
            client_.simulator().tally().add(consumed ? Count::consumed_items : Count::lost_items);
            co_return;
        } catch (const KazooException& failure) {
            error = failure.error();
        }
        claim.perhaps = doubtful || error->outcome() == Outcome::unknown;
        on_failed_change(*attempt, "an item to consume", *error);
    }
}

AsyncResult<void> LockingQueueUser::steal() {
    const Busy busy(under_way_);
    try {
        const auto stealing = steal_naively(client_, queue_path);
        static_cast<void>(co_await stealing);
    } catch (const KazooException&) {
    }
}

void LockingQueueUser::at_rest() {
    RecipeUser::at_rest();
    for (const auto* const get : waiting_) {
        if (client_.connected()) {
            check_.check_waiting(*get);
        }
    }
}

}  // namespace kazoo::sim
