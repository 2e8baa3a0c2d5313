// SPDX-License-Identifier: Apache-2.0
#include "recipe/barrier/double_barrier_state.hpp"

#include "recipe/pauses.hpp"

#include <kazoo/exceptions.hpp>

#include <new>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

std::size_t checked_number(int num_clients) {
    if (num_clients < 1) {
        throw_error(Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            "DoubleBarrier",
            {},
            "num_clients must be at least 1"
        ));
    }
    return static_cast<std::size_t>(num_clients);
}

const char* description(DoubleBarrierState::Phase phase) noexcept {
    switch (phase) {
        case DoubleBarrierState::Phase::out:
            return "this member has not entered";
        case DoubleBarrierState::Phase::entering:
            return "a call of enter is in progress";
        case DoubleBarrierState::Phase::in:
            return "this member has entered";
        case DoubleBarrierState::Phase::leaving:
            break;
    }
    return "a call of leave is in progress";
}

}  // namespace

DoubleBarrierState::DoubleBarrierState(
    const KazooClient& zk, PathView node, int num_clients, std::string_view member
)
    : client(zk, "DoubleBarrier"),
      path(client.checked_path(node)),
      needed(checked_number(num_clients)),
      identifier(member),
      signal(client.handler()) {}

std::string DoubleBarrierState::path_of(std::string_view name) const {
    std::string whole = path;
    whole += '/';
    whole += name;
    return whole;
}

void DoubleBarrierState::begin(Phase from, Phase to, const char* operation) {
    const std::lock_guard lock(mutex_);
    if (phase_ != from) {
        throw_error(
            Error(Errc::bad_arguments, Outcome::not_sent, operation, path, description(phase_))
        );
    }
    phase_ = to;
}

bool DoubleBarrierState::entered(const CreatedNode& own) {
    auto copy = own;
    const std::lock_guard lock(mutex_);
    if (abandoned_) {
        return false;
    }
    phase_ = Phase::in;
    own_ = std::move(copy);
    return true;
}

void DoubleBarrierState::left() noexcept {
    const std::lock_guard lock(mutex_);
    phase_ = Phase::out;
}

CreatedNode DoubleBarrierState::own() const {
    const std::lock_guard lock(mutex_);
    return own_;
}

CreatedNode DoubleBarrierState::take_own() noexcept {
    const std::lock_guard lock(mutex_);
    return std::move(own_);
}

bool DoubleBarrierState::participating() const noexcept {
    const std::lock_guard lock(mutex_);
    return phase_ == Phase::in;
}

void DoubleBarrierState::set_entering(const AsyncResult<void>& result) {
    AsyncResult<void> former = result;
    bool abandoned = false;
    {
        const std::lock_guard lock(mutex_);
        std::swap(entering_, former);
        abandoned = abandoned_;
    }
    if (abandoned) {
        result.cancel();
    }
}

void DoubleBarrierState::abandon() noexcept {
    AsyncResult<void> entering;
    CreatedNode own;
    bool is_in = false;
    {
        const std::lock_guard lock(mutex_);
        abandoned_ = true;
        entering = std::move(entering_);
        if (phase_ == Phase::in) {
            phase_ = Phase::out;
            is_in = true;
            own = std::move(own_);
        }
    }
    if (is_in) {
        delete_in_background(own);
    }
    try {
        if (entering.valid()) {
            entering.cancel();
        }
    } catch (const std::exception&) {
        // No memory to cancel it: enter ends by itself, and then finds that it is abandoned.
    }
}

void DoubleBarrierState::delete_in_background(const CreatedNode& own) noexcept {
    try {
        const auto deletion = begin_to_delete(own);
        deletion.rawlink([self = shared_from_this()](const AsyncResult<void>& deleted) {
            const auto result = deleted.result();
            const bool ends = !result && (result.failure().code() == Condition::session_lost ||
                                          result.failure().code() == Errc::connection_loss);
            if (!result && !ends) {  // else the node ends with the session
                self->client.log(LogLevel::warning, self->path, result.failure().message());
            }
        });
    } catch (const ConnectionClosedError&) {
        // The client has been destroyed, and the node ends with the session.
    } catch (const std::exception& error) {
        client.log(LogLevel::warning, path, error.what());
    }
}

/// Tries again if there is no memory.
AsyncResult<void> DoubleBarrierState::begin_to_delete(const CreatedNode& own) const {
    for (int tries = 1;; ++tries) {
        try {
            return client.call([&](KazooClient& zk) {
                return zk.delete_guaranteed_async(
                    own.path, own.stat.czxid, CallOptions().timeout(Duration::max())
                );
            });
        } catch (const std::bad_alloc&) {
            if (tries == most_without_memory) {
                throw;
            }
        }
    }
}

}  // namespace kazoo::detail::recipe
