// SPDX-License-Identifier: Apache-2.0
/// Party and ShallowParty: who takes part in something, of several processes.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/retry.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {
class Membership;
class MemberList;
}  // namespace kazoo::detail::recipe

KAZOO_API_BEGIN
namespace kazoo {

/// Options of a Party, ShallowParty or GroupMember. A value; setters chain.
class PartyOptions {
public:
    PartyOptions() {}

    /// Whether a member that has joined stays a member: it joins again in the next session, and
    /// when others delete its node. If false, its membership ends with its node, as in kazoo.
    /// Default: true.
    PartyOptions& keep_joined(bool value = true) & noexcept {
        keep_joined_ = value;
        return *this;
    }
    PartyOptions keep_joined(bool value = true) && { return std::move(keep_joined(value)); }
    [[nodiscard]] bool keeps_joined() const noexcept { return keep_joined_; }

    /// Pauses between tries to join again. Default: no limit, pauses of 0.1 s doubling to 5 s.
    PartyOptions& retry(const RetryPolicy& value) & noexcept {
        retry_ = value;
        return *this;
    }
    PartyOptions retry(const RetryPolicy& value) && { return std::move(retry(value)); }
    [[nodiscard]] const RetryPolicy& retry() const noexcept { return retry_; }

    /// A function that is called with errors that keep a member from joining again and do not pass
    /// by themselves, such as NoAuthError. It is called on Lane::callback, not any more after
    /// `leave`. Default: they are logged as warnings.
    PartyOptions& on_error(std::function<void(const Error&)> value) & {
        on_error_ = std::move(value);
        return *this;
    }
    PartyOptions on_error(std::function<void(const Error&)> value) && {
        return std::move(on_error(std::move(value)));
    }
    [[nodiscard]] const std::function<void(const Error&)>& on_error() const noexcept {
        return on_error_;
    }

private:
    bool keep_joined_ = true;
    RetryPolicy retry_;
    std::function<void(const Error&)> on_error_;
};

/// A change of the members of a party: identifiers, in ascending order of their bytes. Several
/// members may have the same identifier; each of them is listed.
class PartyChange {
public:
    PartyChange() {}
    std::vector<std::string> members;  ///< All members.
    std::vector<std::string> joined;   ///< Since the last change; in the first one all members.
    std::vector<std::string> left;     ///< Since the last change.
};

/// The members of a party as a stream for coroutines. Returned by Party::stream and others.
///
///     auto stream = party.stream();
///     while (auto change = co_await stream.next()) {
///         for (const auto& who : change->joined) greet(who);
///     }
///
/// The first `next` returns the present members, also if there are none; later ones wait until a
/// member has joined or left. Changes between two calls are conflated. The stream continues in new
/// sessions, and reports what has changed meanwhile. It does not depend on the object that it came
/// from, and ends when the client is stopped. Errors of reads are retried or logged, as by
/// ChildrenStream. With g++ 12 see DataStream. Thread-safe, except for moving and destruction.
class [[nodiscard]] PartyStream {
public:
    /// For the library.
    explicit PartyStream(std::shared_ptr<detail::recipe::MemberList> list) noexcept
        : list_(std::move(list)) {}
    PartyStream(PartyStream&&) noexcept = default;
    PartyStream& operator=(PartyStream&& other) noexcept;
    ~PartyStream();

    /// Returns the next change; std::nullopt when the stream has ended. Fails with
    /// BadArgumentsError if a `next` is pending, and with what ends or interrupts the reading of
    /// members, such as NoAuthError; the stream then continues with the next call. The result may
    /// be cancelled; a later `next` then returns what this one would have.
    AsyncResult<std::optional<PartyChange>> next();
    /// Ends the stream: a pending `next` returns std::nullopt. Idempotent.
    void stop() noexcept;

private:
    std::shared_ptr<detail::recipe::MemberList> list_;  // null: moved from
};

namespace detail {

/// What Party and ShallowParty have in common.
class PartyBase {
public:
    /// Joins the party; returns when the member's node exists. Does nothing if it has joined.
    ///
    /// Fails with ConnectionClosedError if the client is not running, with the error of the create
    /// if that does not pass by itself, such as NoAuthError, and with OperationTimeoutError. After
    /// an error, a time limit or a cancellation it is no member; a node that was made is deleted in
    /// the background. ClientOptions::call_timeout does not apply to `join` and `leave`: while the
    /// connection is lost they wait for it, within the limit of `options`.
    AsyncResult<void> join_async(const CallOptions& options = {});
    void join(const CallOptions& options = {});

