// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/access.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/link.hpp>
#include <kazoo/detail/ref_counted.hpp>

#include <cstddef>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// Links a result that depends on other results to one of them. While linked, it owns the dependent
/// result, whose `ready_at(index)` or `abandon()` is called once.
template <class State>
class OwningLink final : public Link {
public:
    /// Links it; false if the result is ready.
    template <class T>
    bool begin(State& state, std::size_t index, const AsyncResult<T>& result) noexcept {
        index_ = index;
        state_ = RefPtr<State>(&state);
        if (detail::state_of(result)->link(*this, LinkKind::direct)) {
            return true;
        }
        state_ = {};
        return false;
    }
    template <class T>
    void end(const AsyncResult<T>& result) noexcept {
        if (detail::state_of(result)->unlink(*this)) {
            state_ = {};
        }
    }

    void run(ResultStateBase&) noexcept override { std::exchange(state_, {})->ready_at(index_); }
    void drop() noexcept override { std::exchange(state_, {})->abandon(); }

private:
    RefPtr<State> state_;
    std::size_t index_ = 0;
};

}  // namespace kazoo::detail
KAZOO_API_END
