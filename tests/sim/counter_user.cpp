// SPDX-License-Identifier: Apache-2.0
#include "counter_user.hpp"

#include "programs.hpp"

#include <kazoo/exceptions.hpp>

#include <cstdlib>
#include <type_traits>
#include <utility>

namespace kazoo::sim {
namespace {

constexpr const char* plain_path = "/n/plain";
constexpr const char* exact_path = "/n/exact";
constexpr const char* halves_path = "/n/halves";

/// Returns the number that the check has for a value.
template <class Number>
std::int64_t number_of(Number value) {
    constexpr Number scale = std::is_same_v<Number, double> ? 2 : 1;
    return static_cast<std::int64_t>(value * scale);
}

}  // namespace

void register_counters(CounterCheck& check) {
    check.add("plain", CounterCheck::Format::text);
    check.add("exact", CounterCheck::Format::eight_bytes);
    check.add("halves", CounterCheck::Format::halves);
}

struct CounterUser::Objects {
    explicit Objects(KazooClient& zk)
        : plain(zk, plain_path),
          exact(
              zk,
              exact_path,
              CounterOptions().format(CounterFormat::int64_be).exactly_once("/n/markers")
          ),
          halves(zk, halves_path) {}

    Counter plain;
    Counter exact;
    DoubleCounter halves;
};

CounterUser::~CounterUser() = default;

void CounterUser::one() {
    auto& chance = client_.chance();
    if (renews() || !counters_) {
        counters_ = std::make_shared<Objects>(client_.zk());
    }
    if (recipe_of(client_.defect()) == RecipeKind::counters && !chance.one_in(3)) {
        return let_run(add_badly(plain_path));
    }
    switch (chance.below(3)) {
        case 0:
            return let_run(change(counters_, counters_->plain, plain_path, false));
        case 1:
            return let_run(change(counters_, counters_->exact, exact_path, true));
        default:
            return let_run(change(counters_, counters_->halves, halves_path, false));
    }
}

CounterCall& CounterUser::begin(const std::string& path) {
    auto& call = check_.begin(
        client_.number(), client_.recorder().on_server(path), client_.simulator().now()
    );
    if (client_.chance().one_in(2)) {
        call.delta = -call.delta;
    }
    return call;
}

template <class Number>
AsyncResult<void> CounterUser::change(
    ObjectsPtr all, const BasicCounter<Number>& counter, std::string path, bool marked
) {
    const Busy busy(under_way_);
    const auto attempt = arrange();
    auto& call = begin(path);
    const auto delta = static_cast<Number>(call.delta) / number_of(Number(1));
    const bool replaces = client_.chance().one_in(4);
    try {
        const auto changing = replaces ? replace(all, counter, delta, attempt)
                                       : counter.add_async(delta, attempt->options);
        if (!replaces) {
            cancel_later(changing, attempt);  // a cancelled program does not learn what it did
        }
        const auto done = co_await changing;
        call.changed = done.changed;
        call.before = number_of(done.pre_value);
        call.after = number_of(done.post_value);
        call.version = done.version;
    } catch (const KazooException& failure) {
        call.error = failure.error();
    }
    call.over = true;
    call.ended = client_.simulator().now();
    client_.process().note("has changed", path, call.changed, call.before, call.after);
    if (call.error) {
        on_failed(*attempt, *call.error, marked);
    } else {
        client_.simulator().tally().add(
            call.changed ? Count::counter_changes : Count::missed_changes
        );
    }
}

template <class Number>
AsyncResult<CounterChange<Number>> CounterUser::replace(
    ObjectsPtr all, const BasicCounter<Number>& counter, Number delta, AttemptPtr attempt
) {
    const auto reading = counter.value_async(attempt->options);
    const Number value = co_await reading;
    const auto setting = counter.compare_and_set_async(value, value + delta, attempt->options);
    auto done = co_await setting;
    static_cast<void>(all);
    co_return done;
}

/// With a marker the outcome is unknown only if the call was given up.
void CounterUser::on_failed(const Attempt& attempt, const Error& error, bool marked) {
    if (!marked || error.outcome() != Outcome::unknown) {
        return on_failed_change(attempt, "a change of a counter", error);
    }
    static_cast<void>(classify(attempt, "a change of a counter with a marker", error));
    client_.simulator().tally().add(Count::unknown_changes);
}

AsyncResult<void> CounterUser::add_badly(std::string path) {
    const Busy busy(under_way_);
    auto& call = begin(path);
    const bool repeats = client_.defect() == Defect::double_increments;
    for (int tries = repeats ? 5 : 1; tries > 0 && client_.exists(); --tries) {
        try {
            const auto reading = client_.zk().get_async(path);
            const NodeData node = co_await reading;
            if (!client_.exists()) {
                break;
            }
            const auto value = std::strtoll(node.data.c_str(), nullptr, 10);
            const auto version = repeats ? node.stat.version : -1;
            const auto setting =
                client_.zk().set_async(path, std::to_string(value + call.delta), version);
            const ZnodeStat stat = co_await setting;
            call.changed = true;
            call.before = value;
            call.after = value + call.delta;
            call.version = stat.version;
            call.error.reset();
            break;
        } catch (const KazooException& failure) {
            call.error = failure.error();
        }
    }
    call.over = true;
    call.ended = client_.simulator().now();
}

}  // namespace kazoo::sim
