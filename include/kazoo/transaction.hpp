// SPDX-License-Identifier: Apache-2.0
/// Transactions: several writes that are applied together or not at all.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/ref_counted.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/node.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/transaction_result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace kazoo::detail::client {
class Core;
class TransactionSteps;
}  // namespace kazoo::detail::client

KAZOO_API_BEGIN
namespace kazoo {

class KazooClient;

/// A transaction (ZooKeeper's `multi`, kazoo's `TransactionRequest`): a list of operations that a
/// server applies together, as one change, or not at all. Returned by KazooClient::transaction.
///
///     const auto results = zk.transaction()
///                              .check("/epoch", 7)
///                              .create("/job", data, CreateOptions().ephemeral())
///                              .set_data("/state", "busy")
///                              .delete_("/old")
///                              .commit(CallOptions().timeout(2s));
///
/// Operations are executed in their order, and each sees the effects of those before it. Nothing is
/// sent before commit. A transaction that contains no operations completes at once, without asking
/// a server, with no results.
///
/// Failures: if an operation fails, none is applied, and commit fails with TransactionFailedError,
/// whose transaction() says which operation failed, why, and has the results of all. With an
/// operation that cannot be sent (a malformed path, options that contradict each other, the
/// deletion of "/") it has Outcome::not_sent, and nothing is sent. Errors of the whole request have
/// their own classes: those that KazooClient lists, RequestTooLargeError (all operations are one
/// request, see ClientLimits::request_bytes), and MarshallingError or UnimplementedError (the
/// server does not know an operation). `commit_async(...).result()` returns the same without
/// exceptions: Error::transaction.
///
/// Committing again: a transaction is not consumed. After an error with Outcome::unknown, such as
/// ConnectionLoss, it may have been applied, and committing it again may apply it twice; `protect`
/// prevents that.
///
/// Paths are normalised and relative to the chroot, as those of KazooClient; data is copied. A
/// value: copies are independent of one another, and share data until one is changed. It may
/// outlive the client, which it then reports as stopped. Objects are not synchronised, but `const`
/// members, commit among them, may be called from several threads at the same time. Functions that
/// add operations throw std::bad_alloc.
class Transaction {
public:
    Transaction(const Transaction&) noexcept;
    Transaction(Transaction&&) noexcept;
    Transaction& operator=(const Transaction&) noexcept;
    Transaction& operator=(Transaction&&) noexcept;
    ~Transaction();

    /// Creates a node, of any kind that CreateOptions describes; CreateOptions::makepath is not
    /// possible (BadArgumentsError). Result: TransactionResult::created_path. Fails as
    /// KazooClient::create does.
    Transaction& create(
        PathView path, const DataView& data = {}, const CreateOptions& create = {}
    ) &;
    Transaction create(
        PathView path, const DataView& data = {}, const CreateOptions& create = {}
    ) && {
        return std::move(this->create(path, data, create));
    }
    /// As create; asks for the stat of the new node as well (TransactionResult::created_node).
    /// Servers before 3.5 and older releases of ClickHouse Keeper refuse the whole transaction.
    /// Apache ZooKeeper before 3.7.2, and 3.8 before 3.8.2, create the node and send no stat.
    Transaction& create_with_stat(
        PathView path, const DataView& data = {}, const CreateOptions& create = {}
    ) &;
    Transaction create_with_stat(
        PathView path, const DataView& data = {}, const CreateOptions& create = {}
    ) && {
        return std::move(create_with_stat(path, data, create));
    }
    /// Deletes a node. `version` is the expected ZnodeStat::version; -1 matches any. Fails as
    /// KazooClient::delete_ does.
    Transaction& delete_(PathView path, std::int32_t version = -1) &;
    Transaction delete_(PathView path, std::int32_t version = -1) && {
        return std::move(delete_(path, version));
    }
    /// Sets the data of a node. `version` is the expected ZnodeStat::version; -1 matches any.
    /// Result: TransactionResult::stat, the new stat. Fails as KazooClient::set does.
    Transaction& set_data(PathView path, const DataView& data, std::int32_t version = -1) &;
    Transaction set_data(PathView path, const DataView& data, std::int32_t version = -1) && {
        return std::move(set_data(path, data, version));
    }
    /// Changes nothing, and fails unless the node exists (NoNodeError) and its ZnodeStat::version
    /// is `version` (BadVersionError); -1 matches any. Needs the permission to read the node.
    Transaction& check(PathView path, std::int32_t version) &;
    Transaction check(PathView path, std::int32_t version) && {
        return std::move(check(path, version));
    }

