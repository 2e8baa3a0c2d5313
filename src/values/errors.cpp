// SPDX-License-Identifier: Apache-2.0
// The error categories, whose tables are generated from error_table.def, and the text of Error.
#include "values/text.hpp"

#include <kazoo/errors.hpp>

#include <cstddef>
#include <new>
#include <ostream>
#include <string>

namespace kazoo {

namespace {

struct Entry {
    const char* name;
    Outcome outcome;      // the usual one: an Error may carry another
    const char* message;  // null: the code is not in the table
};

constexpr Entry unknown_entry = {"unknown_error", Outcome::unknown, nullptr};

Entry server_entry(int number) noexcept {
    switch (number) {
        case 0:
            return {"ok", Outcome::unknown, "success"};
#define KAZOO_SERVER_ERROR(enumerator, code, Class, outcome, message) \
    case code:                                                        \
        return {#enumerator, Outcome::outcome, message};
#include <kazoo/detail/error_table.def>
        default:
            return unknown_entry;
    }
}

Entry client_entry(int number) noexcept {
    switch (number) {
#define KAZOO_CLIENT_ERROR(enumerator, code, Class, Base, outcome, message) \
    case code:                                                              \
        return {#enumerator, Outcome::outcome, message};
#include <kazoo/detail/error_table.def>
        default:
            return unknown_entry;
    }
}

Entry entry_of(const std::error_code& code) noexcept {
    if (code.category() == zookeeper_category()) {
        return server_entry(code.value());
    }
    return code.category() == kazoo_category() ? client_entry(code.value()) : unknown_entry;
}

class ZookeeperCategory final : public std::error_category {
public:
    const char* name() const noexcept override { return "zookeeper"; }

    std::string message(int number) const override {
        if (const char* text = server_entry(number).message) {
            return text;
        }
        return "the server sent error code " + std::to_string(number) +
               ", which is unknown to this library; look it up in the server's documentation";
    }

    // Makes comparisons with the portable conditions of std::errc work.
    std::error_condition default_error_condition(int number) const noexcept override {
        switch (static_cast<Errc>(number)) {
            case Errc::operation_timeout:
            case Errc::request_timeout:
                return std::errc::timed_out;
            default:
                return {number, *this};
        }
    }
};

class KazooCategory final : public std::error_category {
public:
    const char* name() const noexcept override { return "kazoo"; }

    std::string message(int number) const override {
        if (const char* text = client_entry(number).message) {
            return text;
        }
        return "client error " + std::to_string(number) + ", which is unknown to this library; " +
               "check that all parts of the program use the same version of it";
    }

    std::error_condition default_error_condition(int number) const noexcept override {
        switch (static_cast<ClientErrc>(number)) {
            case ClientErrc::cancelled:
                return std::errc::operation_canceled;
            case ClientErrc::wait_timeout:
            case ClientErrc::lock_timeout:
                return std::errc::timed_out;
            default:
                return {number, *this};
        }
    }
};

bool is_retryable(const std::error_code& code) noexcept {
    return code == Errc::connection_loss || code == Errc::operation_timeout ||
           code == Errc::request_timeout || code == Errc::session_moved ||
           code == Errc::throttled_op || code == Errc::reconfig_in_process ||
           code == Errc::not_read_only || code == ClientErrc::queue_full ||
           code == ClientErrc::stale_read;
}

bool is_session_lost(const std::error_code& code) noexcept {
    return code == Errc::session_expired || code == Errc::unknown_session ||
           code == Errc::auth_failed || code == Errc::session_closed_require_sasl ||
           code == ClientErrc::connection_closed;
}

bool is_connection_lost(const std::error_code& code) noexcept {
    return code == Errc::connection_loss || code == Errc::session_moved;
}

bool is_timeout(const std::error_code& code) noexcept {
    return code == Errc::operation_timeout || code == Errc::request_timeout ||
           code == ClientErrc::wait_timeout || code == ClientErrc::lock_timeout;
}

class ConditionCategory final : public std::error_category {
public:
    const char* name() const noexcept override { return "kazoo.condition"; }

    std::string message(int condition) const override {
        switch (static_cast<Condition>(condition)) {
            case Condition::retryable:
                return "the same call may succeed later";
            case Condition::session_lost:
                return "the session has ended";
            case Condition::connection_lost:
                return "the connection is lost";
            case Condition::timeout:
                return "the operation timed out";
        }
        return "unknown condition " + std::to_string(condition);
    }

    bool equivalent(const std::error_code& code, int condition) const noexcept override {
        switch (static_cast<Condition>(condition)) {
            case Condition::retryable:
                return is_retryable(code);
            case Condition::session_lost:
                return is_session_lost(code);
            case Condition::connection_lost:
                return is_connection_lost(code);
            case Condition::timeout:
                return is_timeout(code);
        }
        return false;
    }
};

}  // namespace

const char* to_string(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::not_sent:
            return "not sent";
        case Outcome::not_applied:
            return "not applied";
        case Outcome::unknown:
            break;
    }
    return "unknown";
}

std::ostream& operator<<(std::ostream& out, Outcome outcome) {
    return out << to_string(outcome);
}

namespace {

/// Returns the only object of the category. It is never destroyed, so that errors can be created
/// and compared during static destruction, and is in static storage, so that reporting an
/// out-of-memory error allocates nothing.
template <class Category>
const std::error_category& category_of() noexcept {
    alignas(Category) static std::byte storage[sizeof(Category)];
    static const auto* const category = ::new (static_cast<void*>(storage)) Category;
    return *category;
}

}  // namespace

const std::error_category& zookeeper_category() noexcept {
    return category_of<ZookeeperCategory>();
}

const std::error_category& kazoo_category() noexcept {
    return category_of<KazooCategory>();
}

const std::error_category& condition_category() noexcept {
    return category_of<ConditionCategory>();
}

std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), zookeeper_category()};
}

std::error_code make_error_code(ClientErrc code) noexcept {
    return {static_cast<int>(code), kazoo_category()};
}

std::error_condition make_error_condition(Condition condition) noexcept {
    return {static_cast<int>(condition), condition_category()};
}

const char* error_name(const std::error_code& code) noexcept {
    return entry_of(code).name;
}

Outcome usual_outcome(const std::error_code& code) noexcept {
    return entry_of(code).outcome;
}

namespace {

/// Returns the message of the code, or the one that error_table.def has for this combination of
/// code and outcome.
std::string text_of(const std::error_code& code, Outcome outcome) {
#define KAZOO_ERROR_TEXT(enumerator, value, message)       \
    if (code == enumerator && outcome == Outcome::value) { \
        return message;                                    \
    }
#include <kazoo/detail/error_table.def>
    return code.message();
}

}  // namespace

// "get /a: <text of the code> (no_node, -101, outcome not applied): <detail>". Path and detail may
// come from users and servers, hence printable().
std::string Error::message() const {
    if (!code_) {
        return "no error";
    }
    std::string text(operation_);
    if (!path_.empty()) {
        text += text.empty() ? "" : " ";
        text += base::printable(path_);
    }
    text += text.empty() ? "" : ": ";
    text += text_of(code_, outcome_);
    text += " (";
    text += error_name(code_);
    text += ", " + std::to_string(code_.value()) + ", outcome " + to_string(outcome_) + ")";
    if (!detail_.empty()) {
        text += ": " + base::printable(detail_, 2000);
    }
    return text;
}

std::ostream& operator<<(std::ostream& out, const Error& error) {
    return out << error.message();
}

}  // namespace kazoo
