#pragma once

/// Boost.Asio completion tokens for results: `co_await zk.get_async("/a")(asio::use_awaitable)`,
/// `zk.get_async("/a")(asio::use_future)`, and so on.

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

namespace detail {

template <class T>
struct CompletionSignature {
    using type = void(std::exception_ptr, T);
};
template <>
struct CompletionSignature<void> {
    using type = void(std::exception_ptr);
};

/// Hands a ready result to an Asio completion handler.
template <class T, class CompletionHandler>
void complete_handler(AsyncResult<T> result, CompletionHandler& handler) {
    if constexpr (std::is_void_v<T>) {
        std::move(handler)(result.exception());
    } else if (result.successful()) {
        std::move(handler)(std::exception_ptr(), T(*result.value()));
    } else {
        std::move(handler)(result.exception(), T());
    }
}

/// A completion handler on its way: keeps its executor busy until it has run.
template <class T, class CompletionHandler>
class PendingCompletion {
public:
    using Executor = boost::asio::associated_executor_t<CompletionHandler>;

    PendingCompletion(CompletionHandler handler, AsyncResult<T> result)
        : work_(boost::asio::make_work_guard(handler)),
          handler_(std::move(handler)),
          result_(std::move(result)) {}

    void operator()() {
        if (auto slot = boost::asio::get_associated_cancellation_slot(handler_);
            slot.is_connected()) {
            slot.clear();
        }
        complete_handler(std::move(result_), handler_);
        work_.reset();
    }
    [[nodiscard]] Executor executor() const { return work_.get_executor(); }

private:
    boost::asio::executor_work_guard<Executor> work_;
    CompletionHandler handler_;
    AsyncResult<T> result_;
};

template <class T, class CompletionHandler>
void post_completion(std::unique_ptr<PendingCompletion<T, CompletionHandler>> pending) {
    const auto executor = pending->executor();
    boost::asio::post(executor, [pending = std::move(pending)] { (*pending)(); });
}

}  // namespace detail

/// The handler is called once, through its associated executor (without one, on Asio's system
/// executor), never inside this call. Its cancellation slot cancels the operation, as
/// AsyncResult::cancel does. The value type must be default constructible.
template <class T>
template <class CompletionToken>
auto AsyncResult<T>::operator()(CompletionToken&& token) const {
    using Signature = typename detail::CompletionSignature<T>::type;
    return boost::asio::async_initiate<CompletionToken, Signature>(
        [](auto handler, AsyncResult result) {
            using Pending = detail::PendingCompletion<T, decltype(handler)>;
            auto slot = boost::asio::get_associated_cancellation_slot(handler);
            if (slot.is_connected()) {
                slot.assign([result](boost::asio::cancellation_type) { result.cancel(); });
            }
            auto pending = std::make_unique<Pending>(std::move(handler), result);
            const auto id = reinterpret_cast<std::uintptr_t>(pending.get());
            detail::ResultStateBase::Continuation run =
                [pending = std::move(pending)](detail::ResultStateBase&) mutable {
                    detail::post_completion(std::move(pending));
                };
            if (!result.state()->link(id, detail::LinkKind::direct, std::move(run))) {
                run(*result.state());
            }
        },
        token,
        *this
    );
}

}  // namespace kazoo
KAZOO_API_END