    /// Makes the transaction safe to commit again: commit also creates a marker, the node `id`
    /// under `parent`, which must exist, as the first operation of the transaction. It exists if,
    /// and only if, the transaction was applied; a second commit cannot apply it again.
    ///
    ///     auto transfer = zk.transaction().set_data("/a", "1", 5).set_data("/b", "9", 2);
    ///     transfer.protect("/transfers", "order-4711");
    ///     zk.retry([&] { return transfer.commit(); });   // applied exactly once
    ///     transfer.forget();
    ///
    /// With it, commit
    /// - succeeds if the transaction was applied by an earlier commit, also by one of another
    ///   process. Its results then have TransactionResult::reply_lost();
    /// - reads the marker when the connection was lost before the reply: as soon as the client has
    ///   resumed the session it succeeds, or fails with ConnectionLoss and Outcome::not_applied,
    ///   because servers no longer execute requests of a session's earlier connections then;
    /// - keeps Outcome::unknown if the session ends before (it may still be alive, with the
    ///   request, on another server), after a timeout or a cancellation, and if the marker cannot
    ///   be read. Commit again to be certain.
    ///
    /// `id` must be unique among all transactions that use `parent`: a name without "/", chosen
    /// before the first commit, and the same for all commits of this transaction, in every process.
    /// The marker contains a checksum of the operations. If it was made by other operations, commit
    /// fails with TransactionFailedError (NodeExistsError, TransactionFailure::index empty).
    /// `parent` and `id` are checked by commit.
    ///
    /// The library deletes no markers by itself. Call `forget` once the outcome is known and no
    /// process will commit the transaction again; or pass `CreateOptions().ttl(...)` as `marker`,
    /// with more time than all commits may take, and the servers delete it. A marker that has been
    /// deleted protects no longer. `marker` must not be ephemeral, a sequence node or a container.
    Transaction& protect(PathView parent, std::string_view id, const CreateOptions& marker = {}) &;
    Transaction protect(PathView parent, std::string_view id, const CreateOptions& marker = {}) && {
        return std::move(protect(parent, id, marker));
    }

    /// Sends the operations as one request. Returns their results, in their order. Thread-safe. May
    /// be called repeatedly, also after operations were added.
    AsyncResult<TransactionResults> commit_async(const CallOptions& options = {}) const;
    TransactionResults commit(const CallOptions& options = {}) const;

    /// Returns whether a protected transaction has been applied, by any client: reads the marker,
    /// on a server that is up to date. False means "not yet" while a commit is in progress, or if
    /// the session of a lost commit has ended. Fails with BadArgumentsError without `protect`, and
    /// with NodeExistsError if the marker was made by other operations.
    AsyncResult<bool> applied_async(const CallOptions& options = {}) const;
    bool applied(const CallOptions& options = {}) const;

    /// Deletes the marker; does nothing if there is none. Fails with BadArgumentsError without
    /// `protect`. Do not call it while a commit may still be in progress.
    AsyncResult<void> forget_async(const CallOptions& options = {}) const;
    void forget(const CallOptions& options = {}) const;

    /// Returns the number of operations, without the marker.
    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

private:
    friend class KazooClient;

    explicit Transaction(const std::shared_ptr<detail::client::Core>& core);
    [[nodiscard]] detail::client::TransactionSteps& own_steps();

    // Weak: a transaction that is kept must not keep the client's core.
    std::weak_ptr<detail::client::Core> core_;
    std::shared_ptr<Handler> handler_;                        // for results when the client is gone
    detail::RefPtr<detail::client::TransactionSteps> steps_;  // null: none; shared by copies
};

}  // namespace kazoo
KAZOO_API_END
