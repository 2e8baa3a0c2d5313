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
namespace boost::asio {
template <typename Executor>
class basic_yield_context;
namespace detail {
template <typename Executor>
class awaitable_frame_base;
}
}  // namespace boost::asio

namespace kazoo::detail {

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

/// Tokens that are made for error codes. A yield_context is one of them: that of Boost 1.81 cannot
/// take exceptions.
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

template <class T, class Token>
using TokenSignature = std::conditional_t<
    wants_error_code<std::remove_cvref_t<Token>>,
    ErrorCodeSignature<T>,
    ExceptionSignature<T>>;

/// What an asio::awaitable tries as a token for `co_await result`.
template <class Token>
inline constexpr bool is_bare_co_await = false;
template <class Executor>
inline constexpr bool is_bare_co_await<boost::asio::detail::awaitable_frame_base<Executor>*> = true;

}  // namespace kazoo::detail
KAZOO_API_END
