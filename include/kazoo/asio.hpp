// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Boost.Asio completion tokens for results (AsyncResult::operator()). Needs Boost 1.81 or later.
///
///     auto node = co_await zk.get_async("/a")(asio::use_awaitable);
///     auto future = zk.get_async("/a")(asio::use_future);
///     zk.get_async("/a")([](std::exception_ptr error, NodeData node) { ... });

#include <kazoo/async_result.hpp>
#include <kazoo/detail/asio_token.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {
namespace detail {

/// Returns the code of the Error that error_from() returns for an exception.
[[nodiscard]] inline boost::system::error_code error_code_of(const std::exception_ptr& error
) noexcept {
    return boost::system::error_code(error_from(error).code());
}

/// Returns the error as an error_code: that of the Error, or ClientErrc::foreign_exception for
/// exceptions that are not the library's.
template <class T>
[[nodiscard]] boost::system::error_code error_code_of(const AsyncResult<T>& result) noexcept {
    if (result.successful()) {
        return {};
    }
    try {
        return boost::system::error_code(detail::state_of(result)->error().code());
    } catch (...) {
        return boost::system::error_code(make_error_code(ClientErrc::out_of_memory));
    }
}

/// Calls a completion handler with a ready result. A value whose copy throws is passed as that
/// error.
template <class Signature, class T, class CompletionHandler>
void complete_handler(AsyncResult<T> result, CompletionHandler& handler) {
    constexpr bool codes = is_error_code_signature<Signature>;
    if constexpr (std::is_void_v<T>) {
        if constexpr (codes) {
            std::move(handler)(error_code_of(result));
        } else {
            std::move(handler)(result.exception());
        }
    } else {
        std::optional<T> value;
        std::exception_ptr failure;
        try {
            if (result.successful()) {
                value.emplace(std::move(result).get());
            }
        } catch (...) {
            failure = std::current_exception();
        }
        T given = value ? std::move(*value) : T();
        if constexpr (codes) {
            const auto code = failure ? error_code_of(failure)
                              : value ? boost::system::error_code()
                                      : error_code_of(result);
            std::move(handler)(code, std::move(given));
        } else {
            if (!value && !failure) {
                failure = result.exception();
            }
            std::move(handler)(failure, std::move(given));
        }
    }
}

/// Calls a completion handler with the exception for which its wait could not begin.
template <class Signature, class T, class CompletionHandler>
void refuse_handler(CompletionHandler&& handler, const std::exception_ptr& failure) {
    const auto error = [&failure] {
        if constexpr (is_error_code_signature<Signature>) {
            return error_code_of(failure);
        } else {
            return failure;
        }
    };
    if constexpr (std::is_void_v<T>) {
        std::move(handler)(error());
    } else {
        std::move(handler)(error(), T());
    }
}

/// Returns the executor for completion handlers without an associated one: that of the result's
/// handler, or the system executor if there is none.
template <class T>
[[nodiscard]] boost::asio::any_io_executor default_executor(const AsyncResult<T>& result) {
    boost::asio::any_io_executor executor;
    if (result.handler()) {
        executor = result.handler()->executor();
    }
    return executor ? executor : boost::asio::any_io_executor(boost::asio::system_executor());
}

/// A completion handler with its result. The work guard keeps its executor running until it has
/// run.
template <class Signature, class T, class CompletionHandler>
class PendingCompletion {
public:
    using Executor =
        boost::asio::associated_executor_t<CompletionHandler, boost::asio::any_io_executor>;

    /// Leaves `handler` unchanged if it throws.
    PendingCompletion(CompletionHandler&& handler, AsyncResult<T> result)
        : work_(boost::asio::get_associated_executor(handler, default_executor(result))),
          handler_(std::move(handler)),
          result_(std::move(result)) {}

