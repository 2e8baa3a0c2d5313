// SPDX-License-Identifier: Apache-2.0
// The programs of LockUser.
#include "lock_user.hpp"
#include "naive_lock.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/sleep.hpp>

#include <optional>
#include <utility>

namespace kazoo::sim {

/// Scope in which a lock is looked at whenever a session expires.
class LockUser::Working {
public:
    Working(std::shared_ptr<Looks> looks, std::function<void()> look)
        : looks_(std::move(looks)), place_(looks_->insert(looks_->end(), std::move(look))) {}
    ~Working() { looks_->erase(place_); }
    Working(const Working&) = delete;

private:
    const std::shared_ptr<Looks> looks_;
    const Looks::iterator place_;
};

LockHold LockUser::acquired(LockHold hold) {
    hold.client = client_.number();
    client_.process().note("gets", hold.node, hold.token);
    check_.on_acquired(hold);
    return hold;
}

LockHold LockUser::acquired(const LockHandle& held, LockHold::Order order) {
    const bool lease = order == LockHold::Order::any;
    client_.simulator().tally().add(lease ? Count::leases : Count::locks);
    LockHold hold;
    hold.order = order;
    hold.node = client_.recorder().on_server(held.path());
    hold.token = held.token();
    hold.session = held.session();
    return acquired(hold);
}

LockHold LockUser::acquired(const Leadership& leadership) {
    client_.simulator().tally().add(Count::leaderships);
    LockHold hold;
    hold.node = client_.recorder().on_server(leadership.path());
    hold.token = leadership.token();
    return acquired(hold);
}

void LockUser::look_at_remaining(const LockHold& hold, bool is_held, Duration remaining) {
    if (client_.defect() == Defect::certain_locks && is_held) {
        remaining = 1s;
    }
    const bool certain = remaining > 0s;
    client_.simulator().tally().add(certain ? Count::certain_locks : Count::uncertain_locks);
    check_.on_remaining(hold, remaining);
}

template <class Held>
void LockUser::look(const Held& held, const LockHold& hold) {
    look_at_remaining(hold, held.is_held(), held.remaining());
    if (held.is_held() || client_.defect() == Defect::trusted_locks) {
        check_.on_held(hold, client_.simulator().now(), client_.process().awake_since());
    } else {
        client_.simulator().tally().add(Count::lost_locks);
    }
}

template <class Held>
AsyncResult<void> LockUser::write(const Held& held, LockHold hold, std::string value) {
    auto& simulator = client_.simulator();
    auto& record = check_.begin_write(hold, client_.recorder().on_server(value), simulator.now());
    CallOptions options;
    if (client_.chance().one_in(6)) {
        options.timeout(client_.chance().between(0ms, 2000ms));
    }
    std::optional<Error> error;
    try {
        if (client_.defect() == Defect::unguarded_writes && client_.exists()) {
            const auto writing = client_.zk().set_async(value, record.data);
            static_cast<void>(co_await writing);
        } else {
            const auto transaction = held.transaction().set_data(value, record.data);
            const auto committing = transaction.commit_async(options);
            static_cast<void>(co_await committing);
        }
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    LockCheck::end_write(record, error, simulator.now());
    const bool refused = error && error->code() == ClientErrc::lock_lost;
    if (!error || refused) {
        simulator.tally().add(refused ? Count::refused_writes : Count::guarded_writes);
    }
    if (refused && held.is_held()) {
        fail("a guarded write found the lock of " + hold.node + " lost, and it is still held");
    }
}

template <class Held>
AsyncResult<void> LockUser::work(const Held& held, LockHold hold, std::string value) {
    const std::function<void()> look_again = [this, &held, &hold] {
        look_at_remaining(hold, held.is_held(), held.remaining());
    };
    const Working working(looks_, look_again);
    auto& chance = client_.chance();
    const bool stubborn = chance.one_in(3);
    for (int steps = chance.between(0, 4); steps > 0; --steps) {
        look(held, hold);
        if (held.lost().stop_requested() && !stubborn) {
            break;
        }
        const auto what = chance.below(4);
        if (what < 2 && !value.empty()) {
            const auto writing = write(held, hold, value);
            co_await writing;
        } else if (what == 2 && !value.empty() && client_.exists()) {
            try {
                const auto reading = client_.get(value, false);
                static_cast<void>(co_await reading);
            } catch (const KazooException&) {
            }
        } else {
            const auto pausing = sleep_async(client_.handler(), pause());
            co_await pausing;
        }
    }
    look(held, hold);
}

/// Releases the lock in one of several ways, by the destructor at the latest.
AsyncResult<void> LockUser::give_up(LockHandle held) {
    auto& chance = client_.chance();
    if (client_.defect() == Defect::kept_locks && chance.one_in(4)) {
        kept_.push_back(std::move(held));
        co_return;
    }
    const auto how = chance.below(5);
    if (how < 2) {
        co_return;
    }
    CallOptions options;
    if (how == 2) {
        options.timeout(chance.between(0ms, 50ms));
    }
    std::optional<Error> error;
    try {
        const auto releasing = held.release_async(options);
        if (held.is_held()) {
            fail("a lock that is being released is still held");
        }
        if (how == 3) {
            releasing.cancel();
        }
        static_cast<void>(co_await releasing);
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    const bool expected = !error || (how == 2 && error->code() == Errc::operation_timeout) ||
                          (how == 3 && error->code() == ClientErrc::cancelled);
    if (!expected) {
        fail("a release failed: " + error->message());
    }
}

AsyncResult<void> LockUser::use_lock(detail::LockBase& lock, std::string value) {
    const Busy busy(under_way_);
    const auto acquisition = arrange();
    LockHandle held;
    std::optional<Error> error;
    try {
        if (client_.chance().one_in(4)) {
            auto trying = lock.try_acquire_async(acquisition->options);
            cancel_later(trying, acquisition);
            auto tried = co_await std::move(trying);
            if (!tried) {
                client_.simulator().tally().add(Count::busy_locks);
                co_return;
            }
            held = std::move(*tried);
        } else {
            auto acquiring = lock.acquire_async(acquisition->options);
            cancel_later(acquiring, acquisition);
            held = co_await std::move(acquiring);
        }
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    if (error) {
        on_failed(*acquisition, "a lock", *error);
        co_return;
    }
    const auto working = work(held, acquired(held), value);
    co_await working;
    const auto ending = give_up(std::move(held));
    co_await ending;
}

/// Deletes the own node as an administrator does, waits until the loss is noticed, and tries to
/// write.
AsyncResult<void> LockUser::break_own_lock(Lock& lock, std::string path) {
    const Busy busy(under_way_);
    const auto acquisition = arrange();
    try {
        auto acquiring = lock.acquire_async(acquisition->options);
        const LockHandle held = co_await std::move(acquiring);
        const auto hold = acquired(held);
        if (client_.exists() && held.is_held()) {
            Lock other(client_.zk(), path);
            static_cast<void>(other.break_lock_async());
        }
        for (int looks = 0; looks < 60 && held.is_held(); ++looks) {
            look(held, hold);
            const auto pausing = sleep_async(client_.handler(), 100ms);
            co_await pausing;
        }
        if (client_.defect() == Defect::trusted_locks) {
            const auto pausing = sleep_async(client_.handler(), 4000ms);
            co_await pausing;
        }
        look(held, hold);
        const auto writing = write(held, hold, path + "-value");
        co_await writing;
    } catch (const KazooException& failure) {
        on_failed(*acquisition, "a lock", failure.error());
    }
}

AsyncResult<void> LockUser::use_lease(Semaphore& semaphore) {
    const Busy busy(under_way_);
    const auto acquisition = arrange();
    LockHandle held;
    std::optional<Error> error;
    try {
        if (client_.chance().one_in(4)) {
            auto trying = semaphore.try_acquire_async(acquisition->options);
            cancel_later(trying, acquisition);
            auto tried = co_await std::move(trying);
            if (!tried) {
                client_.simulator().tally().add(Count::busy_locks);
                co_return;
            }
            held = std::move(*tried);
        } else {
            auto acquiring = semaphore.acquire_async(acquisition->options);
            cancel_later(acquiring, acquisition);
            held = co_await std::move(acquiring);
        }
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    if (error) {
        on_failed(*acquisition, "a lease", *error);
        co_return;
    }
    const auto working = work(held, acquired(held, LockHold::Order::any), "");
    co_await working;
    const auto ending = give_up(std::move(held));
    co_await ending;
}

AsyncResult<void> LockUser::lead(Leadership leadership, std::string value) {
    const auto working = work(leadership, acquired(leadership), value);
    co_await working;
}

AsyncResult<void> LockUser::stand_for_election(Election& election, std::string value) {
    const Busy busy(under_way_);
    const auto acquisition = arrange();
    std::optional<Error> error;
    try {
        const auto running = election.run_async(
            [this, value](const Leadership& leadership) { return lead(leadership, value); },
            acquisition->options
        );
        cancel_later(running, acquisition);
        static_cast<void>(co_await running);
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    if (error) {
        on_failed(*acquisition, "an election", *error);
    }
}

AsyncResult<void> LockUser::use_latch(std::string path, std::string value) {
    const Busy busy(under_way_);
    auto& chance = client_.chance();
    LeaderLatch latch(
        client_.zk(),
        path,
        LeaderLatchOptions().lost_when(chance.one_in(2) ? LostWhen::in_doubt : LostWhen::gone)
    );
    latch.start();
    LockHold hold;
    for (int steps = chance.between(2, 8); steps > 0; --steps) {
        const auto pausing = sleep_async(client_.handler(), pause());
        co_await pausing;
        const auto leadership = latch.leadership();
        if (leadership.token() == 0) {
            continue;
        }
        if (leadership.token() != hold.token) {
            hold = acquired(leadership);
        }
        look(leadership, hold);
        if (chance.one_in(2)) {
            const auto writing = write(leadership, hold, value);
            co_await writing;
        }
    }
    if (chance.one_in(2)) {
        latch.close();
    }
}

AsyncResult<void> LockUser::use_badly(std::string path) {
    const Busy busy(under_way_);
    const auto program = use_naive_lock(client_, check_, path);
    co_await program;
}

AsyncResult<void> LockUser::take_lease_uninvited(std::string semaphore) {
    const Busy busy(under_way_);
    const auto path =
        semaphore + "/n" + std::to_string(client_.number()) + "x" + std::to_string(++names_);
    try {
        const auto creating = client_.zk().create_async(path, "", CreateOptions().ephemeral());
        static_cast<void>(co_await creating);
        const auto pausing = sleep_async(client_.handler(), pause());
        co_await pausing;
        if (client_.exists()) {
            const auto deleting = client_.zk().delete_async(path);
            co_await deleting;
        }
    } catch (const KazooException&) {
    }
}

}  // namespace kazoo::sim
