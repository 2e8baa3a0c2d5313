// SPDX-License-Identifier: Apache-2.0
/// The exception classes: one for each error code, named as in kazoo.exceptions.
///
///     try {
///         zk.create("/a", "data");
///     } catch (const kazoo::NodeExistsError&) {
///         // another client created the node first
///     } catch (const kazoo::KazooException& e) {
///         std::cerr << e.what() << "\n";  // operation, path, message, code and outcome
///     }
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

KAZOO_API_BEGIN
namespace kazoo {

/// Base class of the exceptions that this library throws for failed operations.
///
///     KazooException                  (a std::runtime_error)
///       ZookeeperError                codes of the ZooKeeper protocol
///         NoNodeError, ConnectionLoss, ...       one class per Errc
///         SessionExpiredError
///           ConnectionClosedError                the client is not started or has been stopped
///         RolledBackError                        undone because its transaction failed
///       TransactionFailedError                   has the results of all operations
///       CancelledError, KazooTimeoutError, ...   one class per ClientErrc
///
/// All names, numbers and messages are listed in <kazoo/detail/error_table.def>. A ZooKeeper error
/// number that is not in the table is thrown as plain ZookeeperError, an std::error_code of another
/// category as plain KazooException.
///
/// what() returns Error::message(). Copies share the Error, so copying does not throw.
class KazooException : public std::runtime_error {
public:
    /// Throws std::bad_alloc.
    explicit KazooException(Error error)
        : std::runtime_error(error.message()),
          error_(std::make_shared<const Error>(std::move(error))) {}

    /// Returns the failure as a value. The reference is valid as long as any copy of this exception
    /// exists.
    const Error& error() const noexcept { return *error_; }
    /// Returns the error code: an Errc, a ClientErrc, or a code of another category, such as the
    /// system error of a testing::ListenError.
    const std::error_code& code() const noexcept { return error_->code(); }
    /// Returns the effect of the failed operation on the data of the servers.
    Outcome outcome() const noexcept { return error_->outcome(); }
    /// Returns the node path, without the chroot; empty if there is none.
    const std::string& path() const noexcept { return error_->path(); }
    /// Returns the name of the function that failed, such as "get"; empty if unknown, never null.
    const char* operation() const noexcept { return error_->operation(); }

private:
    std::shared_ptr<const Error> error_;
};

/// Base class of the exceptions for Errc: failures that have a code in the ZooKeeper protocol,
/// whether a server reported them or, as with ConnectionLoss, the client detected them.
/// RolledBackError derives from it as well.
class ZookeeperError : public KazooException {
public:
    using KazooException::KazooException;
};

/// Base class of TransactionFailedError alone.
class TransactionErrorBase : public KazooException {
public:
    using KazooException::KazooException;
    /// Returns which operation failed, why, and the results of all. Those of an exception that was
    /// made without them are empty. The reference is valid as long as any copy of this exception
    /// exists. Defined by <kazoo/transaction_result.hpp>.
    const TransactionFailure& transaction() const noexcept;
};

// Each class below has a constant `errc`, its code; a default constructor, which makes an Error of
// that code with its usual outcome; and a constructor that takes an Error.
#define KAZOO_SERVER_ERROR(enumerator, number, Class, outcome, message) \
    class Class : public ZookeeperError {                               \
    public:                                                             \
        static constexpr Errc errc = Errc::enumerator;                  \
        Class() : ZookeeperError(Error(errc)) {}                        \
        using ZookeeperError::ZookeeperError;                           \
    };
#include <kazoo/detail/error_table.def>

#define KAZOO_CLIENT_ERROR(enumerator, number, Class, Base, outcome, message) \
    class Class : public Base {                                               \
    public:                                                                   \
        static constexpr ClientErrc errc = ClientErrc::enumerator;            \
        Class() : Base(Error(errc)) {}                                        \
        using Base::Base;                                                     \
    };
#include <kazoo/detail/error_table.def>

// The alternative names that kazoo has for these classes: NoNodeException, ...
#define KAZOO_ERROR_ALIAS(Alias, Class) using Alias = Class;
#include <kazoo/detail/error_table.def>

}  // namespace kazoo
KAZOO_API_END
