// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/unique_function.hpp>

#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// The functions of watches return void, or bool: false ends the watch.
template <class Returned>
inline constexpr bool returned_by_watch_functions =
    std::is_void_v<Returned> || std::is_same_v<Returned, bool>;

/// Wraps the function of a watch in the form that the watch stores. `call` calls it with the
/// arguments that it takes, which are made from a Change.
template <class Change, class Function, class Call>
UniqueFunction<bool(Change&)> watch_function(Function&& function, Call call) {
    using Stored = std::decay_t<Function>;
    using Returned = std::invoke_result_t<Call&, Stored&, Change&>;
    static_assert(
        returned_by_watch_functions<Returned>,
        "kazoo: the function of a watch returns void or bool; false ends the watch"
    );
    return [stored = Stored(std::forward<Function>(function)), call](Change& change) mutable {
        if constexpr (std::is_void_v<Returned>) {
            call(stored, change);
            return true;
        } else {
            return call(stored, change);
        }
    };
}

}  // namespace kazoo::detail
KAZOO_API_END
