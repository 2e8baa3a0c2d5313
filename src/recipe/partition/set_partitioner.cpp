// SPDX-License-Identifier: Apache-2.0
#include "recipe/blocking.hpp"
#include "recipe/partition/partitioning.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/set_partitioner.hpp>

#include <new>
#include <utility>

namespace kazoo {

using namespace detail::recipe;

namespace {

using Shared = std::shared_ptr<Partitioning>;

CallLimits limits_of(const Partitioning& partitioning, const CallOptions& options) {
    return CallLimits(options, *partitioning.handler(), CallKind::waits);
}

[[noreturn]] void throw_timeout(const Partitioning& partitioning, const char* operation) {
    throw_error(Error(
        Errc::operation_timeout,
        Outcome::not_applied,
        operation,
        partitioning.path(),
        "the wait has ended; the partitioner continues"
    ));
}

AsyncResult<PartitionChange> await_state(Shared partitioning, CallLimits limits) {
    const auto seen = partitioning->seen();
    const Partitioning::Condition is_new = [seen](const PartitionPlan& plan) {
        return plan.state_id() > seen || plan.state() == PartitionState::failure;
    };
    auto waiting = partitioning->wait_until(is_new, limits);
    const bool in_time = co_await direct(std::move(waiting));
    if (!in_time) {
        throw_timeout(*partitioning, "next_state");
    }
    PartitionChange change = partitioning->present();
    partitioning->see(change.id);
    co_return change;
}

AsyncResult<bool> await_acquired(Shared partitioning, CallLimits limits) {
    const auto acquired = std::make_shared<bool>(false);  // the state may change after the wait
    const Partitioning::Condition is_final = [acquired](const PartitionPlan& plan) {
        *acquired = plan.state() == PartitionState::acquired;
        return *acquired || plan.state() == PartitionState::failure;
    };
    auto waiting = partitioning->wait_until(is_final, limits);
    const bool in_time = co_await direct(std::move(waiting));
    co_return in_time&&* acquired;
}

/// Waits until the locks are released, and with `leave` until the partitioner has ended.
AsyncResult<void> await_release(Shared partitioning, bool leave, CallLimits limits) {
    const Partitioning::Condition is_done = [leave](const PartitionPlan& plan) {
        const auto step = plan.step();
        return leave ? step == PartitionStep::end : step != PartitionStep::drop;
    };
    auto waiting = partitioning->wait_until(is_done, limits);
    const bool in_time = co_await direct(std::move(waiting));
    if (!in_time) {
        throw_timeout(*partitioning, leave ? "finish" : "release_set");
    }
}

}  // namespace

const char* to_string(PartitionState state) noexcept {
    switch (state) {
        case PartitionState::allocating:
            return "allocating";
        case PartitionState::acquired:
            return "acquired";
        case PartitionState::release:
            return "release";
        case PartitionState::failure:
            return "failure";
    }
    return "unknown";
}

SetPartitioner::SetPartitioner(
    KazooClient& client, PathView path, Items items, const SetPartitionerOptions& options
)
    : partitioning_(std::make_shared<Partitioning>(client, path, std::move(items), options)) {
    const auto running = run_partitioner(partitioning_);
    if (running.ready() && !running.successful()) {
        throw std::bad_alloc();  // there was no memory for the coroutine
    }
}

SetPartitioner& SetPartitioner::operator=(SetPartitioner&& other) noexcept {
    if (this != &other) {
        if (partitioning_) {
            partitioning_->close();
        }
        partitioning_ = std::move(other.partitioning_);
    }
    return *this;
}

SetPartitioner::~SetPartitioner() {
    if (partitioning_) {
        partitioning_->close();
    }
}

PartitionState SetPartitioner::state() const noexcept {
    return partitioning_->ask([](const PartitionPlan& plan, const HeldItems&) {
        return plan.state();
    });
}

std::uint64_t SetPartitioner::state_id() const noexcept {
    return partitioning_->ask([](const PartitionPlan& plan, const HeldItems&) {
        return plan.state_id();
    });
}

std::optional<Error> SetPartitioner::error() const {
    return partitioning_->ask([](const PartitionPlan& plan, const HeldItems&) {
        return plan.error();
    });
}

AsyncResult<PartitionChange> SetPartitioner::next_state_async(const CallOptions& options) {
    return await_state(partitioning_, limits_of(*partitioning_, options));
}

PartitionChange SetPartitioner::next_state(const CallOptions& options) {
    return block_on_events(partitioning_->handler(), [&] { return next_state_async(options); });
}

AsyncResult<bool> SetPartitioner::wait_for_acquire_async(const CallOptions& options) {
    return await_acquired(partitioning_, limits_of(*partitioning_, options));
}

bool SetPartitioner::wait_for_acquire(AnyDuration timeout) {
    return block_on_events(partitioning_->handler(), [&] {
        return wait_for_acquire_async(CallOptions().timeout(timeout));
    });
}

std::vector<std::string> SetPartitioner::items() const {
    return partitioning_->present().items;
}

std::shared_ptr<const LockHandle> SetPartitioner::held(std::string_view item) const {
    return partitioning_->ask([&](const PartitionPlan& plan, const HeldItems& held) {
        std::shared_ptr<const LockHandle> found;
        const bool is_valid =
            plan.state() == PartitionState::acquired || plan.state() == PartitionState::release;
        for (const auto& one : held) {
            if (is_valid && one->name() == item) {
                found = one->lock();
            }
        }
        return found;
    });
}

AsyncResult<void> SetPartitioner::release_set_async(const CallOptions& options) {
    const auto limits = limits_of(*partitioning_, options);
    partitioning_->tell([](PartitionPlan& plan) { plan.release_requested(); });
    return await_release(partitioning_, false, limits);
}

void SetPartitioner::release_set(const CallOptions& options) {
    block_on(partitioning_->handler(), [&] { return release_set_async(options); });
}

void SetPartitioner::set_items(Items items) {
    partitioning_->check_items(items);
    partitioning_->tell([&](PartitionPlan& plan) { plan.set_items(std::move(items)); });
}

AsyncResult<void> SetPartitioner::finish_async(const CallOptions& options) {
    const auto limits = limits_of(*partitioning_, options);
    partitioning_->tell([](PartitionPlan& plan) { plan.finish(); });
    return await_release(partitioning_, true, limits);
}

void SetPartitioner::finish(const CallOptions& options) {
    block_on(partitioning_->handler(), [&] { return finish_async(options); });
}

const std::string& SetPartitioner::identifier() const noexcept {
    return partitioning_->identifier();
}

const std::string& SetPartitioner::path() const noexcept {
    return partitioning_->path();
}

}  // namespace kazoo
