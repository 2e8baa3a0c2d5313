// SPDX-License-Identifier: Apache-2.0
/// std::function and std::bad_function_call without the rest of <functional>, and an invoke().
#pragma once

#include <kazoo/detail/export.hpp>

#include <utility>

// With libstdc++ <functional> includes <unordered_map> and most of <algorithm>, which take a
// twelfth of the time that a source with <kazoo/client.hpp> needs to compile.
#if __has_include(<bits/std_function.h>)
#    include <bits/std_function.h>
#else
#    include <functional>
#endif

KAZOO_API_BEGIN
namespace kazoo::detail {

/// std::invoke, which is in <functional>.
template <class F, class... Args>
decltype(auto) invoke(F&& function, Args&&... args) {
#if __has_include(<bits/std_function.h>)
    return std::__invoke(std::forward<F>(function), std::forward<Args>(args)...);
#else
    return std::invoke(std::forward<F>(function), std::forward<Args>(args)...);
#endif
}

}  // namespace kazoo::detail
KAZOO_API_END