    void operator()() {
        if (auto slot = boost::asio::get_associated_cancellation_slot(handler_);
            slot.is_connected()) {
            slot.clear();
        }
        complete_handler<Signature>(std::move(result_), handler_);
        work_.reset();
    }
    [[nodiscard]] Executor executor() const noexcept { return work_.get_executor(); }
    [[nodiscard]] CompletionHandler& handler() noexcept { return handler_; }

private:
    boost::asio::executor_work_guard<Executor> work_;
    CompletionHandler handler_;
    AsyncResult<T> result_;
};

/// Posts the completion to its executor. Throws std::bad_alloc after a second attempt.
template <class Pending>
void post_completion(const std::shared_ptr<Pending>& pending) {
    const auto post = [&pending] {
        boost::asio::post(pending->executor(), [pending] { (*pending)(); });
    };
    try {
        post();
    } catch (const std::bad_alloc&) {
        post();
    }
}

/// Begins the wait for a result. Throws std::bad_alloc.
template <class Pending, class T>
void begin_completion(const std::shared_ptr<Pending>& pending, const AsyncResult<T>& result) {
    ResultStateBase::Continuation run = [pending](ResultStateBase&) {
        try {
            post_completion(pending);
        } catch (const std::bad_alloc&) {
            (*pending)();  // in this thread: the completion must not be lost
        }
    };
    if (!detail::state_of(result)->link_direct(std::move(run))) {
        post_completion(pending);
    }
}

/// Begins the wait of a completion handler for a result. If it cannot begin, throws std::bad_alloc
/// or, with `suspended`, resumes the suspended caller by calling the handler with that exception.
template <class Signature, bool suspended, class T, class CompletionHandler>
void initiate_completion(CompletionHandler handler, const AsyncResult<T>& result) {
    using Pending = PendingCompletion<Signature, T, CompletionHandler>;
    auto slot = boost::asio::get_associated_cancellation_slot(handler);
    std::shared_ptr<Pending> pending;
    std::exception_ptr failure;
    try {
        if (slot.is_connected()) {
            slot.assign([result](boost::asio::cancellation_type) { result.cancel(); });
        }
        pending = std::make_shared<Pending>(std::move(handler), result);
        return begin_completion(pending, result);
    } catch (...) {
        if (slot.is_connected()) {
            slot.clear();  // others may wait for the result
        }
        if constexpr (!suspended) {
            throw;
        }
        failure = std::current_exception();
    }
    if constexpr (suspended) {
        // Not in the catch clause: the coroutine continues within this call, and destroys `result`.
        refuse_handler<Signature, T>(pending ? pending->handler() : handler, failure);
    }
}

/// Implements `result(token)` for one signature.
template <class Signature, class T, class CompletionToken>
auto complete_token(const AsyncResult<T>& awaited, CompletionToken&& token) {
    return boost::asio::async_initiate<CompletionToken, Signature>(
        [](auto handler, const AsyncResult<T>& result) {
            constexpr bool suspended = suspends_caller<std::remove_cvref_t<CompletionToken>>;
            initiate_completion<Signature, suspended>(std::move(handler), result);
        },
        token,
        awaited
    );
}

/// Implements AsyncResult::operator(), which selects the signature by the type of the token.
template <class T, class CompletionToken>
struct TokenCompletion {
    static auto run(const AsyncResult<T>& result, CompletionToken&& token) {
        constexpr bool is_bare = is_bare_co_await<std::remove_cvref_t<CompletionToken>>;
        static_assert(
            !is_bare,
            "kazoo: in an asio::awaitable write `co_await result(asio::use_awaitable)`; a bare "
            "result cannot be awaited there"
        );
        if constexpr (!is_bare) {
            return complete_token<TokenSignature<T, CompletionToken>>(
                result, std::forward<CompletionToken>(token)
            );
        }
    }
};

}  // namespace detail

/// Completes `token` with `void(boost::system::error_code, T)`, for AsyncResult<void> with
/// `void(boost::system::error_code)`, whatever the type of the token. In contrast, `result(token)`
/// uses error codes only for as_tuple, redirect_error and yield_context.
///
/// On success the code is empty; on failure it is that of the Error, in its category (`ec ==
/// Errc::no_node`), and the value is T(). With `use_awaitable` and similar tokens a failure throws
/// boost::system::system_error. Executor, cancellation and exceptions: AsyncResult::operator().
template <class T, class CompletionToken>
auto with_error_code(const AsyncResult<T>& result, CompletionToken&& token) {
    return detail::complete_token<detail::ErrorCodeSignature<T>>(
        result, std::forward<CompletionToken>(token)
    );
}

/// Completes `token` with `void(std::exception_ptr, T)`, for AsyncResult<void> with
/// `void(std::exception_ptr)`, whatever the type of the token. On success the pointer is null; with
/// `use_awaitable` a failure throws the exception class of the error.
template <class T, class CompletionToken>
auto with_exception(const AsyncResult<T>& result, CompletionToken&& token) {
    return detail::complete_token<detail::ExceptionSignature<T>>(
        result, std::forward<CompletionToken>(token)
    );
}

}  // namespace kazoo
KAZOO_API_END
