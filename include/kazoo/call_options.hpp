// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/chrono.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/resend.hpp>
#include <kazoo/security.hpp>
#include <kazoo/time.hpp>
#include <kazoo/when_full.hpp>

#include <optional>
#include <stop_token>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

namespace detail {
class ReservedCall;
}

/// Time limit and cancellation of one operation, in both of its forms, and what it does when the
/// connection is lost or the queue is full. All operations of KazooClient but add_auth accept them.
/// A value; setters chain, getters return what was set.
///
///     zk.get("/a", CallOptions().timeout(2s).stop_token(token));
///
/// A limit or a stop ends the operation only, not the connection. A request that was not sent is
/// withdrawn, with Outcome::not_sent. One that was sent is abandoned: its reply is ignored, and the
/// outcome is Outcome::unknown for a write, Outcome::not_applied for a read. The order of the other
/// requests does not change. Within a KazooRetry its deadline applies in addition.
class CallOptions {
public:
    CallOptions() {}

    /// The operation fails with OperationTimeoutError this long after the call. Covers all requests
    /// of an operation that sends several. Zero or less: it fails at once. `Duration::max()`: no
    /// limit, not even ClientOptions::call_timeout. Default: ClientOptions::call_timeout.
    CallOptions& timeout(AnyDuration value) & noexcept {
        timeout_ = value;
        return *this;
    }
    CallOptions timeout(AnyDuration value) && noexcept { return std::move(timeout(value)); }
    [[nodiscard]] const std::optional<Duration>& timeout() const noexcept { return timeout_; }

    /// As `timeout`, but as a point in time on the handler's clock (Handler::now; by default the
    /// steady clock): one limit for several operations. If both are set, the earlier one applies.
    CallOptions& deadline(TimePoint value) & noexcept {
        deadline_ = value;
        return *this;
    }
    CallOptions deadline(TimePoint value) && noexcept { return std::move(deadline(value)); }
    [[nodiscard]] const std::optional<TimePoint>& deadline() const noexcept { return deadline_; }

    /// When a stop is requested on this token the operation is cancelled, as by
    /// AsyncResult::cancel; if it has been requested already, the operation fails with
    /// CancelledError and is not sent. Default: none.
    CallOptions& stop_token(std::stop_token value) & noexcept {
        stop_token_ = std::move(value);
        return *this;
    }
    CallOptions stop_token(std::stop_token value) && noexcept {
        return std::move(stop_token(std::move(value)));
    }
    [[nodiscard]] const std::stop_token& stop_token() const noexcept { return stop_token_; }

    /// Whether the requests of the operation are sent again after a lost connection. Default:
    /// ClientOptions::resend.
    CallOptions& resend(Resend value) & noexcept {
        resend_ = value;
        return *this;
    }
    CallOptions resend(Resend value) && noexcept { return std::move(resend(value)); }
    [[nodiscard]] const std::optional<Resend>& resend() const noexcept { return resend_; }

    /// What the blocking form does while the queue of requests is full. Default:
    /// ClientOptions::when_full.
    CallOptions& when_full(WhenFull value) & noexcept {
        when_full_ = value;
        return *this;
    }
    CallOptions when_full(WhenFull value) && noexcept { return std::move(when_full(value)); }
    [[nodiscard]] const std::optional<WhenFull>& when_full() const noexcept { return when_full_; }

private:
    friend class detail::ReservedCall;

    std::optional<Duration> timeout_;
    std::optional<TimePoint> deadline_;
    std::stop_token stop_token_;
    std::optional<Resend> resend_;
    std::optional<WhenFull> when_full_;
    bool reserved_ = false;
};

/// The kind of node that KazooClient::create and Transaction::create make (kazoo's keyword
/// arguments of `create`). The default is a persistent node. A value; setters chain.
///
///     zk.create("/members/m-", "data", CreateOptions().ephemeral().sequence());
///
/// A container cannot be a sequence node, and neither container nor ttl can be combined with each
/// other or with ephemeral: an operation with such options fails with BadArgumentsError and is not
/// sent.
class CreateOptions {
public:
    CreateOptions() {}

    /// The server deletes the node when the session that created it ends. Such a node cannot have
    /// children. Default: false.
    CreateOptions& ephemeral(bool value = true) & noexcept {
        ephemeral_ = value;
        return *this;
    }
    CreateOptions ephemeral(bool value = true) && noexcept { return std::move(ephemeral(value)); }
    [[nodiscard]] bool is_ephemeral() const noexcept { return ephemeral_; }

    /// The server appends a number of ten digits to the name, which increases with every child
    /// created under the parent. If the path ends in "/", the name consists of the digits alone.
    /// Default: false.
    CreateOptions& sequence(bool value = true) & noexcept {
        sequence_ = value;
        return *this;
    }
    CreateOptions sequence(bool value = true) && noexcept { return std::move(sequence(value)); }
    [[nodiscard]] bool is_sequence() const noexcept { return sequence_; }

