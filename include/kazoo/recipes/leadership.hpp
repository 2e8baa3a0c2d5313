// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/recipes/guarded_transaction.hpp>
#include <kazoo/recipes/lock_handle.hpp>
#include <kazoo/time.hpp>
#include <kazoo/transaction.hpp>

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// The leadership that the function of an Election, or a LeaderLatch, has.
///
/// A reference-counted handle: copies refer to the same leadership. The recipe ends it, whatever
/// copies exist. All members are thread-safe. A default-constructed one is not held, and has the
/// token 0.
class Leadership {
public:
    Leadership() noexcept = default;

    /// Returns whether this process leads, as far as the client knows; see LockHandle::is_held.
    [[nodiscard]] bool is_held() const noexcept { return handle_ && handle_->is_held(); }
    /// Returns the fencing token, which rises with every leader; see LockHandle::token.
    [[nodiscard]] std::int64_t token() const noexcept { return handle_ ? handle_->token() : 0; }
    /// Returns the path of the node that leads; empty for a default-constructed object.
    [[nodiscard]] std::string path() const { return handle_ ? handle_->path() : std::string(); }
    /// Returns how long the servers certainly keep the session of the leader from now on; see
    /// LockHandle::remaining, also for why it does not replace token().
    [[nodiscard]] Duration remaining() const noexcept {
        return handle_ ? handle_->remaining() : Duration::zero();
    }
    /// Returns a token on which a stop is requested when the leadership is lost, according to
    /// LockOptions::lost_when; see LockHandle::lost. Not when it ends because the work is done.
    [[nodiscard]] std::stop_token lost() const noexcept {
        return handle_ ? handle_->lost() : std::stop_token();
    }
    /// Returns an empty transaction that is applied only while this process leads.
    [[nodiscard]] GuardedTransaction transaction() const { return held().transaction(); }
    /// Adds the check of the leadership to a transaction; see LockHandle::guard.
    [[nodiscard]] GuardedTransaction guard(Transaction transaction) const {
        return held().guard(std::move(transaction));
    }

    /// For the recipes of this library: takes over a lock.
    explicit Leadership(LockHandle handle)
        : handle_(std::make_shared<LockHandle>(std::move(handle))) {}
    /// For the recipes of this library: ends the leadership; as LockHandle::release_async.
    [[nodiscard]] AsyncResult<bool> end_async() const { return handle_->release_async(); }

private:
    /// An empty handle throws what its functions throw.
    [[nodiscard]] const LockHandle& held() const {
        static const LockHandle empty;
        return handle_ ? *handle_ : empty;
    }

    std::shared_ptr<LockHandle> handle_;
};

}  // namespace kazoo
KAZOO_API_END
