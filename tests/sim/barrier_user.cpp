// SPDX-License-Identifier: Apache-2.0
#include "barrier_user.hpp"

#include "programs.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/sleep.hpp>

#include <optional>

namespace kazoo::sim {

void BarrierUser::one() {
    const auto time = client_.simulator().now().time_since_epoch();
    const auto round = std::chrono::duration_cast<std::chrono::seconds>(time).count() / 5;
    let_run(pass("/b/round" + std::to_string(round)));
}

AttemptPtr BarrierUser::arrange_with_limit() {
    auto attempt = arrange();
    if (attempt->deadline == TimePoint::max()) {
        const auto limit = client_.chance().between(500ms, 6000ms);
        attempt->deadline = client_.simulator().now() + limit;
        attempt->options.timeout(limit);
    }
    return attempt;
}

AsyncResult<void> BarrierUser::pass(std::string path) {
    const Busy busy(under_way_);
    const auto attempt = arrange_with_limit();
    const bool early = client_.defect() == Defect::early_entries;
    const auto barrier = std::make_shared<DoubleBarrier>(
        client_.zk(), path, early ? 1 : BarrierCheck::members, client_.process().name()
    );
    const auto begun = check_.zxid();
    std::optional<Error> error;
    try {
        const auto entering = barrier->enter_async(attempt->options);
        cancel_later(entering, attempt);
        co_await entering;
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    if (error) {
        on_failed_change(*attempt, "a barrier", *error);
        co_return;
    }
    client_.process().note("enters", path);
    client_.simulator().tally().add(Count::entered_barriers);
    check_.on_entered(client_.number(), client_.recorder().on_server(path), begun);
    const auto working = sleep_async(client_.handler(), pause());
    co_await working;
    if (!client_.chance().one_in(8)) {
        const auto leaving = leave(barrier, path);
        co_await leaving;
    }
}

AsyncResult<void> BarrierUser::leave(Barrier barrier, std::string path) {
    const auto attempt = arrange_with_limit();
    const auto begun = check_.zxid();
    std::optional<Error> error;
    try {
        if (client_.defect() != Defect::early_leaves) {
            const auto leaving = barrier->leave_async(attempt->options);
            cancel_later(leaving, attempt);
            co_await leaving;
        }
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    if (error) {
        on_failed_change(*attempt, "the end of a barrier", *error);
        co_return;
    }
    barrier.reset();
    client_.process().note("leaves", path);
    client_.simulator().tally().add(Count::left_barriers);
    if (client_.recorder().servers() == 1) {
        check_.on_left(client_.number(), client_.recorder().on_server(path), begun);
    }
}

}  // namespace kazoo::sim
