// SPDX-License-Identifier: Apache-2.0
#include "queue_user.hpp"

#include "naive_queue.hpp"
#include "programs.hpp"

#include <kazoo/exceptions.hpp>

#include <algorithm>
#include <utility>

namespace kazoo::sim {
namespace {

constexpr const char* queue_path = "/q/plain";

}  // namespace

void QueueUser::one() {
    auto& chance = client_.chance();
    if (renews() || !queue_) {
        queue_ = std::make_shared<Queue>(client_.zk(), queue_path);
    }
    const auto what = chance.below(calm_ ? 16 : 11);
    if (what < 5) {
        return let_run(put());
    }
    if (recipe_of(client_.defect()) == RecipeKind::queues && chance.one_in(2)) {
        return let_run(get_badly());
    }
    constexpr std::size_t most = 3;
    let_run(get(what % 2 == 0 && waiting_.size() < most, what % 3 == 0));
}

AsyncResult<void> QueueUser::put() {
    const Busy busy(under_way_);
    auto& chance = client_.chance();
    const auto attempt = arrange();
    std::vector<std::string> items{check_.items().new_item()};
    while (chance.one_in(4)) {
        items.push_back(check_.items().new_item());
    }
    const int priority = chance.of<int>({0, 7, 100, 100, 999});
    auto& put =
        check_.items().begin_put(client_.number(), items, priority, client_.simulator().now());
    std::vector<std::string> names;
    std::optional<Error> error;
    try {
        if (items.size() == 1) {
            const auto putting = queue_->put_async(items.front(), priority, attempt->options);
            cancel_later(putting, attempt);
            names.push_back(co_await putting);
        } else {
            const auto putting = queue_->put_all_async(items, priority, attempt->options);
            cancel_later(putting, attempt);
            names = co_await putting;
        }
        client_.simulator().tally().add(Count::queue_puts, names.size());
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    QueueItems::end_put(put, std::move(names), error, client_.simulator().now());
    if (error) {
        on_failed_change(*attempt, "a put", *error);
    }
}

AsyncResult<void> QueueUser::get(bool waits, bool fresh) {
    std::optional<Busy> busy;
    if (!waits) {
        busy.emplace(under_way_);
    }
    const auto attempt = arrange();
    attempt->ends_with_object = !fresh;
    // The reads of a single server are never old.
    const bool newest = fresh && client_.recorder().servers() == 1;
    auto queue = fresh ? std::make_shared<Queue>(client_.zk(), queue_path) : queue_;
    auto& get = check_.begin_get(client_.number(), newest, client_.simulator().now());
    if (waits) {
        waiting_.push_back(&get);
    }
    Item item;
    std::optional<Error> error;
    try {
        if (waits) {
            const auto getting = queue->get_async(attempt->options);
            cancel_later(getting, attempt);
            if (!fresh) {
                queue.reset();  // the user may destroy it meanwhile
            }
            item = co_await getting;
        } else {
            const auto getting = queue->try_get_async(attempt->options);
            cancel_later(getting, attempt);
            item = co_await getting;
        }
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    end_get(get, item, error);
    if (error) {
        on_failed_change(*attempt, "an item", *error);
    }
}

AsyncResult<void> QueueUser::get_badly() {
    auto& get = check_.begin_get(
        client_.number(), client_.recorder().servers() == 1, client_.simulator().now()
    );
    Item item;
    std::optional<Error> error;
    try {
        const auto getting = take_naively(client_, queue_path);
        item = co_await getting;
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    end_get(get, item, error);
}

void QueueUser::end_get(QueueGet& get, Item item, std::optional<Error> error) {
    auto& tally = client_.simulator().tally();
    if (item) {
        client_.process().note("gets", *item);
        tally.add(Count::queue_gets);
    }
    if (error && error->outcome() == Outcome::unknown && !error->path().empty()) {
        get.perhaps = client_.recorder().on_server(error->path());
        tally.add(Count::queue_doubts);
    }
    QueueCheck::end_get(get, std::move(item), std::move(error), client_.simulator().now());
    waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), &get), waiting_.end());
}

void QueueUser::at_rest() {
    RecipeUser::at_rest();
    for (const auto* const get : waiting_) {
        if (client_.connected()) {
            check_.check_waiting(*get);
        }
    }
}

}  // namespace kazoo::sim
