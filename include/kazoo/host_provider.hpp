// SPDX-License-Identifier: Apache-2.0
/// Servers that are not known in advance: a function that the client asks for them
/// (ClientOptions::host_provider). <kazoo/srv.hpp> has one that looks up DNS SRV records.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/chrono.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/hosts.hpp>
#include <kazoo/time.hpp>
#include <kazoo/unique_function.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

namespace detail {
/// Where the answer of a host provider goes. The first answer counts; destroyed without one, it
/// gives a failure.
class HostAnswer {
public:
    /// Receives servers or, if there are none, the reason. Must not throw.
    using Take = UniqueFunction<void(Hosts hosts, std::string failure)>;

    HostAnswer() noexcept = default;
    explicit HostAnswer(Take take) noexcept : take_(std::move(take)) {}
    HostAnswer(HostAnswer&&) noexcept = default;
    /// Exchanges the two.
    HostAnswer& operator=(HostAnswer&& other) noexcept {
        std::swap(take_, other.take_);
        return *this;
    }
    ~HostAnswer();

    void give(std::string_view connect_string) noexcept;
    void give(const std::vector<HostPort>& hosts) noexcept;
    void fail(const std::exception_ptr& error) noexcept;

private:
    void finish(Hosts hosts, std::string failure) noexcept;

    Take take_;  // null once it has been called
};

/// What a host provider may return, at once or as the value of an AsyncResult.
template <class T>
concept HostsValue =
    (std::is_convertible_v<const T&, std::string_view> || std::is_same_v<T, std::vector<HostPort>>);

template <class T>
inline constexpr bool is_async_hosts = false;
template <class T>
inline constexpr bool is_async_hosts<AsyncResult<T>> = HostsValue<T>;

class HostFunctionBase {
public:
    virtual ~HostFunctionBase() = default;
    virtual void ask(HostAnswer answer) noexcept = 0;
};

template <class F>
class HostFunctionOf final : public HostFunctionBase {
    using Returned = std::remove_cvref_t<std::invoke_result_t<F&>>;

public:
    explicit HostFunctionOf(F function) : function_(std::move(function)) {}
    void ask(HostAnswer answer) noexcept override {
        try {
            if constexpr (is_async_hosts<Returned>) {
                const auto result = function_();
                result.rawlink([to = std::move(answer)](const Returned& done) mutable {
                    try {
                        to.give(done.get());
                    } catch (...) {
                        to.fail(std::current_exception());
                    }
                });
            } else {
                answer.give(function_());
            }
        } catch (...) {
            answer.fail(std::current_exception());
        }
    }

private:
    F function_;
};
}  // namespace detail

/// A function that returns servers: a connect string ("zk1:2181,zk2:2181", as a string type) or a
/// std::vector<HostPort>, or an AsyncResult of either.
template <class F>
concept HostFunction =
    (std::is_invocable_v<std::decay_t<F>&> &&
     (detail::HostsValue<std::remove_cvref_t<std::invoke_result_t<std::decay_t<F>&>>> ||
      detail::is_async_hosts<std::remove_cvref_t<std::invoke_result_t<std::decay_t<F>&>>>));

/// Where a client gets its servers from, in place of a fixed list.
///
///     ClientOptions().host_provider([] { return read_file("/etc/zookeeper/servers"); })
///
/// The function is asked before each round of connection attempts: when the client starts, after a
/// lost connection, and after each pause in which no server could be reached. It is not asked while
/// the client is connected, except by HostOperations::refresh_hosts, which may also move a
/// connected client to servers that were added.
///
/// Threads: it is called on Lane::session, like a state listener, and must not block; one that
/// needs time returns an AsyncResult. There is one call per client at a time, until its result is
/// ready. Clients made from copies of the same options share the function object; if they do not
/// share a handler, it may be called by several threads at the same time. It is destroyed with the
/// last copy of the options and the last client.
///
/// Failures: an exception, a failed AsyncResult, a malformed list, one with a chroot other than the
/// client's or without servers, one with schemes that the client does not accept (HostScheme,
/// ClientOptions::tls), and one with more than `most_hosts` servers. The log and the errors
/// of KazooClient::start name the reason, as they do for servers ("host provider: ..."). The client
/// then uses the servers of the last good answer; if there was none, it asks again after a pause
/// (ClientOptions::connection_retry).
class HostProvider {
public:
    /// Greatest number of servers that an answer may contain.
    static constexpr std::size_t most_hosts = 1000;

    /// No provider.
    HostProvider() noexcept = default;
    /// Throws std::bad_alloc and what moving the function throws.
    template <HostFunction F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, HostProvider>) HostProvider(F&& function)
        : function_(
              std::make_shared<detail::HostFunctionOf<std::decay_t<F>>>(std::forward<F>(function))
          ) {}

    /// Whether the servers are tried in the order given, regardless of
    /// ClientOptions::randomize_hosts; servers that have just failed still come last. For
    /// providers that shuffle by themselves, or by preference. Default: false.
    HostProvider& in_order(bool value) & noexcept {
        in_order_ = value;
        return *this;
    }
    HostProvider in_order(bool value) && noexcept { return std::move(in_order(value)); }
    [[nodiscard]] const bool& in_order() const noexcept { return in_order_; }

    /// How long a round waits for an answer; more than zero. After it the attempt counts as failed,
    /// and an answer that arrives later is used by the next round. If there was a good answer
    /// before, a round waits for at most 1 s. Default: 10 s.
    HostProvider& timeout(AnyMilliseconds value) & noexcept {
        timeout_ = value;
        return *this;
    }
    HostProvider timeout(AnyMilliseconds value) && noexcept { return std::move(timeout(value)); }
    [[nodiscard]] const std::chrono::milliseconds& timeout() const noexcept { return timeout_; }

    /// Returns whether there is a function.
    explicit operator bool() const noexcept { return function_ != nullptr; }

    /// For the library: calls the function. Requires one.
    void ask(detail::HostAnswer answer) const noexcept { function_->ask(std::move(answer)); }

private:
    std::shared_ptr<detail::HostFunctionBase> function_;
    bool in_order_ = false;
    std::chrono::milliseconds timeout_{10'000};
};

}  // namespace kazoo
KAZOO_API_END
