// SPDX-License-Identifier: Apache-2.0
/// PersistentNode: a node that is created again whenever it has gone.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/node.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/retry.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace kazoo::detail::recipe {
class KeptNode;
}

KAZOO_API_BEGIN
namespace kazoo {

/// Options of a PersistentNode. A value; setters chain.
class PersistentNodeOptions {
public:
    PersistentNodeOptions() : create_(CreateOptions().ephemeral()) {}

    /// The kind of node, its ACL, and its protection. Default: ephemeral. Set
    /// CreateOptions::protect for sequence nodes: without it, a lost reply to the first create
    /// leaves a second node. Parents are always created; CreateOptions::ttl is refused.
    PersistentNodeOptions& create(CreateOptions value) & {
        create_ = std::move(value);
        return *this;
    }
    PersistentNodeOptions create(CreateOptions value) && {
        return std::move(create(std::move(value)));
    }
    [[nodiscard]] const CreateOptions& create() const noexcept { return create_; }

    /// Whether an ephemeral node of any other session is replaced at once, for example that of an
    /// earlier run of this process. If false, only nodes of former sessions of this client are
    /// replaced, and others are waited for: their sessions end. Set it only if no other process
    /// keeps the same node, or both will replace it in turn. Default: false.
    PersistentNodeOptions& take_over(bool value = true) & noexcept {
        take_over_ = value;
        return *this;
    }
    PersistentNodeOptions take_over(bool value = true) && { return std::move(take_over(value)); }
    [[nodiscard]] bool takes_over() const noexcept { return take_over_; }

    /// Pauses between tries, and their limits. When they are exhausted the node is kept no more.
    /// Default: no limit, pauses of 0.1 s doubling to 5 s.
    PersistentNodeOptions& retry(const RetryPolicy& value) & noexcept {
        retry_ = value;
        return *this;
    }
    PersistentNodeOptions retry(const RetryPolicy& value) && { return std::move(retry(value)); }
    [[nodiscard]] const RetryPolicy& retry() const noexcept { return retry_; }

    /// A function that is called with the path of the node after each creation: the first one, and
    /// those in later sessions or after a deletion. See PersistentNode for threads. Default: none.
    PersistentNodeOptions& on_created(std::function<void(const std::string&)> value) & {
        on_created_ = std::move(value);
        return *this;
    }
    PersistentNodeOptions on_created(std::function<void(const std::string&)> value) && {
        return std::move(on_created(std::move(value)));
    }
    [[nodiscard]] const std::function<void(const std::string&)>& on_created() const noexcept {
        return on_created_;
    }

    /// A function that is called with errors that do not pass by themselves, such as NoAuthError,
    /// with NodeExistsError if a node of another owner is in the way, and with the error that ends
    /// the tries. An error that recurs is reported once, until a try succeeds. Default: errors are
    /// logged as warnings.
    PersistentNodeOptions& on_error(std::function<void(const Error&)> value) & {
        on_error_ = std::move(value);
        return *this;
    }
    PersistentNodeOptions on_error(std::function<void(const Error&)> value) && {
        return std::move(on_error(std::move(value)));
    }
    [[nodiscard]] const std::function<void(const Error&)>& on_error() const noexcept {
        return on_error_;
    }

private:
    CreateOptions create_;
    bool take_over_ = false;
    RetryPolicy retry_;
    std::function<void(const std::string&)> on_created_;
    std::function<void(const Error&)> on_error_;
};

/// Keeps a node present, for as long as this object exists (Curator's `PersistentNode`): for
/// example the address of a service.
///
///     PersistentNode node(zk, "/services/web/host-7", "10.0.0.7:8080");
///     node.wait_for_initial_create(CallOptions().timeout(10s));
///
/// The node is created as soon as the client is connected, and again
/// - in each new session. If the node of the former session is still there, it is replaced in one
///   transaction: it would otherwise go when the servers notice the end of that session;
/// - when others delete it;
/// - when the client is started again after a stop.
/// Between its deletion and the creation the node is missing for about two round trips. The path
/// does not change once the node was created, not even that of a sequence node.
///
/// A node that exists already: an ephemeral node of the present session is taken over, and so is
/// any node that is not ephemeral, if this one is not to be; its data are set. An ephemeral node of
/// another session is waited for (see PersistentNodeOptions::take_over), and so is one of another
/// kind. Data that others set later stay, until set_data or the next creation.
///
/// Suspended: while the connection is lost the node exists as long as the session does, and
/// present() says what was last known. Two objects of one client must not keep the same path: one
/// of them would delete the node of the other when it ends.
///
/// End: the destructor begins what `close` does. It deletes the node in the background, whatever
/// its kind, until it is gone or the client is stopped. An ephemeral node goes with its session in
/// any case.
///
/// Threads: on_created and on_error are called on Lane::callback of the client's handler, one call
/// at a time. They may block if the handler has threads or fibers, and may close or destroy this
/// object and the client. Exceptions that they throw are logged. The object is thread-safe, except
/// for moving and destruction. The client may be moved, stopped and destroyed; the node is then
/// kept no more. A moved-from object may only be assigned to and destroyed.
class [[nodiscard]] PersistentNode {
public:
    /// Begins to keep the node; returns at once. The client need not be started. Throws
    /// BadArgumentsError if the path is malformed or "/", or the options contradict each other, and
    /// std::bad_alloc.
    PersistentNode(
        KazooClient& client,
        PathView path,
        const DataView& data = {},
        const PersistentNodeOptions& options = PersistentNodeOptions()
    );
    PersistentNode(PersistentNode&&) noexcept = default;
    PersistentNode& operator=(PersistentNode&& other) noexcept;
    ~PersistentNode();

    /// Waits until the node exists. Returns its path. ClientOptions::call_timeout does not apply.
    /// Fails with OperationTimeoutError, CancelledError (closed meanwhile), ConnectionClosedError
    /// (the client was destroyed), and RetryFailedError (no more tries). A failure or cancellation
    /// ends only the wait.
    AsyncResult<std::string> wait_for_initial_create_async(const CallOptions& options = {}) const;
    std::string wait_for_initial_create(const CallOptions& options = {}) const;

    /// Changes the data, also for later creations. Completes when the node has them, or later ones;
    /// fails as wait_for_initial_create does, and the data are then set later nevertheless.
    AsyncResult<void> set_data_async(const DataView& data, const CallOptions& options = {});
    void set_data(const DataView& data, const CallOptions& options = {});

    /// Returns the path of the node; std::nullopt before it was created first.
    [[nodiscard]] std::optional<std::string> path() const;
    /// Returns whether the node exists, as far as is known.
    [[nodiscard]] bool present() const noexcept;

    /// Deletes the node, and does not keep it any more. Completes when it is gone. No call of the
    /// functions begins after this call has returned; a call in progress is waited for, as by
    /// DataWatch::stop. A time limit (OperationTimeoutError) or cancellation ends the wait only.
    ///
    /// Fails with NotEmptyError and NoAuthError if the node cannot be deleted. Idempotent.
    AsyncResult<void> close_async(const CallOptions& options = {});
    void close(const CallOptions& options = {});

private:
    std::shared_ptr<detail::recipe::KeptNode> node_;
};

}  // namespace kazoo
KAZOO_API_END
