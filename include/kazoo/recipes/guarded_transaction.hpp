// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/node.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/transaction.hpp>
#include <kazoo/transaction_result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace kazoo::detail::recipe {
class Contender;
}

KAZOO_API_BEGIN
namespace kazoo {

class LockHandle;

/// A transaction that is applied only if the lock is still held: it contains a check of the lock's
/// own node. Returned by LockHandle::transaction and LockHandle::guard.
///
///     held.transaction().set_data("/printer/job", "7").commit();
///
/// The servers decide, so that it does not matter how late the process learns that it has lost the
/// lock. If the node does not exist any more, commit fails with LockLostError and
/// Outcome::not_applied, and the lock counts as lost. All other errors are those of Transaction:
/// TransactionFailedError if an operation failed, with the positions and results of the operations
/// that were added, without the check; and errors with Outcome::unknown, such as ConnectionLoss,
/// after which the transaction may have been applied.
///
/// After the lock has been released or lost, commit fails with LockLostError without asking a
/// server. Needs the permission to read the node of the lock. A value, like Transaction; it may
/// outlive the handle and the client, and does not keep the lock held.
class GuardedTransaction {
public:
    /// As the functions of Transaction.
    GuardedTransaction& create(
        PathView path, const DataView& data = {}, const CreateOptions& create = {}
    ) & {
        transaction_.create(path, data, create);
        return *this;
    }
    GuardedTransaction create(
        PathView path, const DataView& data = {}, const CreateOptions& create = {}
    ) && {
        return std::move(this->create(path, data, create));
    }
    GuardedTransaction& create_with_stat(
        PathView path, const DataView& data = {}, const CreateOptions& create = {}
    ) & {
        transaction_.create_with_stat(path, data, create);
        return *this;
    }
    GuardedTransaction create_with_stat(
        PathView path, const DataView& data = {}, const CreateOptions& create = {}
    ) && {
        return std::move(create_with_stat(path, data, create));
    }
    GuardedTransaction& delete_(PathView path, std::int32_t version = -1) & {
        transaction_.delete_(path, version);
        return *this;
    }
    GuardedTransaction delete_(PathView path, std::int32_t version = -1) && {
        return std::move(delete_(path, version));
    }
    GuardedTransaction& set_data(PathView path, const DataView& data, std::int32_t version = -1) & {
        transaction_.set_data(path, data, version);
        return *this;
    }
    GuardedTransaction set_data(PathView path, const DataView& data, std::int32_t version = -1) && {
        return std::move(set_data(path, data, version));
    }
    GuardedTransaction& check(PathView path, std::int32_t version) & {
        transaction_.check(path, version);
        return *this;
    }
    GuardedTransaction check(PathView path, std::int32_t version) && {
        return std::move(check(path, version));
    }

    /// Sends the operations with the check as one request. Returns the results of the operations,
    /// in their order. Without any operation it asks the servers whether the lock is held.
    /// Thread-safe.
    AsyncResult<TransactionResults> commit_async(const CallOptions& options = {}) const;
    TransactionResults commit(const CallOptions& options = {}) const;

    /// Returns the number of operations, without the check.
    [[nodiscard]] std::size_t size() const noexcept { return transaction_.size() - 1; }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

private:
    friend class LockHandle;

    GuardedTransaction(
        std::shared_ptr<detail::recipe::Contender> contender,
        Transaction transaction,
        std::size_t check
    ) noexcept
        : contender_(std::move(contender)), transaction_(std::move(transaction)), check_(check) {}

    std::shared_ptr<detail::recipe::Contender> contender_;
    Transaction transaction_;
    std::size_t check_;  // the position of the check in transaction_
};

}  // namespace kazoo
KAZOO_API_END
