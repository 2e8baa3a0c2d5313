// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/call_options.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/read_options.hpp>
#include <kazoo/watcher.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {
class KazooClient;
}

namespace kazoo::detail {

/// True for pointers to member functions of KazooClient, those of its base classes included.
template <class F>
inline constexpr bool is_client_call = false;
template <class F>
requires std::is_reference_v<F>
inline constexpr bool is_client_call<F> = is_client_call<std::remove_cvref_t<F>>;
template <class F, class Owner>
inline constexpr bool is_client_call<F Owner::*> =
    std::is_function_v<F>&& std::is_base_of_v<Owner, KazooClient>;

/// A function that KazooClient::retry calls with lvalues of Args. Excludes member functions of the
/// client, for which it has an overload.
template <class F, class... Args>
concept RetriedFunction = std::invocable<F&, Args&...> && !is_client_call<F>;

/// Returns the default of a trailing parameter of KazooClient's functions. Default arguments are
/// lost in a call through a member pointer, so they are repeated here, by type.
template <class Argument>
Argument default_argument() {
    static_assert(
        std::is_same_v<Argument, Watcher> || std::is_same_v<Argument, CreateOptions> ||
            std::is_same_v<Argument, CallOptions> || std::is_same_v<Argument, ReadOptions> ||
            std::is_same_v<Argument, std::int32_t> ||
            std::is_same_v<Argument, std::optional<AclList>>,
        "kazoo: a required argument is missing: pass the data or the ACL"
    );
    if constexpr (std::is_same_v<Argument, std::int32_t>) {
        return -1;  // the version parameter: any version
    } else {
        return Argument();
    }
}

/// Calls `operation` with the given arguments and the defaults of the missing trailing ones.
template <class R, class Owner, class Client, class... Params, class... Args>
R call_client(
    R (Owner::*operation)(PathView, Params...), Client& client, PathView path, Args&... args
) {
    using Arguments = std::tuple<std::remove_cvref_t<Params>...>;
    constexpr std::size_t given = sizeof...(Args);
    return [&]<std::size_t... i>(std::index_sequence<i...>)->R {
        return (client.*operation)(
            path, args..., default_argument<std::tuple_element_t<given + i, Arguments>>()...
        );
    }
    (std::make_index_sequence<sizeof...(Params) - given>());
}

}  // namespace kazoo::detail
KAZOO_API_END
