// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/result_state.hpp>

#include <memory>
#include <new>
#include <utility>

namespace kazoo::detail::client {

/// Returns a result that has failed with out_of_memory, without allocating: all results of a type
/// share one state in static storage, which is never destroyed.
template <class T>
AsyncResult<T> no_memory() noexcept {
    alignas(detail::ResultState<T>) static std::byte storage[sizeof(detail::ResultState<T>)];
    static auto* const state = [] {
        auto* const made = std::construct_at(
            reinterpret_cast<detail::ResultState<T>*>(storage), std::shared_ptr<Handler>()
        );
        made->add_ref();
        made->fail(Error(ClientErrc::out_of_memory, Outcome::not_sent));
        return made;
    }();
    return detail::make_result<T>(detail::RefPtr<detail::ResultState<T>>(state));
}

template <class Result>
struct ValueOf;
template <class T>
struct ValueOf<AsyncResult<T>> {
    using Type = T;
};

/// Returns what `call` returns, or a failed result if it throws std::bad_alloc: asynchronous
/// functions do not throw.
template <class Call>
auto or_no_memory(Call&& call) -> decltype(call()) {
    try {
        return call();
    } catch (const std::bad_alloc&) {
        return no_memory<typename ValueOf<decltype(call())>::Type>();
    }
}

}  // namespace kazoo::detail::client