    /// If the parent does not exist, creates it and its missing ancestors first, as persistent
    /// nodes without data; `acl` says with which ACLs. Default: false.
    CreateOptions& makepath(bool value = true) & noexcept {
        makepath_ = value;
        return *this;
    }
    CreateOptions makepath(bool value = true) && noexcept { return std::move(makepath(value)); }
    [[nodiscard]] bool makes_path() const noexcept { return makepath_; }

    /// The server deletes the node some time after its last child has been deleted, by default
    /// within a minute or two. A container that never had a child stays. Creating a child may fail
    /// with NoNodeError because the container has just been deleted: create it again, or use
    /// `makepath` with plain parents. Needs ZooKeeper 3.5.1 or later; other servers fail the
    /// operation with UnimplementedError and close the connection. Default: false.
    CreateOptions& container(bool value = true) & noexcept {
        container_ = value;
        return *this;
    }
    CreateOptions container(bool value = true) && noexcept { return std::move(container(value)); }
    [[nodiscard]] bool is_container() const noexcept { return container_; }

    /// The server deletes the node once it has no children and its data has not been set for this
    /// long (its time to live), some time later, by default within a minute or two. From 1 ms to
    /// 2^40-1 ms, about 34 years; otherwise the operation fails with BadArgumentsError and is not
    /// sent. Needs ZooKeeper 3.5.3 or later with extendedTypesEnabled=true; other servers fail the
    /// operation with UnimplementedError. Default: none.
    CreateOptions& ttl(AnyMilliseconds value) & noexcept {
        ttl_ = value;
        return *this;
    }
    CreateOptions ttl(AnyMilliseconds value) && noexcept { return std::move(ttl(value)); }
    [[nodiscard]] const std::optional<std::chrono::milliseconds>& ttl() const noexcept {
        return ttl_;
    }

    /// Gives the node a unique name, by which the client finds it again if the reply to the create
    /// is lost: the name becomes `_c_<uuid>-` and the given one, as with Curator's
    /// `withProtection`. Such a create is repeated until it is known to have happened once, and
    /// returns the path of that node. Default: false.
    ///
    ///     zk.create("/locks/lock-", "", CreateOptions().ephemeral().sequence().protect());
    ///     // "/locks/_c_8b1c6c2e-0b1f-4d43-9a5e-0b2f4f6f1f60-lock-0000000007"
    ///
    /// - After a lost connection the client looks for the node, after a sync, and creates it again
    ///   with the same name if it does not exist.
    /// - An ephemeral node must belong to the present session. If the session ends before the
    ///   outcome is known, the operation fails with SessionExpiredError; a node that was created
    ///   ends with that session. Other nodes are looked for in the next session as well, and
    ///   created there, except sequence nodes: for these the operation then fails with
    ///   SessionExpiredError and Outcome::unknown, because a server that was cut off might still
    ///   create the first one.
    /// - If a time limit or a cancellation ends the operation while its outcome is unknown, and
    ///   after any other error with Outcome::unknown, the client deletes the node in the
    ///   background, as NodeOperations::delete_guaranteed does. Parents that `makepath` has created
    ///   stay.
    /// - The user needs the permission to read the parent for sequence nodes, and to delete its
    ///   children.
    ///
    /// Fails with QueueFullError if ClientLimits::guaranteed is reached. Not for transactions,
    /// create_or_set and the path "/": BadArgumentsError.
    CreateOptions& protect(bool value = true) & noexcept {
        protection_ = value ? Protection::prefix : Protection::none;
        return *this;
    }
    CreateOptions protect(bool value = true) && noexcept { return std::move(protect(value)); }

    /// As `protect`, for a name that no other create uses: the last component of the path, which
    /// must not be empty, stays as it is, and the node is found again by it. With sequence nodes
    /// every child whose name begins with it counts as the node. Default: false.
    CreateOptions& protect_unique_name(bool value = true) & noexcept {
        protection_ = value ? Protection::unique_name : Protection::none;
        return *this;
    }
    CreateOptions protect_unique_name(bool value = true) && noexcept {
        return std::move(protect_unique_name(value));
    }

    /// Returns whether `protect` or `protect_unique_name` was set last.
    [[nodiscard]] bool is_protected() const noexcept { return protection_ != Protection::none; }
    /// Returns whether `protect_unique_name` was set last.
    [[nodiscard]] bool has_unique_name() const noexcept {
        return protection_ == Protection::unique_name;
    }

    /// The ACL of the node, and of its ancestors that `makepath` creates. Servers refuse an empty
    /// list with InvalidACLError. Default: what ClientOptions::acl_provider returns for each path,
    /// or else ClientOptions::default_acl, or else open_acl_unsafe().
    CreateOptions& acl(AclList value) & {
        acl_ = std::move(value);
        return *this;
    }
    CreateOptions acl(AclList value) && { return std::move(acl(std::move(value))); }
    [[nodiscard]] const std::optional<AclList>& acl() const noexcept { return acl_; }

private:
    enum class Protection : unsigned char { none, prefix, unique_name };

    bool ephemeral_ = false;
    bool sequence_ = false;
    bool makepath_ = false;
    bool container_ = false;
    Protection protection_ = Protection::none;
    std::optional<std::chrono::milliseconds> ttl_;
    std::optional<AclList> acl_;
};

}  // namespace kazoo
KAZOO_API_END
