// SPDX-License-Identifier: Apache-2.0
/// Error codes, conditions, outcomes, and the Error value that combines them.
///
/// Every failed operation is described by one Error: a std::error_code (Errc or ClientErrc), the
/// Outcome for the data on the servers, the operation, its path, and a detail text. Functions that
/// throw convert it to the exception class of its code (<kazoo/exceptions.hpp>); functions that
/// return Result<T> return it as a value (<kazoo/result.hpp>).
///
///     const Result<ZnodeStat> written = zk.set_async("/a", "x").result();
///     if (!written && written.failure().outcome() == Outcome::unknown) {
///         // The write may have been applied: read "/a" before repeating it.
///     }
///
/// All functions declared here are thread-safe.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/require_cpp20.hpp>

#include <exception>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

class TransactionFailure;

/// Error codes of the ZooKeeper protocol; the values are the numbers on the wire. Each code, with
/// its meaning, is a row of <kazoo/detail/error_table.def>. The client also uses some of them for
/// failures that it detects itself, such as connection_loss and bad_arguments.
///
/// A server may send a number that is not listed here. The resulting std::error_code keeps that
/// number, belongs to zookeeper_category(), and compares unequal to every enumerator.
enum class Errc : int {
    ok = 0,
#define KAZOO_SERVER_ERROR(enumerator, number, Class, outcome, message) enumerator = (number),
#include <kazoo/detail/error_table.def>
};

/// Errors detected by this library; servers never send them. Each code, with its meaning, is a row
/// of <kazoo/detail/error_table.def>.
enum class ClientErrc : int {
#define KAZOO_CLIENT_ERROR(enumerator, number, Class, Base, outcome, message) enumerator = (number),
#include <kazoo/detail/error_table.def>
};

/// Groups of error codes, for comparison: `if (ec == Condition::retryable)`.
enum class Condition : int {
    /// The same call may succeed later within the same session: connection_loss,
    /// operation_timeout, request_timeout, session_moved, throttled_op, reconfig_in_process,
    /// not_read_only, queue_full and stale_read. KazooRetry retries after these codes. Before
    /// repeating a write, check the outcome. Does not include the loss of the session; see
    /// session_lost.
    retryable = 1,
    /// There is no session, or no longer one; its ephemeral nodes and watches are gone:
    /// session_expired, unknown_session, auth_failed, session_closed_require_sasl and
    /// connection_closed.
    session_lost = 2,
    /// The connection to the server was lost; the session may still be alive: connection_loss and
    /// session_moved.
    connection_lost = 3,
    /// A time limit was exceeded: operation_timeout, request_timeout, wait_timeout, lock_timeout.
    timeout = 4,
};

/// The effect of a failed operation on the data of the servers.
enum class Outcome {
    /// The request has not left this process: nothing was changed and nothing will be.
    not_sent,
    /// The operation was not executed: the server's reply says so, or the operation is a read.
    not_applied,
    /// The request was sent, but there is no reply, or the reply leaves it open: a write may have
    /// been applied, may not have been, or may still be. Read the node before repeating the write.
    unknown,
};

/// Returns "not sent", "not applied" or "unknown".
const char* to_string(Outcome outcome) noexcept;
/// Writes to_string(outcome).
std::ostream& operator<<(std::ostream& out, Outcome outcome);

/// Returns the category of Errc, named "zookeeper". `operation_timeout` and `request_timeout` are
/// equivalent to std::errc::timed_out. For an unlisted number, message() contains the number.
const std::error_category& zookeeper_category() noexcept;
/// Returns the category of ClientErrc, named "kazoo". `cancelled` is equivalent to
/// std::errc::operation_canceled, `wait_timeout` and `lock_timeout` to std::errc::timed_out.
const std::error_category& kazoo_category() noexcept;
/// Returns the category of Condition, named "kazoo.condition".
const std::error_category& condition_category() noexcept;

/// Make Errc and ClientErrc convertible to std::error_code, and Condition to std::error_condition.
std::error_code make_error_code(Errc code) noexcept;
std::error_code make_error_code(ClientErrc code) noexcept;
std::error_condition make_error_condition(Condition condition) noexcept;

/// Returns the name of the enumerator, such as "no_node", or "unknown_error" for a number that is
/// not listed or a code of another category.
const char* error_name(const std::error_code& code) noexcept;

/// Returns the outcome to assume when only the code is known, as listed in the error table.
/// Returns Outcome::unknown for unlisted numbers and for codes of other categories.
Outcome usual_outcome(const std::error_code& code) noexcept;

}  // namespace kazoo

template <>
struct std::is_error_code_enum<kazoo::Errc> : std::true_type {};
template <>
struct std::is_error_code_enum<kazoo::ClientErrc> : std::true_type {};
template <>
struct std::is_error_condition_enum<kazoo::Condition> : std::true_type {};

namespace kazoo {

/// One failure: its code, its outcome, and where it occurred. A value type; distinct objects may
/// be used from different threads.
class Error {
public:
    /// An empty code, which means no failure, with Outcome::unknown. For later assignment.
    Error() noexcept {}

    /// A failure with the usual_outcome() of its code.
    explicit Error(std::error_code code) noexcept : Error(code, usual_outcome(code)) {}

