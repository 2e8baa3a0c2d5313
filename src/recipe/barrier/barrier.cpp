// SPDX-License-Identifier: Apache-2.0
#include "recipe/barrier/node_signal.hpp"
#include "recipe/blocking.hpp"
#include "recipe/repeated_step.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/barrier.hpp>

#include <optional>
#include <string>
#include <utility>

namespace kazoo {
namespace detail::recipe {

/// What the object and its calls share. Immutable.
class BarrierState {
public:
    BarrierState(const KazooClient& zk, PathView node)
        : client(zk, "Barrier"), path(client.checked_path(node)), signal(client.handler()) {}

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client.handler();
    }
    [[nodiscard]] CallLimits limits(const CallOptions& options, CallKind kind) const {
        return CallLimits(options, *handler(), kind);
    }
    [[nodiscard]] std::shared_ptr<Tries> tries(const CallLimits& limits) const {
        return std::make_shared<Tries>(client, path, limits, short_pauses());
    }

    const RecipeClient client;
    const std::string path;
    const NodeSignal signal;
};

namespace {

using State = std::shared_ptr<BarrierState>;
using MaybeStat = std::optional<ZnodeStat>;

AsyncResult<void> create_node(State state, CallLimits limits) {
    Step<bool> step = [state, limits] {
        return state->client.call([&](KazooClient& zk) {
            return zk.ensure_path_async(state->path, limits.step());
        });
    };
    auto created = repeat(state->tries(limits), std::move(step));
    co_await direct(std::move(created));
}

AsyncResult<MaybeStat> look(
    State state, CallLimits limits, Watcher watch, Consistency consistency
) {
    Step<MaybeStat> step = [state, limits, watch, consistency] {
        return state->client.call([&](KazooClient& zk) {
            const auto options = ReadOptions(limits.step()).consistency(consistency);
            return zk.exists_async(state->path, watch, options);
        });
    };
    return repeat(state->tries(limits), std::move(step));
}

AsyncResult<bool> remove_node(State state, CallLimits limits) {
    auto looking = look(state, limits, Watcher(), Consistency::latest);
    const auto stat = co_await direct(std::move(looking));
    if (!stat) {
        co_return false;
    }
    const auto deletion = state->client.call([&](KazooClient& zk) {
        return zk.delete_guaranteed_async(state->path, stat->czxid, limits.step());
    });
    co_await direct(deletion);
    co_return true;
}

AsyncResult<void> wait_until_absent(State state, CallLimits limits) {
    for (;;) {
        const auto fired = state->signal.wait(limits);  // before the read, to miss no event
        bool closed = false;
        std::exception_ptr failure;
        try {
            auto looking = look(state, limits, state->signal.watcher(), Consistency::local);
            const auto stat = co_await direct(std::move(looking));
            closed = stat.has_value();
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure || !closed) {
            fired.cancel();
        }
        if (failure) {
            std::rethrow_exception(failure);
        }
        if (!closed) {
            co_return;
        }
        const bool in_time = co_await direct(fired);
        if (!in_time) {
            throw_timeout(
                state->client, state->path, Outcome::not_applied, "the barrier is still closed"
            );
        }
    }
}

}  // namespace
}  // namespace detail::recipe

using namespace detail::recipe;

Barrier::Barrier(const KazooClient& client, PathView path)
    : state_(std::make_shared<BarrierState>(client, path)) {}
Barrier::Barrier(Barrier&&) noexcept = default;
Barrier& Barrier::operator=(Barrier&&) noexcept = default;
Barrier::~Barrier() = default;

AsyncResult<void> Barrier::create_async(const CallOptions& options) const {
    return create_node(state_, state_->limits(options, CallKind::does_not_wait));
}

void Barrier::create(const CallOptions& options) const {
    block_on(state_->handler(), [&] { return create_async(options); });
}

AsyncResult<bool> Barrier::remove_async(const CallOptions& options) const {
    return remove_node(state_, state_->limits(options, CallKind::does_not_wait));
}

bool Barrier::remove(const CallOptions& options) const {
    return block_on(state_->handler(), [&] { return remove_async(options); });
}

AsyncResult<void> Barrier::wait_async(const CallOptions& options) const {
    return wait_until_absent(state_, state_->limits(options, CallKind::waits));
}

void Barrier::wait(const CallOptions& options) const {
    block_on_events(state_->handler(), [&] { return wait_async(options); });
}

}  // namespace kazoo
