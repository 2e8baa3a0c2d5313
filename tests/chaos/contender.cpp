// SPDX-License-Identifier: Apache-2.0
#include "contender.hpp"

#include "contender_report.hpp"
#include "holding.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/sleep.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace kazoo::chaos {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto acquisition_limit = 10s;

LockOptions lock_options(sim::Chance& chance) {
    return LockOptions().lost_when(chance.one_in(2) ? LostWhen::gone : LostWhen::in_doubt);
}

Duration pause_between(sim::Chance& chance) {
    return chance.between(Duration(0ms), Duration(100ms));
}

/// Some holders work for longer than sessions last.
Duration pause_of_holder(sim::Chance& chance) {
    if (chance.one_in(20)) return chance.between(Duration(500ms), Duration(4000ms));
    return chance.between(Duration(0ms), Duration(100ms));
}

std::string_view word_for(const Error& error) {
    if (error.code() == ClientErrc::lock_lost) return report_word::refused;
    return error.outcome() == Outcome::unknown ? report_word::unknown : report_word::failed;
}

}  // namespace

Contender::Contender(
    KazooClient& client,
    const Options& options,
    std::function<void(std::string_view, const std::string&)> report
)
    : client_(client),
      options_(options),
      report_(std::move(report)),
      chance_(options.seed),
      lock_(client, nodes_.lock.path, lock_options(chance_)),
      writer_(client, nodes_.shared.path, lock_options(chance_)),
      reader_(client, nodes_.shared.path, lock_options(chance_)),
      semaphore_(client, nodes_.semaphore.path, static_cast<std::int32_t>(nodes_.semaphore.leases)),
      election_(client, nodes_.election.path, lock_options(chance_)) {
    add("lock", nodes_.lock.value, [this](const auto& limit) { return lock_.acquire_async(limit); }
    );
    add("write lock", nodes_.shared.value, [this](const auto& limit) {
        return writer_.acquire_async(limit);
    });
    add("read lock", nodes_.shared.value_of_readers(), [this](const auto& limit) {
        return reader_.acquire_async(limit);
    });
    add("semaphore", nodes_.semaphore.value, [this](const auto& limit) {
        return semaphore_.acquire_async(limit);
    });
    add("election", nodes_.election.value, nullptr);
}

void Contender::add(
    std::string name,
    std::string value,
    std::function<AsyncResult<LockHandle>(const CallOptions&)> acquire
) {
    uses_.push_back(
        {std::move(name), std::move(value), std::move(acquire), sim::Chance(chance_.next())}
    );
}

void Contender::start() {
    for (auto& use : uses_) under_way_.push_back(contend(use));
}

void Contender::come_to_rest() {
    calm_ = true;
}

bool Contender::at_rest() const {
    return std::all_of(under_way_.begin(), under_way_.end(), [](const auto& result) {
        return result.ready();
    });
}

AsyncResult<void> Contender::contend(Use& use) {
    std::optional<steady_clock::time_point> deadline;
    for (bool served = false; !served;) {
        if (calm_ && !deadline) deadline = steady_clock::now() + patience;
        const bool last = deadline.has_value();
        const auto limit =
            last ? std::max<Duration>(*deadline - steady_clock::now(), 0ms) : acquisition_limit;
        const auto options = CallOptions().timeout(limit);
        const auto holding = use.acquire ? hold_once(use, options) : lead_once(use, options);
        served = co_await holding;
        if (served) {
            report_(report_word::served, use.name);
        } else if (last && steady_clock::now() >= *deadline) {
            co_return;  // check_report() finds that it was not served
        } else {
            const auto pausing = sleep_async(client_.handler(), pause_between(use.chance));
            co_await pausing;
        }
    }
}

AsyncResult<bool> Contender::hold_once(Use& use, CallOptions options) {
    bool served = false;
    std::optional<Error> error;
    try {
        auto acquiring = use.acquire(options);
        LockHandle held = co_await std::move(acquiring);
        const auto working = work(use, held);
        served = co_await working;
        if (use.chance.one_in(2)) {
            const auto releasing = held.release_async();
            static_cast<void>(co_await releasing);
        }
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    if (error) on_failed(use, *error);
    co_return served;
}

AsyncResult<bool> Contender::lead_once(Use& use, CallOptions options) {
    bool served = false;
    std::optional<Error> error;
    try {
        const auto running = election_.run_async(
            [this, &use, &served](const Leadership& leadership) {
                return lead(use, leadership, served);
            },
            options
        );
        static_cast<void>(co_await running);
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    if (error) on_failed(use, *error);
    co_return served;
}

AsyncResult<void> Contender::lead(Use& use, Leadership leadership, bool& served) {
    const auto working = work(use, leadership);
    served = co_await working;
}

void Contender::on_failed(const Use& use, const Error& error) {
    if (error.code() == ClientErrc::lock_timeout) return;
    report_(report_word::fault, "the " + use.name + " failed: " + error.message());
}

template <class Held>
AsyncResult<bool> Contender::work(Use& use, const Held& held) {
    bool wrote = false;
    const bool after_faults = calm_;
    const bool stubborn = options_.careless || use.chance.one_in(3);
    for (int steps = options_.careless ? 15 : use.chance.between(1, 5); steps > 0; --steps) {
        if (!stubborn && held.lost().stop_requested()) break;
        const auto writing = write(use, held);
        if (co_await writing) wrote = true;
        if (calm_) break;
        const auto pausing = sleep_async(client_.handler(), pause_of_holder(use.chance));
        co_await pausing;
    }
    const bool served = wrote && after_faults;
    co_return served;
}

template <class Held>
AsyncResult<bool> Contender::write(Use& use, const Held& held) {
    Holding holding;
    holding.token = held.token();
    holding.node = held.path();
    holding.number = ++writes_;
    const auto data = to_data(holding);
    std::optional<Error> error;
    try {
        if (options_.careless) {
            const auto setting = client_.set_async(use.value, data);
            static_cast<void>(co_await setting);
        } else {
            const auto transaction = held.transaction().set_data(use.value, data);
            const auto committing = transaction.commit_async();
            static_cast<void>(co_await committing);
        }
    } catch (const KazooException& failure) {
        error = failure.error();
    }
    report_(error ? word_for(*error) : report_word::wrote, data);
    if (error && error->code() == ClientErrc::lock_lost && held.is_held()) {
        report_(report_word::fault, "the " + use.name + " is held after a write found it lost");
    }
    co_return !error;
}

}  // namespace kazoo::chaos
