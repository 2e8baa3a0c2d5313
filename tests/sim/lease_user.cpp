// SPDX-License-Identifier: Apache-2.0
#include "lease_user.hpp"

#include "programs.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/sleep.hpp>

#include <optional>
#include <utility>

namespace kazoo::sim {
namespace {

constexpr const char* lease_path = "/w";
constexpr auto lease_time = 4s;

}  // namespace

struct LeaseUser::Object {
    Object(KazooClient& zk, const std::string& name, LeaseOptions::ClockFunction clock)
        : holder(name),
          lease(
              zk, lease_path, lease_time, LeaseOptions().identifier(name).clock(std::move(clock))
          ) {}

    const std::string holder;
    NonBlockingLease lease;
    std::size_t calls = 0;  // that have begun
    std::size_t ended = 0;
};

LeaseUser::~LeaseUser() = default;

void LeaseUser::one() {
    auto& chance = client_.chance();
    if (renews() || !object_) {
        const bool fast = client_.defect() == Defect::fast_clocks && client_.number() == 0;
        const auto ahead = fast ? lease_time : 0s;
        const auto clock = [&simulator = client_.simulator(), ahead] {
            return wall_time(simulator.now()) + ahead;
        };
        object_ =
            std::make_shared<Object>(client_.zk(), check_.new_holder(client_.number()), clock);
    }
    switch (chance.below(8)) {
        case 0:
            return let_run(release(object_));
        case 1:
        case 2:
            return let_run(obtain(object_, true));
        default:
            return let_run(obtain(object_, false));
    }
}

AsyncResult<void> LeaseUser::obtain(ObjectPtr object, bool renews) {
    const Busy busy(under_way_);
    const auto attempt = arrange();
    ObtainedLease obtained;
    obtained.client = client_.number();
    obtained.holder = object->holder;
    obtained.begun = client_.simulator().now();
    std::optional<Error> error;
    bool done = false;
    const bool alone = object->calls == object->ended;
    const auto call = ++object->calls;
    try {
        const auto obtaining = renews ? object->lease.renew_async(attempt->options)
                                      : object->lease.obtain_async(attempt->options);
        cancel_later(obtaining, attempt);
        done = co_await obtaining;
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    ++object->ended;
    if (error) {
        on_failed_change(*attempt, "a lease in time", *error);
    } else {
        client_.simulator().tally().add(done ? Count::obtained_leases : Count::refused_leases);
    }
    if (!done) {
        co_return;
    }
    obtained.ended = client_.simulator().now();
    obtained.token = object->lease.token();
    client_.process().note("obtains the lease", object->holder, obtained.token);
    if (alone && object->calls == call) {
        check_.on_obtained(obtained);
    }
    const auto holding = hold(object);
    co_await holding;
}

AsyncResult<void> LeaseUser::hold(ObjectPtr object) {
    for (int looks = client_.chance().between(1, 6); looks > 0; --looks) {
        look(*object);
        const auto pausing = sleep_async(client_.handler(), pause());
        co_await pausing;
    }
    look(*object);
}

/// With the defect the holder ignores the clock.
void LeaseUser::look(const Object& object) {
    const bool trusted = client_.defect() == Defect::endless_leases && object.lease.token() != 0;
    if (object.lease.obtained() || trusted) {
        check_.on_held(object.holder, client_.simulator().now());
    }
}

AsyncResult<void> LeaseUser::release(ObjectPtr object) {
    const Busy busy(under_way_);
    const auto attempt = arrange();
    std::optional<Error> error;
    ++object->calls;
    try {
        const auto releasing = object->lease.release_async(attempt->options);
        cancel_later(releasing, attempt);
        if (object->lease.obtained()) {
            fail("a lease that is being released is still held");
        }
        static_cast<void>(co_await releasing);
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    ++object->ended;
    if (error) {
        on_failed_change(*attempt, "the release of a lease", *error);
    }
}

}  // namespace kazoo::sim