    /// Leaves the party; returns when the node is gone. Returns false if the member had not joined,
    /// or its node was gone already. Once begun it is completed in the background, also if the call
    /// is cancelled or its limit passes (OperationTimeoutError).
    AsyncResult<bool> leave_async(const CallOptions& options = {});
    bool leave(const CallOptions& options = {});

    /// Returns whether this member's node exists, as far as is known: true from `join` to `leave`,
    /// except after the loss of the session, until it has joined again.
    [[nodiscard]] bool participating() const noexcept;

    /// Returns the identifiers of the members, in ascending order of their bytes; none if the party
    /// does not exist. Need not be a member. Corresponds to iteration over kazoo's party.
    AsyncResult<std::vector<std::string>> members_async(const CallOptions& options = {});
    std::vector<std::string> members(const CallOptions& options = {});

    /// Returns the number of members, from their names alone.
    AsyncResult<std::int32_t> size_async(const CallOptions& options = {});
    std::int32_t size(const CallOptions& options = {});

    /// Returns a stream of the members and their changes. Throws ConnectionClosedError if the
    /// client was destroyed, and std::bad_alloc.
    [[nodiscard]] PartyStream stream() const;

protected:
    explicit PartyBase(std::shared_ptr<recipe::Membership> membership) noexcept
        : membership_(std::move(membership)) {}
    PartyBase(PartyBase&&) noexcept = default;
    PartyBase& operator=(PartyBase&& other) noexcept;
    ~PartyBase();

private:
    std::shared_ptr<recipe::Membership> membership_;
};

}  // namespace detail

/// A party (kazoo's `Party`): each member has an ephemeral node, so that it leaves when its session
/// ends.
///
///     Party party(zk, "/party", "host-7");
///     party.join();
///     for (const auto& who : party.members()) std::cout << who << '\n';
///     party.leave();                         // or the destructor, in the background
///
/// A member stays one across new sessions, unlike in kazoo (PartyOptions::keep_joined): it joins
/// again in each, also after the client was stopped and started again. For others it is missing
/// in between: from the expiry of the old session to the join in the new one. If its old node
/// still exists then, it is replaced in one transaction, and never missing.
///
/// Layout, shared with Python's kazoo: `<path>/<32 hexadecimal digits>__party__`, ephemeral, with
/// the identifier as data. Children without `__party__` in their name are ignored. Missing parents
/// are created by `join`.
///
/// Suspended: while the connection is lost a member remains one as long as its session lives, and
/// `participating` returns what was last known; other calls wait for the connection.
///
/// Errors that pass by themselves, such as ConnectionLoss, are retried. Blocking forms throw
/// WouldDeadlockError, without doing anything, where the wait could never end. Thread-safe, except
/// for moving and destruction. The client may be moved, stopped and destroyed. The destructor
/// leaves the party in the background. A moved-from object may only be assigned to and destroyed.
class Party : public detail::PartyBase {
public:
    /// Sends nothing. `identifier`: what other members see; kazoo has none by default, too. Throws
    /// BadArgumentsError if the path is malformed or "/", or the identifier is not valid UTF-8,
    /// which Python's kazoo could not read, and std::bad_alloc.
    Party(
        KazooClient& client,
        PathView path,
        std::string_view identifier = {},
        const PartyOptions& options = PartyOptions()
    );
};

/// A party whose members are listed by one request, because their identifiers are part of the
/// names of their nodes (kazoo's `ShallowParty`). For everything else see Party.
///
/// Layout, shared with Python's kazoo: `<path>/<32 hexadecimal digits>-<identifier>`, ephemeral,
/// with the identifier as data as well. All children are members; the identifier is what follows
/// the first "-", or the whole name if there is none.
class ShallowParty : public detail::PartyBase {
public:
    /// As the constructor of Party; the identifier must not contain "/" nor any other character
    /// that is not allowed in paths.
    ShallowParty(
        KazooClient& client,
        PathView path,
        std::string_view identifier = {},
        const PartyOptions& options = PartyOptions()
    );
};

}  // namespace kazoo
KAZOO_API_END
