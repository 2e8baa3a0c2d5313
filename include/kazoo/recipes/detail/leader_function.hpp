// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/recipes/leadership.hpp>
#include <kazoo/unique_function.hpp>

#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// The function of an Election in the form that is stored. Returns an invalid result if the work
/// is done.
using LeaderFunction = UniqueFunction<AsyncResult<void>(const Leadership&)>;

/// Calls the function of an Election with the arguments that it takes.
template <class Function>
decltype(auto) call_leader(Function& function, const Leadership& leadership) {
    constexpr bool takes_leadership = std::is_invocable_v<Function&, const Leadership&>;
    static_assert(
        takes_leadership || std::is_invocable_v<Function&>,
        "kazoo: the function of an Election is called with a Leadership, or without arguments"
    );
    if constexpr (takes_leadership) {
        return function(leadership);
    } else {
        return function();
    }
}

template <class Function>
using LeaderReturn =
    decltype(call_leader(std::declval<std::decay_t<Function>&>(), std::declval<const Leadership&>())
    );
template <class Returned>
inline constexpr bool returned_by_leaders =
    std::is_void_v<Returned> || std::is_same_v<Returned, AsyncResult<void>>;

template <class Function>
LeaderFunction leader_function(Function&& function) {
    using Returned = LeaderReturn<Function>;
    static_assert(
        returned_by_leaders<Returned>,
        "kazoo: the function of an Election returns void or AsyncResult<void>"
    );
    return [stored = std::decay_t<Function>(std::forward<Function>(function)
            )](const Leadership& leadership) mutable {
        if constexpr (std::is_void_v<Returned>) {
            call_leader(stored, leadership);
            return AsyncResult<void>();
        } else {
            return call_leader(stored, leadership);
        }
    };
}

}  // namespace kazoo::detail
KAZOO_API_END
