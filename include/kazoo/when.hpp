#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/when_state.hpp>

#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

/// Several results as one: `when_all` waits for all of them, `when_any` for the first.
///
///     auto [node, names] = co_await when_all(zk.get_async("/a"), zk.get_children_async("/b"));
///
///     std::vector<AsyncResult<NodeData>> reads;
///     for (const auto& path : paths) reads.push_back(zk.get_async(path));
///     for (const auto& read : co_await when_all(std::move(reads))) { ... read.result() ... }
///
///     const auto first = co_await when_any(reads);  // reads[first] is ready
///
/// What they return is a result like any other: it can be waited for, linked, awaited, cancelled.
/// Its handler is that of the first result given that has one; its callbacks run there, on the
/// completion lane. Nothing of it runs on the lanes of the others. From any thread.
///
/// Results may be of any operations and handlers, ready already, and given more than once. One that
/// is not valid makes the combined result fail at once with BadArgumentsError (outcome unknown: the
/// others go on).
///
/// To bound the wait give each operation a CallOptions::timeout; a blocking `get(timeout)` of the
/// combined result bounds the wait alone.
///
/// With g++ 12 a braced list cannot stand in a `co_await` expression: name the vector.

KAZOO_API_BEGIN
namespace kazoo {

/// Ready when all are, also when one fails early, so that no operation is left running unnoticed.
/// Gives their values in the order of the arguments (std::monostate for void): moved out of results
/// that nobody else holds, else copied. If any failed, fails with the error of the first in the
/// order of the arguments, as it was thrown; its outcome is that of this one operation. For the
/// others keep their results, or use the form with a vector.
///
/// Cancelling cancels all that are pending. Then, once all are ready, it fails with CancelledError
/// (outcome unknown) if any of them was cancelled.
template <class... T>
[[nodiscard]] AsyncResult<std::tuple<detail::WhenValue<T>...>> when_all(AsyncResult<T>... results) {
    using Values = std::tuple<detail::WhenValue<T>...>;
    using Results = std::tuple<AsyncResult<T>...>;
    return AsyncResult<Values>(
        detail::begin_when<detail::WhenAllState<Values, Results>>(Results(std::move(results)...))
    );
}

/// Ready when all are. Gives the results themselves, in the same order and each ready, so that
/// failures can be looked at one by one; does not fail with them. Of no results: ready at once.
/// Cancellation: as above.
template <class T>
[[nodiscard]] AsyncResult<std::vector<AsyncResult<T>>> when_all(std::vector<AsyncResult<T>> results
) {
    using Results = std::vector<AsyncResult<T>>;
    return AsyncResult<Results>(
        detail::begin_when<detail::WhenAllState<Results, Results>>(std::move(results))
    );
}

/// Gives the index of the first result that is ready, with a value or an error; of those that are
/// ready in the call the first in order. The others go on, and nothing remains linked to them:
/// cancel them yourself if nobody wants them. Of no results: fails with BadArgumentsError.
///
/// Cancelling cancels all of them and fails with CancelledError (outcome unknown).
template <class T>
[[nodiscard]] AsyncResult<std::size_t> when_any(std::vector<AsyncResult<T>> results) {
    using Results = std::vector<AsyncResult<T>>;
    return AsyncResult<std::size_t>(
        detail::begin_when<detail::WhenAnyState<Results>>(std::move(results))
    );
}

/// The same for results of different types.
template <class... T>
requires(sizeof...(T) > 0)
    [[nodiscard]] AsyncResult<std::size_t> when_any(AsyncResult<T>... results) {
    using Results = std::tuple<AsyncResult<T>...>;
    return AsyncResult<std::size_t>(
        detail::begin_when<detail::WhenAnyState<Results>>(Results(std::move(results)...))
    );
}

}  // namespace kazoo
KAZOO_API_END
