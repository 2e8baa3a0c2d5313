// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/kazoo_retry.hpp>
#include <kazoo/logger.hpp>
#include <kazoo/retry.hpp>

#include <memory>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// A weak reference to a client, for code that works with it in the background, such as recipes.
///
/// It refers to the client itself and not to the KazooClient object: it stays valid when that
/// object is moved, and does not keep the client alive.
///
///     ClientRef ref(zk);
///     const bool exists = ref.with([](KazooClient& zk) { zk.sync_async("/"); });
///
/// A value; copies refer to the same client. `with`, `retry` and `exists` are thread-safe and may
/// be called while the client is moved or destroyed by another thread.
class ClientRef {
public:
    /// Refers to `client`, which must not be moved or destroyed during this call. Throws nothing.
    explicit ClientRef(const KazooClient& client) noexcept;

    /// Calls `function(KazooClient&)` if the client still exists. Returns whether it does.
    ///
    /// The reference is valid during the call only, and must not be moved from or assigned to. All
    /// operations are allowed; those of a client that is being destroyed fail with
    /// ConnectionClosedError. Throws what `function` throws.
    template <class Function>
    bool with(Function&& function) const {
        auto core = core_.lock();
        if (!core) {
            return false;
        }
        const Shared client(std::move(core));
        std::forward<Function>(function)(client.get());
        return true;
    }

    /// Returns whether the client still exists.
    [[nodiscard]] bool exists() const noexcept { return !core_.expired(); }
    /// Returns the handler of the client; never null.
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept { return handler_; }
    /// Returns the logger of the client.
    [[nodiscard]] const Logger& logger() const noexcept { return logger_; }

    /// Returns a KazooRetry with this policy and the client's handler, interrupted when the client
    /// is stopped or gives up, and at once if it does not exist any more. Request a new one after
    /// each start of the client. Throws std::bad_alloc.
    [[nodiscard]] KazooRetry retry(const RetryPolicy& policy) const;

private:
    /// Another handle to the client. Unlike the user's object it does not stop the client when it
    /// is destroyed.
    class Shared {
    public:
        explicit Shared(std::shared_ptr<detail::client::Core> core) noexcept
            : client_(std::move(core)) {}
        Shared(const Shared&) = delete;
        Shared& operator=(const Shared&) = delete;
        ~Shared() { client_.core_ = nullptr; }
        [[nodiscard]] KazooClient& get() const noexcept { return client_; }

    private:
        mutable KazooClient client_;
    };

    std::weak_ptr<detail::client::Core> core_;
    std::shared_ptr<Handler> handler_;
    Logger logger_;
};

}  // namespace kazoo
KAZOO_API_END
