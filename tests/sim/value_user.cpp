// SPDX-License-Identifier: Apache-2.0
#include "value_user.hpp"

#include "programs.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/data_watch.hpp>

#include <utility>

namespace kazoo::sim {
namespace {

constexpr const char* value_path = "/v";

}  // namespace

struct ValueUser::Objects {
    explicit Objects(KazooClient& zk) : shared(zk, value_path, "seed") {}

    SharedValue shared;
    std::optional<VersionedValue> read;  // what was read last
    std::shared_ptr<ValueView> heard;    // null without a listener
    bool in_trouble = false;             // the listener may not be able to watch
    std::optional<DataWatch> watch;
};

ValueUser::~ValueUser() = default;

void ValueUser::one() {
    auto& chance = client_.chance();
    if (renews() || !objects_made_) {
        if (objects_made_ && objects_made_->heard) {
            objects_made_->watch.reset();
            objects_made_->heard->ended = true;
        }
        objects_made_ = std::make_shared<Objects>(client_.zk());
        if (!chance.one_in(4)) {
            listen();
        }
    }
    switch (chance.below(4)) {
        case 0:
            return let_run(read(objects_made_));
        case 1:
            return let_run(set(objects_made_));
        default:
            return let_run(try_set(objects_made_));
    }
}

void ValueUser::listen() {
    const auto view = std::make_shared<ValueView>();
    view->who = client_.process().name() + ": a listener of the shared value";
    const std::weak_ptr<Objects> all = objects_made_;
    objects_made_->heard = view;
    objects_made_->watch = objects_made_->shared.listen(
        [this, view, all](const VersionedValue& value) {
            client_.process().note("hears of the value", value.data, value.stat.mzxid);
            client_.simulator().tally().add(Count::heard_values);
            if (const auto alive = all.lock()) {
                alive->in_trouble = false;
            }
            if (view->ended) {
                fail("a listener that was stopped hears of a value");
            }
            const bool misses = client_.defect() == Defect::stale_listeners;
            if (!misses || !client_.chance().one_in(3)) {
                check_.on_value(*view, value);
            }
        },
        DataWatchOptions().on_error([all](const Error&) {
            if (const auto alive = all.lock()) {
                alive->in_trouble = true;
            }
        })
    );
}

AsyncResult<void> ValueUser::read(ObjectsPtr all) {
    const Busy busy(under_way_);
    const auto attempt = arrange();
    std::optional<Error> error;
    try {
        const auto reading = all->shared.get_async(attempt->options);
        cancel_later(reading, attempt);
        all->read = co_await reading;
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    if (error) {
        on_failed_change(*attempt, "a shared value", *error);  // get may have to create it
    }
}

AsyncResult<void> ValueUser::set(ObjectsPtr all) {
    const Busy busy(under_way_);
    const auto attempt = arrange();
    auto& call = check_.begin(client_.number(), 0, client_.simulator().now());
    try {
        const auto setting = all->shared.set_async(call.data, attempt->options);
        cancel_later(setting, attempt);
        call.value = co_await setting;
        all->read = call.value;
    } catch (const KazooException& failure) {
        call.error = failure.error();
    }
    end(call, *attempt);
}

AsyncResult<void> ValueUser::try_set(ObjectsPtr all) {
    const Busy busy(under_way_);
    if (!all->read || client_.chance().one_in(8)) {
        const auto reading = read(all);
        co_await reading;
    }
    if (!all->read || !client_.exists()) {
        co_return;
    }
    const auto attempt = arrange();
    auto& call = check_.begin(client_.number(), all->read->stat.mzxid, client_.simulator().now());
    const bool blind = client_.defect() == Defect::blind_values;
    try {
        if (blind) {
            const auto setting = all->shared.set_async(call.data, attempt->options);
            cancel_later(setting, attempt);
            call.value = co_await setting;
        } else {
            const auto setting = all->shared.try_set_async(*all->read, call.data, attempt->options);
            cancel_later(setting, attempt);
            call.value = co_await setting;
        }
        all->read = call.value;
    } catch (const KazooException& failure) {
        call.error = failure.error();
    }
    end(call, *attempt);
}

void ValueUser::end(ValueCall& call, const Attempt& attempt) {
    call.over = true;
    call.ended = client_.simulator().now();
    client_.process().note("has set the value", call.data, call.value ? "yes" : "no");
    if (call.error) {
        on_failed_change(attempt, "a change of a shared value", *call.error);
    } else {
        client_.simulator().tally().add(call.value ? Count::value_changes : Count::missed_changes);
    }
}

void ValueUser::at_rest() {
    RecipeUser::at_rest();
    if (!objects_made_ || !objects_made_->heard || !client_.connected()) {
        return;
    }
    if (!objects_made_->watch->ended() && !objects_made_->in_trouble) {
        check_.check_last(*objects_made_->heard);
    }
}

}  // namespace kazoo::sim
