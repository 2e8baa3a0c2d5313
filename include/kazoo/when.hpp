// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/when_state.hpp>

#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

/// Combined results: `when_all` waits for all of several results, `when_any` for the first.
///
///     auto [node, names] = co_await when_all(zk.get_async("/a"), zk.get_children_async("/b"));
///
///     std::vector<AsyncResult<NodeData>> reads;
///     for (const auto& path : paths) reads.push_back(zk.get_async(path));
///     for (const auto& read : co_await when_all(std::move(reads))) { ... read.result() ... }
///
///     const auto first = co_await when_any(reads);  // reads[first] is ready
///
/// Both return an ordinary result, to be waited for, linked, awaited and cancelled. Its handler is
/// that of the first argument that has one; its callbacks run there, on Lane::completion, and it
/// uses no lane of the other handlers. Both functions are thread-safe and throw std::bad_alloc.
///
/// The arguments may be results of any operations and handlers, already ready, and repeated. If one
/// is invalid (AsyncResult::valid) the combined result fails at once with BadArgumentsError
/// (Outcome::unknown, since the other operations continue).
///
/// To bound the operations, give each a CallOptions::timeout; a blocking `get(timeout)` of the
/// combined result bounds the wait only.
///
/// With g++ 12 a braced list cannot be written within a `co_await` expression: name the vector.

KAZOO_API_BEGIN
namespace kazoo {

/// Ready when all results are ready, also if one fails early, so that no operation continues
/// unnoticed. Returns their values in the order of the arguments (std::monostate for void), moved
/// out of results with no other handle, else copied. If any failed, fails with the error of the
/// first of them in the order of the arguments, with that operation's outcome; for the others keep
/// their results, or use the form with a vector.
///
/// Cancelling cancels all pending results; once all are ready, the combined result fails with
/// CancelledError (Outcome::unknown) if any of them was cancelled.
template <class... T>
[[nodiscard]] AsyncResult<std::tuple<detail::WhenValue<T>...>> when_all(AsyncResult<T>... results) {
    using Values = std::tuple<detail::WhenValue<T>...>;
    using Results = std::tuple<AsyncResult<T>...>;
    return detail::make_result<Values>(
        detail::begin_when<detail::WhenAllState<Values, Results>>(Results(std::move(results)...))
    );
}

/// Ready when all results are ready; does not fail with their errors. Returns the results
/// themselves, in the same order and each ready. An empty vector gives a result that is ready at
/// once. Cancelling works as above.
template <class T>
[[nodiscard]] AsyncResult<std::vector<AsyncResult<T>>> when_all(std::vector<AsyncResult<T>> results
) {
    using Results = std::vector<AsyncResult<T>>;
    return detail::make_result<Results>(
        detail::begin_when<detail::WhenAllState<Results, Results>>(std::move(results))
    );
}

/// Ready when the first result is ready, with a value or an error. Returns its index; if several
/// are ready at the call, the lowest. The others continue, without a link to the combined result:
/// cancel those that are not needed. Fails with BadArgumentsError for an empty vector.
///
/// Cancelling cancels all results and fails with CancelledError (Outcome::unknown).
template <class T>
[[nodiscard]] AsyncResult<std::size_t> when_any(std::vector<AsyncResult<T>> results) {
    using Results = std::vector<AsyncResult<T>>;
    return detail::make_result<std::size_t>(
        detail::begin_when<detail::WhenAnyState<Results>>(std::move(results))
    );
}

/// As above, for results of different types.
template <class... T>
[[nodiscard]] AsyncResult<std::size_t> when_any(AsyncResult<T>... results
) requires(sizeof...(T) > 0) {
    using Results = std::tuple<AsyncResult<T>...>;
    return detail::make_result<std::size_t>(
        detail::begin_when<detail::WhenAnyState<Results>>(Results(std::move(results)...))
    );
}

}  // namespace kazoo
KAZOO_API_END
