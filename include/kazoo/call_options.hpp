#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/security.hpp>
#include <kazoo/time.hpp>

#include <optional>
#include <stop_token>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// How long an operation may take and what else may end it. For every `*_async` function and its
/// blocking form.
class CallOptions {
public:
    CallOptions() {}

    /// After this time the operation fails with OperationTimeoutError: withdrawn if it was not
    /// sent (outcome not_sent), else abandoned. Counts from the call, and covers all steps of an
    /// operation that has several. The connection lives on. `Duration::max()` is no limit.
    /// Default: ClientOptions::call_timeout.
    CallOptions& timeout(AnyDuration value) & noexcept {
        timeout_ = value;
        return *this;
    }
    CallOptions timeout(AnyDuration value) && noexcept { return std::move(timeout(value)); }
    [[nodiscard]] const std::optional<Duration>& timeout() const noexcept { return timeout_; }

    /// The same as a point in time, by the handler's clock (Handler::now; a TimePoint of the steady
    /// clock): for several operations that share one limit. With `timeout` as well, the earlier
    /// one counts.
    CallOptions& deadline(TimePoint value) & noexcept {
        deadline_ = value;
        return *this;
    }
    CallOptions deadline(TimePoint value) && noexcept { return std::move(deadline(value)); }
    [[nodiscard]] const std::optional<TimePoint>& deadline() const noexcept { return deadline_; }

    /// When a stop is requested the operation is cancelled, as by AsyncResult::cancel.
    CallOptions& stop_token(std::stop_token value) & noexcept {
        stop_token_ = std::move(value);
        return *this;
    }
    CallOptions stop_token(std::stop_token value) && noexcept {
        return std::move(stop_token(std::move(value)));
    }
    [[nodiscard]] const std::stop_token& stop_token() const noexcept { return stop_token_; }

private:
    std::optional<Duration> timeout_;
    std::optional<TimePoint> deadline_;
    std::stop_token stop_token_;
};

/// What kind of node `create` makes (kazoo's keyword arguments).
class CreateOptions {
public:
    CreateOptions() {}

    /// The node goes away with the session that made it. It cannot have children.
    CreateOptions& ephemeral(bool value = true) & noexcept {
        ephemeral_ = value;
        return *this;
    }
    CreateOptions ephemeral(bool value = true) && noexcept { return std::move(ephemeral(value)); }
    [[nodiscard]] bool is_ephemeral() const noexcept { return ephemeral_; }

    /// The server appends ten digits that grow with every child of the parent. The path may then
    /// end in "/": the name is the digits alone.
    CreateOptions& sequence(bool value = true) & noexcept {
        sequence_ = value;
        return *this;
    }
    CreateOptions sequence(bool value = true) && noexcept { return std::move(sequence(value)); }
    [[nodiscard]] bool is_sequence() const noexcept { return sequence_; }

    /// Missing parents are made first, with the same access list.
    CreateOptions& makepath(bool value = true) & noexcept {
        makepath_ = value;
        return *this;
    }
    CreateOptions makepath(bool value = true) && noexcept { return std::move(makepath(value)); }
    [[nodiscard]] bool makes_path() const noexcept { return makepath_; }

    /// The access list; without one the client's default_acl, else open to the world. An empty
    /// list is refused by servers with InvalidACLError.
    CreateOptions& acl(AclList value) & {
        acl_ = std::move(value);
        return *this;
    }
    CreateOptions acl(AclList value) && { return std::move(acl(std::move(value))); }
    [[nodiscard]] const std::optional<AclList>& acl() const noexcept { return acl_; }

private:
    bool ephemeral_ = false;
    bool sequence_ = false;
    bool makepath_ = false;
    std::optional<AclList> acl_;
};

}  // namespace kazoo
KAZOO_API_END