    /// A failure with all its attributes.
    ///
    /// - `operation`: name of the function that failed, such as "get". Not copied: must be a
    ///   string with static storage duration, and must not be null.
    /// - `path`: the node path as the caller gave it; empty if there is none.
    /// - `detail`: additional information, appended to the message; may be empty.
    Error(
        std::error_code code,
        Outcome outcome,
        const char* operation = "",
        std::string path = {},
        std::string detail = {}
    ) noexcept
        : code_(code),
          outcome_(outcome),
          operation_(operation),
          path_(std::move(path)),
          detail_(std::move(detail)) {}

    /// Returns the error code; empty for a default-constructed Error.
    const std::error_code& code() const noexcept { return code_; }
    /// Returns the effect on the data of the servers.
    Outcome outcome() const noexcept { return outcome_; }
    /// Returns the name of the function that failed; empty if unknown, never null.
    const char* operation() const noexcept { return operation_; }
    /// Returns the path as the caller wrote it, without the chroot; empty if there is none.
    const std::string& path() const noexcept { return path_; }
    /// Returns additional information about this failure; may be empty.
    const std::string& detail() const noexcept { return detail_; }
    /// Returns which operation of a transaction failed, with the results of all, if the code is
    /// ClientErrc::transaction_failed (<kazoo/transaction_result.hpp>); otherwise null. Valid as
    /// long as this Error or a copy of it exists.
    const TransactionFailure* transaction() const noexcept { return transaction_.get(); }

    // Setters. Each returns the Error itself, so calls can be chained:
    //
    //     Error(Errc::bad_arguments).operation("create").detail("the path is empty")

    /// Sets the effect on the data of the servers.
    Error& outcome(Outcome value) & noexcept;
    Error outcome(Outcome value) && noexcept { return std::move(outcome(value)); }
    /// Sets the name of the function that failed: a non-null string with static storage duration.
    Error& operation(const char* value) & noexcept;
    Error operation(const char* value) && noexcept { return std::move(operation(value)); }
    /// Sets the node path, without the chroot.
    Error& path(std::string value) & noexcept;
    Error path(std::string value) && noexcept { return std::move(path(std::move(value))); }
    /// Sets the additional information.
    Error& detail(std::string value) & noexcept;
    Error detail(std::string value) && noexcept { return std::move(detail(std::move(value))); }
    /// Sets what transaction() returns.
    Error& transaction(std::shared_ptr<const TransactionFailure> value) & noexcept;
    Error transaction(std::shared_ptr<const TransactionFailure> value) && noexcept {
        return std::move(transaction(std::move(value)));
    }

    /// Returns a copy without path and detail, which needs no memory.
    Error without_texts() const noexcept;

    /// Returns the whole failure as one line, suitable for logs:
    ///
    ///     set /a: the connection was lost ... (connection_loss, -4, outcome unknown): detail
    ///
    /// Control characters in path and detail are escaped as \xNN. The path is cut after 200 bytes,
    /// the detail after 2,000. Returns "no error" if the code is empty. Throws std::bad_alloc.
    std::string message() const;

    /// Compares all attributes but transaction(); operations are compared as strings.
    friend bool operator==(const Error& a, const Error& b) {
        return a.code_ == b.code_ && a.outcome_ == b.outcome_ && a.path_ == b.path_ &&
               a.detail_ == b.detail_ &&
               std::string_view(a.operation_) == std::string_view(b.operation_);
    }

private:
    std::error_code code_;
    Outcome outcome_ = Outcome::unknown;
    const char* operation_ = "";
    std::string path_;
    std::string detail_;
    std::shared_ptr<const TransactionFailure> transaction_;  // shared by copies; usually null
};

inline Error& Error::outcome(Outcome value) & noexcept {
    outcome_ = value;
    return *this;
}

inline Error& Error::operation(const char* value) & noexcept {
    operation_ = value;
    return *this;
}

inline Error& Error::path(std::string value) & noexcept {
    path_ = std::move(value);
    return *this;
}

inline Error& Error::detail(std::string value) & noexcept {
    detail_ = std::move(value);
    return *this;
}

inline Error& Error::transaction(std::shared_ptr<const TransactionFailure> value) & noexcept {
    transaction_ = std::move(value);
    return *this;
}

inline Error Error::without_texts() const noexcept {
    return Error(code_, outcome_, operation_).transaction(transaction_);
}

/// Writes error.message().
std::ostream& operator<<(std::ostream& out, const Error& error);

/// Throws the exception class of the error's code; see <kazoo/exceptions.hpp>. Throws
/// std::bad_alloc instead if there is no memory for that exception.
[[noreturn]] void throw_error(const Error& error);

/// Returns a pointer to the exception that throw_error() would throw. Throws std::bad_alloc.
std::exception_ptr make_exception(const Error& error);

/// Converts an exception to an Error, the inverse of make_exception(). A KazooException yields its
/// error(), std::bad_alloc yields ClientErrc::out_of_memory, and any other exception yields
/// ClientErrc::foreign_exception with what() as the detail. A null pointer yields an empty Error.
/// If there is no memory for the path and the detail, the Error has neither.
Error error_from(const std::exception_ptr& exception) noexcept;

}  // namespace kazoo
KAZOO_API_END
