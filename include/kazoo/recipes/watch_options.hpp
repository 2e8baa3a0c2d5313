// SPDX-License-Identifier: Apache-2.0
/// Options of DataWatch, ChildrenWatch and PatientChildrenWatch, and why a watch has ended.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/retry.hpp>

#include <functional>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// Why a watch has ended.
enum class WatchEnd {
    stopped,         ///< `stop` was called, or the object was destroyed.
    function,        ///< The function returned false.
    session_lost,    ///< The session was lost, and allow_session_lost is false.
    no_node,         ///< The node does not exist (ChildrenWatchOptions::wait_for_node is false).
    client_stopped,  ///< The client was stopped, gave up, is not running, or was destroyed.
    failed,          ///< The node could not be read, and the policy allows no more tries.
};

/// Returns the enumerator's name, such as "session_lost".
const char* to_string(WatchEnd end) noexcept;

namespace detail {

/// The options that all watches have. `Self` is the class that is derived from this.
template <class Self>
class WatchSettings {
public:
    /// Whether the watch continues when the session is lost: it then reads the node again in the
    /// next session, and reports what has changed meanwhile. If false, the watch ends with the
    /// session (WatchEnd::session_lost). Default: true.
    Self& allow_session_lost(bool value) & noexcept {
        allow_session_lost_ = value;
        return self();
    }
    Self allow_session_lost(bool value) && { return std::move(self().allow_session_lost(value)); }
    [[nodiscard]] bool allow_session_lost() const noexcept { return allow_session_lost_; }

    /// Pauses between tries to read the node, and their limits. When they are exhausted the watch
    /// ends (WatchEnd::failed). Default: no limit, pauses of 0.1 s doubling to 5 s.
    Self& retry(const RetryPolicy& value) & noexcept {
        retry_ = value;
        return self();
    }
    Self retry(const RetryPolicy& value) && { return std::move(self().retry(value)); }
    [[nodiscard]] const RetryPolicy& retry() const noexcept { return retry_; }

    /// A function that is called with the errors of reads that may need attention, such as
    /// NoAuthError, and with the error that ends a watch. Errors that pass with a reconnect or a
    /// new session, such as ConnectionLoss, are not reported. An error that recurs is reported
    /// once, until a read succeeds.
    ///
    /// It is called on Lane::callback, one call at a time with the function of the watch, and not
    /// any more after `stop` (see there). It may block if the handler has threads or fibers.
    /// Exceptions that it throws are logged. Default: none; the errors are then logged as warnings.
    Self& on_error(std::function<void(const Error&)> value) & {
        on_error_ = std::move(value);
        return self();
    }
    Self on_error(std::function<void(const Error&)> value) && {
        return std::move(self().on_error(std::move(value)));
    }
    [[nodiscard]] const std::function<void(const Error&)>& on_error() const noexcept {
        return on_error_;
    }

private:
    friend Self;
    WatchSettings() {}
    Self& self() noexcept { return static_cast<Self&>(*this); }

    bool allow_session_lost_ = true;
    RetryPolicy retry_;
    std::function<void(const Error&)> on_error_;
};

}  // namespace detail

/// Options of a DataWatch or DataStream. A value; setters chain.
class DataWatchOptions : public detail::WatchSettings<DataWatchOptions> {
public:
    DataWatchOptions() {}
};

/// Options of a ChildrenWatch, ChildrenStream or PatientChildrenWatch. A value; setters chain.
class ChildrenWatchOptions : public detail::WatchSettings<ChildrenWatchOptions> {
public:
    ChildrenWatchOptions() {}

    /// Whether a node that does not exist is waited for; it is reported as a node without children
    /// and without a stat, also when it is deleted later. If false, the watch ends when the node
    /// does not exist (WatchEnd::no_node), as in kazoo. Default: false.
    ChildrenWatchOptions& wait_for_node(bool value = true) & noexcept {
        wait_for_node_ = value;
        return *this;
    }
    ChildrenWatchOptions wait_for_node(bool value = true) && {
        return std::move(wait_for_node(value));
    }
    [[nodiscard]] bool waits_for_node() const noexcept { return wait_for_node_; }

private:
    bool wait_for_node_ = false;
};

}  // namespace kazoo
KAZOO_API_END
