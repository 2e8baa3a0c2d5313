/// Failures as values: codes, what a failure means for the data, and the Error that carries both.
///
/// Every failed operation is described by one Error. It is thrown as the exception class that
/// belongs to its code (<kazoo/exceptions.hpp>) or handed over as it is (<kazoo/result.hpp>).
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/require_cpp20.hpp>

#include <exception>
#include <iosfwd>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// The error codes of the ZooKeeper protocol, with their numbers on the wire. The rows with their
/// meaning stand in <kazoo/detail/error_table.def>.
///
/// A server may send numbers that are not listed here: such an std::error_code of
/// zookeeper_category() keeps its number and compares unequal to every enumerator.
enum class Errc : int {
    ok = 0,
#define KAZOO_SERVER_ERROR(enumerator, number, Class, outcome, message) enumerator = (number),
#include <kazoo/detail/error_table.def>
};

/// The failures this library states by itself; no server sends them. The rows with their meaning
/// stand in <kazoo/detail/error_table.def>.
enum class ClientErrc : int {
#define KAZOO_CLIENT_ERROR(enumerator, number, Class, Base, outcome, message) enumerator = (number),
#include <kazoo/detail/error_table.def>
};

/// Questions one asks of an error code: `if (ec == Condition::retryable)`.
enum class Condition : int {
    /// The same call may well succeed later, within the session there is: the connection was lost,
    /// something took too long, the server or this client is overloaded, or the server is
    /// read-only.
    /// What KazooRetry tries again after. For a write look at the outcome first. A lost session is
    /// not included, see session_lost.
    retryable = 1,
    /// The session is over, or there is none: ephemeral nodes and watches are gone.
    session_lost = 2,
    /// The connection to the server broke; the session may live on.
    connection_lost = 3,
    /// Something took longer than allowed.
    timeout = 4,
};

/// What a failure means for the data on the servers.
enum class Outcome {
    /// The request has not left this process. Nothing has changed, nothing will.
    not_sent,
    /// A server answered, or it is known otherwise, that the operation has not been executed.
    not_applied,
    /// The request was sent and its reply is missing: a write may have happened, may not have
    /// happened, or may happen yet. Read before repeating it.
    unknown,
};

/// "not sent", "not applied", "unknown".
const char* to_string(Outcome outcome) noexcept;
std::ostream& operator<<(std::ostream& out, Outcome outcome);

/// The category of Errc, named "zookeeper". Its message() keeps unknown numbers.
const std::error_category& zookeeper_category() noexcept;
/// The category of ClientErrc, named "kazoo". `cancelled` is equivalent to
/// std::errc::operation_canceled, `wait_timeout` to std::errc::timed_out.
const std::error_category& kazoo_category() noexcept;
/// The category of Condition, named "kazoo.condition".
const std::error_category& condition_category() noexcept;

std::error_code make_error_code(Errc code) noexcept;
std::error_code make_error_code(ClientErrc code) noexcept;
std::error_condition make_error_condition(Condition condition) noexcept;

/// The enumerator's name, such as "no_node"; for numbers and categories of others "unknown_error".
const char* error_name(const std::error_code& code) noexcept;

/// What the code alone says about the data: the outcome to assume for a reply with this code.
/// `unknown` for whatever is not certain, as for codes of other categories.
Outcome usual_outcome(const std::error_code& code) noexcept;

}  // namespace kazoo

template <>
struct std::is_error_code_enum<kazoo::Errc> : std::true_type {};
template <>
struct std::is_error_code_enum<kazoo::ClientErrc> : std::true_type {};
template <>
struct std::is_error_condition_enum<kazoo::Condition> : std::true_type {};

namespace kazoo {

/// One failure: what went wrong, where, and what it means for the data. A value.
class Error {
public:
    /// No failure: an empty code. Only useful as something to assign to.
    Error() noexcept {}

    /// A failure with the outcome that is usual for its code.
    explicit Error(std::error_code code) noexcept : Error(code, usual_outcome(code)) {}

    /// `operation` is the name of the call that failed ("get"), a string that lives for ever;
    /// `path` the path it was given; `detail` whatever more there is to say.
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

    const std::error_code& code() const noexcept { return code_; }
    Outcome outcome() const noexcept { return outcome_; }
    /// Never null; empty if not known.
    const char* operation() const noexcept { return operation_; }
    /// As the caller wrote it, without the chroot; empty if there is none.
    const std::string& path() const noexcept { return path_; }
    const std::string& detail() const noexcept { return detail_; }

    /// Setters; each returns the error itself, so they chain.
    Error& outcome(Outcome value) & noexcept;
    Error outcome(Outcome value) && noexcept { return std::move(outcome(value)); }
    Error& operation(const char* value) & noexcept;
    Error operation(const char* value) && noexcept { return std::move(operation(value)); }
    Error& path(std::string value) & noexcept;
    Error path(std::string value) && noexcept { return std::move(path(std::move(value))); }
    Error& detail(std::string value) & noexcept;
    Error detail(std::string value) && noexcept { return std::move(detail(std::move(value))); }

    /// Everything in one line: `set /a: the connection was lost ... (connection_loss, -4, outcome
    /// unknown): detail`. Control characters are escaped and long paths shortened, so that it can
    /// be logged as it is.
    std::string message() const;

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

/// Writes message().
std::ostream& operator<<(std::ostream& out, const Error& error);

/// Throws the exception class that belongs to the error's code, see <kazoo/exceptions.hpp>.
[[noreturn]] void throw_error(const Error& error);

/// What throw_error would throw, as a pointer.
std::exception_ptr make_exception(const Error& error);

/// The inverse: a KazooException gives the Error it was made from, anything else an Error with
/// ClientErrc::foreign_exception whose detail is what(). A null pointer gives an empty Error.
Error error_from(const std::exception_ptr& exception);

}  // namespace kazoo
KAZOO_API_END
