// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/error_code.hpp>

#include <exception>
#include <type_traits>

KAZOO_API_BEGIN
// Forward-declared to avoid including <boost/asio/spawn.hpp> and <boost/asio/awaitable.hpp>.
namespace boost::asio {
template <typename Executor>
class basic_yield_context;
template <typename Executor>
struct use_awaitable_t;
namespace detail {
template <typename Executor>
class awaitable_frame_base;
}
}  // namespace boost::asio

namespace kazoo::detail {

/// The completion signatures of an AsyncResult<T>: one with an exception, one with an error code.
template <class T>
struct SignaturesOf {
    using WithException = void(std::exception_ptr, T);
    using WithErrorCode = void(boost::system::error_code, T);
};
template <>
struct SignaturesOf<void> {
    using WithException = void(std::exception_ptr);
    using WithErrorCode = void(boost::system::error_code);
};
template <class T>
using ExceptionSignature = typename SignaturesOf<T>::WithException;
template <class T>
using ErrorCodeSignature = typename SignaturesOf<T>::WithErrorCode;

template <class Signature>
inline constexpr bool is_error_code_signature = false;
template <class... T>
inline constexpr bool is_error_code_signature<void(boost::system::error_code, T...)> = true;

/// True for completion tokens that expect an error code as the first argument. This includes
/// yield_context, because that of Boost 1.81 does not support std::exception_ptr. Tokens with an
/// associated executor or cancellation slot are like the token inside.
template <class Token>
inline constexpr bool wants_error_code = false;
template <class Token>
inline constexpr bool wants_error_code<boost::asio::as_tuple_t<Token>> = true;
template <class Token>
inline constexpr bool wants_error_code<boost::asio::redirect_error_t<Token>> = true;
template <class Executor>
inline constexpr bool wants_error_code<boost::asio::basic_yield_context<Executor>> = true;
template <class Token, class Executor>
inline constexpr bool wants_error_code<boost::asio::executor_binder<Token, Executor>> =
    wants_error_code<Token>;
template <class Token, class Slot>
inline constexpr bool wants_error_code<boost::asio::cancellation_slot_binder<Token, Slot>> =
    wants_error_code<Token>;

/// True for tokens that suspend the calling coroutine before they initiate the operation. The
/// caller cannot catch what the initiation throws. Not recognised: an asio::deferred operation that
/// a coroutine awaits later.
template <class Token>
inline constexpr bool suspends_caller = false;
template <class Executor>
inline constexpr bool suspends_caller<boost::asio::use_awaitable_t<Executor>> = true;
template <class Executor>
inline constexpr bool suspends_caller<boost::asio::basic_yield_context<Executor>> = true;
template <class Token>
inline constexpr bool suspends_caller<boost::asio::as_tuple_t<Token>> = suspends_caller<Token>;
template <class Token>
inline constexpr bool suspends_caller<boost::asio::redirect_error_t<Token>> =
    suspends_caller<Token>;
template <class Token, class Executor>
inline constexpr bool suspends_caller<boost::asio::executor_binder<Token, Executor>> =
    suspends_caller<Token>;
template <class Token, class Slot>
inline constexpr bool suspends_caller<boost::asio::cancellation_slot_binder<Token, Slot>> =
    suspends_caller<Token>;

/// The signature to use for a token unless the user has chosen one explicitly.
template <class T, class Token>
using TokenSignature = std::conditional_t<
    wants_error_code<std::remove_cvref_t<Token>>,
    ErrorCodeSignature<T>,
    ExceptionSignature<T>>;

/// True for the argument with which asio::awaitable tries to call the operand of a `co_await`. For
/// `co_await result` without a token this instantiates AsyncResult::operator(), which can then
/// reject it with a readable message.
template <class Token>
inline constexpr bool is_bare_co_await = false;
template <class Executor>
inline constexpr bool is_bare_co_await<boost::asio::detail::awaitable_frame_base<Executor>*> = true;

}  // namespace kazoo::detail
KAZOO_API_END
