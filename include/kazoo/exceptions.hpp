/// The exceptions of this library: one class for each error code, named as in kazoo.exceptions.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

KAZOO_API_BEGIN
namespace kazoo {

/// The base of everything this library throws for a failed operation.
///
///     KazooException                  (a std::runtime_error)
///       ZookeeperError                codes of the ZooKeeper protocol
///         NoNodeError, ConnectionLoss, ...       one class per Errc
///         SessionExpiredError
///           ConnectionClosedError                the client is not started or has been stopped
///         RolledBackError                        undone with its transaction
///       CancelledError, KazooTimeoutError, ...   one class per ClientErrc
///
/// what() is Error::message(). Copying never throws. A number that no class stands for arrives as
/// plain ZookeeperError, an std::error_code of another category as plain KazooException.
class KazooException : public std::runtime_error {
public:
    explicit KazooException(Error error)
        : std::runtime_error(error.message()),
          error_(std::make_shared<const Error>(std::move(error))) {}

    /// The failure as a value. Lives as long as any copy of this exception.
    const Error& error() const noexcept { return *error_; }
    const std::error_code& code() const noexcept { return error_->code(); }
    /// What the failure means for the data.
    Outcome outcome() const noexcept { return error_->outcome(); }
    /// Empty if the failure has no path.
    const std::string& path() const noexcept { return error_->path(); }
    /// Such as "get"; empty if not known.
    const char* operation() const noexcept { return error_->operation(); }

private:
    std::shared_ptr<const Error> error_;
};

/// A failure that ZooKeeper's protocol has a code for, whether a server sent it or, as for
/// ConnectionLoss, this side noticed it.
class ZookeeperError : public KazooException {
public:
    using KazooException::KazooException;
};

// Each class: default constructed with its code, that code's usual outcome and nothing else, or
// made from an Error with more to say. `errc` is its code.
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

// kazoo's second names: NoNodeException, ConnectionLossException, ...
#define KAZOO_ERROR_ALIAS(Alias, Class) using Alias = Class;
#include <kazoo/detail/error_table.def>

}  // namespace kazoo
KAZOO_API_END
