// SPDX-License-Identifier: Apache-2.0
/// What the operations of a Transaction return.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/operation_result.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/node.hpp>
#include <kazoo/stat.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

/// The kinds of operations that a transaction may contain.
enum class TransactionOp { create, delete_, set_data, check };

/// Returns "create", "delete", "set_data" or "check".
const char* to_string(TransactionOp op) noexcept;

/// The result of one operation of a transaction: a value, which depends on the kind of operation,
/// or an error.
///
///     const auto results = zk.transaction().create("/a").set_data("/b", "x").commit();
///     results[0].created_path();     // "/a"
///     results[1].stat()->version;    // the new version of "/b"
///
/// If a transaction fails, all of its results are errors (see TransactionFailure). Their codes are
/// ClientErrc::rolled_back for an operation before the one that failed, Errc::runtime_inconsistency
/// for one behind it, which was not executed, and the reason for the one that failed.
///
/// The base class has kind(), path(), successful() (the operation was applied), error() and
/// failure(). A value type; distinct objects may be used from different threads.
class TransactionResult : public detail::OperationResult<
                              TransactionOp,
                              std::monostate,  // delete, check
                              std::string,     // a created path
                              CreatedNode,     // a created path with its stat
                              ZnodeStat,       // a new stat
                              Error> {
public:
    /// For the library.
    TransactionResult(TransactionOp kind, std::string path, Value value) noexcept;

    /// Returns the path of the node that a create has made: without the chroot, with the digits of
    /// a sequence node. Empty for a sequence node if reply_lost(). Throws the exception class of
    /// the error if the operation failed, BadArgumentsError if it is not a create.
    [[nodiscard]] std::string created_path() const;
    /// Returns the path and the stat of the node that a create has made; std::nullopt if the server
    /// has not sent a stat (Transaction::create_with_stat), the operation failed, or it is not a
    /// create.
    [[nodiscard]] std::optional<CreatedNode> created_node() const;
    /// Returns the stat of the node that set_data has changed, or that a create has made, if the
    /// server has sent it; otherwise std::nullopt.
    [[nodiscard]] std::optional<ZnodeStat> stat() const noexcept;

    /// Returns true if the operation was applied, but the reply with its value was lost: the marker
    /// of the transaction shows that it was applied (Transaction::protect).
    [[nodiscard]] bool reply_lost() const noexcept { return reply_lost_; }
    /// For the library: sets what reply_lost() returns.
    TransactionResult& reply_lost(bool value) & noexcept {
        reply_lost_ = value;
        return *this;
    }

private:
    bool reply_lost_ = false;
};

/// The results of the operations of a transaction, in the order of the operations.
using TransactionResults = std::vector<TransactionResult>;

/// Why a transaction failed: which of its operations failed, and the results of all. Part of a
/// TransactionFailedError (TransactionFailedError::transaction, Error::transaction). Immutable.
class TransactionFailure {
public:
    /// For the library. `index`: std::nullopt if it is the creation of the marker that failed.
    TransactionFailure(
        std::optional<std::size_t> index,
        TransactionOp kind,
        std::string path,
        Error reason,
        TransactionResults results
    ) noexcept;

    /// Returns the position of the operation that failed, from 0; std::nullopt if the marker of
    /// Transaction::protect could not be created.
    [[nodiscard]] std::optional<std::size_t> index() const noexcept { return index_; }
    /// Returns the kind of the operation that failed.
    [[nodiscard]] TransactionOp kind() const noexcept { return kind_; }
    /// Returns the path of the operation that failed as the caller gave it; that of the marker if
    /// index() is empty.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// Returns why that operation failed, such as Errc::bad_version.
    [[nodiscard]] const Error& reason() const noexcept { return reason_; }
    /// Returns the results of all operations, in their order; all are errors.
    [[nodiscard]] const TransactionResults& results() const noexcept { return results_; }

private:
    std::optional<std::size_t> index_;
    TransactionOp kind_;
    std::string path_;
    Error reason_;
    TransactionResults results_;
};

}  // namespace kazoo
KAZOO_API_END
