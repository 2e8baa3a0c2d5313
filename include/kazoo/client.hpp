// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/back_pressure.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client_options.hpp>
#include <kazoo/detail/chrono.hpp>
#include <kazoo/detail/client_call.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/state_listener.hpp>
#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/host_operations.hpp>
#include <kazoo/kazoo_retry.hpp>
#include <kazoo/metrics.hpp>
#include <kazoo/multi_read.hpp>
#include <kazoo/node.hpp>
#include <kazoo/node_operations.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/read_options.hpp>
#include <kazoo/session_operations.hpp>
#include <kazoo/state.hpp>
#include <kazoo/transaction.hpp>
#include <kazoo/watch_operations.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

/// A ZooKeeper client (kazoo's `KazooClient`): one session, whose requests are pipelined over one
/// connection. Construction performs no I/O; `start` or `start_async` connects.
///
///     KazooClient zk(ClientOptions().hosts("zk1:2181,zk2:2181,zk3:2181"));
///     zk.start();
///     zk.create("/a", "some data");
///     const auto [data, stat] = zk.get("/a");
///
/// Session: when the connection is lost the client connects to another server and resumes the
/// session; ephemeral nodes and watches survive. When the session expires, they are gone, each
/// watch function is called with EventType::NONE, and the client begins a new session by itself.
/// State listeners report both (KazooState).
///
/// Each operation has two forms. `x_async` returns an AsyncResult at once; run-time failures,
/// including a malformed path and a lack of memory, are reported through it and not thrown. `x` is
/// `x_async(...).get()`: it throws the operation's error, and throws WouldDeadlockError before
/// sending anything where the wait could never end (AsyncResult::get).
///
/// Threads: all members are thread-safe and may be called in callbacks. Moving and destruction
/// must not overlap other calls.
/// Results complete on Handler::executor(), or within the call if the operation is refused at once.
/// Their callbacks run on Lane::completion, watch functions on Lane::callback, state listeners on
/// Lane::session.
///
/// Order: requests are sent in the order of the calls, and the server executes and answers them in
/// that order. While the first connection is being made or the state is SUSPENDED they wait in a
/// queue bounded by ClientLimits, for an unlimited time unless CallOptions or
/// ClientOptions::call_timeout limits it. Resend: what happens to them when a connection is lost.
///
/// Errors of every operation, in addition to those listed with it:
/// - before sending: ConnectionClosedError (not started, or stopped), AuthFailedError (the servers
///   refused the credentials), SessionExpiredError (during the pause before a new session is
///   requested), EnsembleBehindError (WhenBehind), ForkedError, BadArgumentsError (malformed path),
///   QueueFullError, RequestTooLargeError, TooManyWatchesError;
/// - later: ConnectionLoss (before the reply the connection broke and the request is not sent
///   again, or the client was stopped while not connected, or gave up), SessionExpiredError,
///   OperationTimeoutError, CancelledError, ResponseTooLargeError, ProtocolError (undecodable
///   reply), OutOfMemoryError, and the server's errors, such as NoAuthError.
///
/// KazooException::outcome() and Error::outcome() say whether a write may have been applied.
/// CallOptions and AsyncResult::cancel describe timeouts and cancellation, ReadOptions how recent
/// the state is that a read shows. Watcher describes watches that fire once, WatchOperations those
/// that last, and the removal of watches. NodeOperations, SessionOperations and HostOperations have
/// further ones.
///
/// Paths are normalised as in kazoo: a missing leading "/" is added, repeated and trailing slashes
/// are removed; <kazoo/paths.hpp> has the rules. With a chroot in `hosts`, all paths passed and
/// returned are relative to it.
///
/// Where a watch, a version or CreateOptions may be omitted, CallOptions may follow directly:
/// `zk.get(path, CallOptions().timeout(2s))`. These overloads are ref-qualified, so that the
/// address of the main one is unambiguous: `zk.retry(&KazooClient::get, zk, path)`.
///
/// After fork(), the child may start a client that was stopped or never started, before other
/// threads of the child use it. A client that was running belongs to the parent: in the child its
/// operations fail with ForkedError, and its destructor does not touch the session.
class KazooClient : public NodeOperations,
                    public WatchOperations,
                    public SessionOperations,
                    public HostOperations,
                    public BackPressure {
public:
    /// Creates a stopped client. Throws ConfigurationError for invalid options: malformed `hosts`,
    /// a `timeout` or HostProvider::timeout that is not positive, a negative `connect_timeout` or
    /// `close_timeout`.
    explicit KazooClient(ClientOptions options = ClientOptions());
    /// Transfers the session with its operations, watches and listeners. The moved-from client may
    /// only be destroyed or assigned to; any other use is undefined, also by a coroutine that holds
    /// a reference to it. No other thread may use either client meanwhile.
    KazooClient(KazooClient&&) noexcept;
    /// As the move constructor; the client that is replaced ends as by its destructor.
    KazooClient& operator=(KazooClient&&) noexcept;
    /// Calls stop(), and may therefore block. In a forked child it leaves the session of the parent
    /// alone.
    ~KazooClient();

    // Lifecycle.

    /// Starts connecting in the background and returns at once; does nothing if the client is
    /// running already. Attempts are repeated without limit, unless ClientOptions::connection_retry
    /// sets one.
    ///
    /// Returns an Event that is set while the client is connected; waiting for it returns false
    /// once the client stops or gives up. May be called at any time, also while the client stops
    /// and in a listener or callback that reports the end of the session: the next session then
    /// begins when the present one has ended. Throws what Handler::start throws (std::system_error:
    /// no thread) and std::bad_alloc.
    Event start_async();
    /// Calls start_async() and waits until the client is connected, for at most `timeout`.
    ///
    /// Throws KazooTimeoutError after `timeout`, or EnsembleBehindError (WhenBehind) then,
    /// AuthFailedError if a server refuses the credentials, ConnectionLoss if connection_retry is
    /// exhausted, ConnectionClosedError if `stop` is called meanwhile, and what start_async throws.
    /// Where no server was reached, the error lists the last attempt at each. After a failure the
    /// client is stopped again, unless it was running before this call or another start has joined.
    /// Throws WouldDeadlockError, without starting anything, where the wait could never end.
    void start(AnyDuration timeout = std::chrono::seconds(15));
    /// Ends the session and returns when all results are complete and all callbacks have run.
    /// Requests made before are served first, if connected; if not, they fail with ConnectionLoss
    /// at once. The session ends after at most ClientOptions::close_timeout; if the executor is not
    /// running, the wait for it ends 2 s after that. Callbacks are then waited for as described
    /// with Handler::stop of the handler. In a result callback or watch function it waits for the
    /// end of the session only; in a state listener and on the thread of a loop it begins the stop
    /// and returns. Idempotent; never throws.
    void stop() noexcept;
    /// stop(), then start() with its default timeout: a new session. Throws what `start` throws.
    void restart();
    /// Throws ConfigurationError unless the client is stopped, and does nothing else: the resources
    /// that kazoo's `close` frees are freed by the destructor.
    void close();

    // State.

    /// Returns whether the client is connected, to a read-only server included.
    [[nodiscard]] bool connected() const noexcept;
    /// Return the state as listeners receive it, and that of the session in ZooKeeper's finer
    /// terms.
    [[nodiscard]] KazooState state() const noexcept;
    [[nodiscard]] KeeperState client_state() const noexcept;
    /// Return the session's id and password, and the id alone, which needs no memory, even while
    /// SUSPENDED, when the session may still exist; empty and 0 while LOST.
    [[nodiscard]] std::optional<ClientId> client_id() const;
    [[nodiscard]] std::int64_t session_id() const noexcept;
    /// Returns the session timeout granted by the server, even while SUSPENDED; zero while LOST.
    [[nodiscard]] std::chrono::milliseconds session_timeout() const;
    /// Return counters and latencies; a function for exporters that does not keep the client alive
    /// (<kazoo/metrics.hpp>); and a description for people, in several lines. Throw std::bad_alloc.
    [[nodiscard]] ClientMetrics metrics() const;
    [[nodiscard]] MetricsSource metrics_source() const;
    [[nodiscard]] std::string dump() const;
    /// Return the handler, never null, and the chroot, such as "/app", empty if there is none.
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept;
    [[nodiscard]] const std::string& chroot() const noexcept;

    /// Registers `listener(KazooState)` or `listener(const StateChange&)`; the latter can tell new
    /// sessions from resumed ones and read-only connections from others. It is called at each
    /// change of state, on Lane::session, one change at a time. With ListenFrom::current_state it
    /// is first called, as soon as possible, with the state at the time of this call, unless a
    /// later change comes first. A change whose delivery has begun when the listener is added is
    /// not reported to it.
    ///
    /// A listener returns void, or bool: true removes it. It must not block (blocking calls throw
    /// WouldDeadlockError); it may start asynchronous operations, and start, stop or destroy the
    /// client. Exceptions that it throws are logged at error level.
    ///
    /// Returns an identifier for remove_listener. Throws std::bad_alloc.
    template <class Listener>
    ListenerId add_listener(Listener&& listener, ListenFrom from = ListenFrom::next_change) {
        return add_listener_function(
            detail::state_listener(std::forward<Listener>(listener)), from
        );
    }
    /// Removes a listener; returns false if it was not registered. Does not wait: a call in
    /// progress on another thread continues, and uses the listener's captures until it returns.
    bool remove_listener(ListenerId listener);
    /// As remove_listener, and waits until a call of it in progress has returned, after which its
    /// captures are not used any more; within a listener it does not wait. Throws
    /// WouldDeadlockError, after removing the listener, where the thread must not block.
    bool remove_listener_and_wait(ListenerId listener);

    /// Adds credentials, as ClientOptions::auth_data does: for this connection and, once a server
    /// has accepted them, for all later connections and starts. Completes when the server has
    /// answered; waits for a connection for at most ClientOptions::call_timeout, if set
    /// (OperationTimeoutError; the next connection presents them nevertheless).
    ///
    /// While the client is stopped it fails with ConnectionClosedError (AuthFailedError in the
    /// state AUTH_FAILED), and the next start presents them. If the server refuses them it fails
    /// with AuthFailedError, they are discarded, and the client's state is AUTH_FAILED until the
    /// next start. Servers never refuse the scheme "digest", whatever the password.
    AsyncResult<void> add_auth_async(std::string_view scheme, std::string_view credential);
    void add_auth(std::string_view scheme, std::string_view credential);
    /// Discards all credentials, including those of auth_data: later connections present none. On
    /// the present connection those that the server has accepted stay in effect.
    void forget_auth();

    // Nodes.

    /// Creates a node. `data` is copied before the call returns; CreateOptions describes the kinds
    /// of node. Returns the path, with the suffix of a sequence node. Fails with NodeExistsError,
    /// NoNodeError (the parent does not exist), NoChildrenForEphemeralsError, InvalidACLError,
    /// QuotaExceededError. With CreateOptions::makepath several requests are sent: after an error
    /// some parents may have been created.
    AsyncResult<std::string> create_async(
        PathView path,
        const DataView& data = {},
        const CreateOptions& create = {},
        const CallOptions& options = {}
    );
    std::string create(
        PathView path,
        const DataView& data = {},
        const CreateOptions& create = {},
        const CallOptions& options = {}
    );
    AsyncResult<std::string> create_async(
        PathView path, const DataView& data, const CallOptions& options
    ) & {
        return create_async(path, data, CreateOptions(), options);
    }
    std::string create(PathView path, const DataView& data, const CallOptions& options) & {
        return create(path, data, CreateOptions(), options);
    }
    /// As create; also returns the stat of the new node. Needs ZooKeeper 3.5 or later. Corresponds
    /// to kazoo's `create` with `include_data=True`.
    AsyncResult<CreatedNode> create_with_stat_async(
        PathView path,
        const DataView& data = {},
        const CreateOptions& create = {},
        const CallOptions& options = {}
    );
    CreatedNode create_with_stat(
        PathView path,
        const DataView& data = {},
        const CreateOptions& create = {},
        const CallOptions& options = {}
    );
    AsyncResult<CreatedNode> create_with_stat_async(
        PathView path, const DataView& data, const CallOptions& options
    ) & {
        return create_with_stat_async(path, data, CreateOptions(), options);
    }
    CreatedNode create_with_stat(
        PathView path, const DataView& data, const CallOptions& options
    ) & {
        return create_with_stat(path, data, CreateOptions(), options);
    }

    /// Creates a node and its missing ancestors, those in the chroot included, without data. `acl`
    /// applies to all; by default as for CreateOptions::acl. Returns true if this call created the
    /// node, false if it existed; for "/" without a chroot false, without asking a server. Fails as
    /// create does, but not with NodeExistsError. Several requests: after an error some ancestors
    /// may have been created.
    AsyncResult<bool> ensure_path_async(
        PathView path,
        const std::optional<AclList>& acl = std::nullopt,
        const CallOptions& options = {}
    );
    bool ensure_path(
        PathView path,
        const std::optional<AclList>& acl = std::nullopt,
        const CallOptions& options = {}
    );
    AsyncResult<bool> ensure_path_async(PathView path, const CallOptions& options) & {
        return ensure_path_async(path, std::nullopt, options);
    }
    bool ensure_path(PathView path, const CallOptions& options) & {
        return ensure_path(path, std::nullopt, options);
    }

    /// Looks up a node. `watch` is set whether or not it exists, and fires when it is created or
    /// deleted or its data is set. Returns its stat, or nullopt if it does not exist, which is not
    /// an error.
    AsyncResult<std::optional<ZnodeStat>> exists_async(
        PathView path, const Watcher& watch = {}, const ReadOptions& options = {}
    );
    std::optional<ZnodeStat> exists(
        PathView path, const Watcher& watch = {}, const ReadOptions& options = {}
    );
    AsyncResult<std::optional<ZnodeStat>> exists_async(
        PathView path, const ReadOptions& options
    ) & {
        return exists_async(path, Watcher(), options);
    }
    std::optional<ZnodeStat> exists(PathView path, const ReadOptions& options) & {
        return exists(path, Watcher(), options);
    }

    /// Reads a node. `watch` fires when its data is set or it is deleted. Returns its data and
    /// stat. Fails with NoNodeError; no watch is set then.
    AsyncResult<NodeData> get_async(
        PathView path, const Watcher& watch = {}, const ReadOptions& options = {}
    );
    NodeData get(PathView path, const Watcher& watch = {}, const ReadOptions& options = {});
    AsyncResult<NodeData> get_async(PathView path, const ReadOptions& options) & {
        return get_async(path, Watcher(), options);
    }
    NodeData get(PathView path, const ReadOptions& options) & {
        return get(path, Watcher(), options);
    }

    /// Lists a node's children. `watch` fires when a child is created or deleted and when the node
    /// itself is deleted. Returns the names, unsorted. Fails with NoNodeError; no watch is set
    /// then.
    AsyncResult<std::vector<std::string>> get_children_async(
        PathView path, const Watcher& watch = {}, const ReadOptions& options = {}
    );
    std::vector<std::string> get_children(
        PathView path, const Watcher& watch = {}, const ReadOptions& options = {}
    );
    AsyncResult<std::vector<std::string>> get_children_async(
        PathView path, const ReadOptions& options
    ) & {
        return get_children_async(path, Watcher(), options);
    }
    std::vector<std::string> get_children(PathView path, const ReadOptions& options) & {
        return get_children(path, Watcher(), options);
    }
    /// As get_children; also returns the stat of the node. Corresponds to kazoo's `get_children`
    /// with `include_data=True`.
    AsyncResult<ChildrenAndStat> get_children_with_stat_async(
        PathView path, const Watcher& watch = {}, const ReadOptions& options = {}
    );
    ChildrenAndStat get_children_with_stat(
        PathView path, const Watcher& watch = {}, const ReadOptions& options = {}
    );
    AsyncResult<ChildrenAndStat> get_children_with_stat_async(
        PathView path, const ReadOptions& options
    ) & {
        return get_children_with_stat_async(path, Watcher(), options);
    }
    ChildrenAndStat get_children_with_stat(PathView path, const ReadOptions& options) & {
        return get_children_with_stat(path, Watcher(), options);
    }

    /// Sets the data of a node. `version` is the expected ZnodeStat::version; -1 matches any.
    /// Returns the new stat. Fails with NoNodeError, BadVersionError, QuotaExceededError.
    AsyncResult<ZnodeStat> set_async(
        PathView path,
        const DataView& data,
        std::int32_t version = -1,
        const CallOptions& options = {}
    );
    ZnodeStat set(
        PathView path,
        const DataView& data,
        std::int32_t version = -1,
        const CallOptions& options = {}
    );
    AsyncResult<ZnodeStat> set_async(
        PathView path, const DataView& data, const CallOptions& options
    ) & {
        return set_async(path, data, -1, options);
    }
    ZnodeStat set(PathView path, const DataView& data, const CallOptions& options) & {
        return set(path, data, -1, options);
    }

    /// Deletes a node. `version` is the expected ZnodeStat::version; -1 matches any. Fails with
    /// NoNodeError, NotEmptyError (it has children), BadVersionError, and BadArgumentsError for "/"
    /// without a chroot. (`delete` is a keyword: the blocking form is `delete_`.)
    AsyncResult<void> delete_async(
        PathView path, std::int32_t version = -1, const CallOptions& options = {}
    );
    void delete_(PathView path, std::int32_t version = -1, const CallOptions& options = {});
    AsyncResult<void> delete_async(PathView path, const CallOptions& options) & {
        return delete_async(path, -1, options);
    }
    void delete_(PathView path, const CallOptions& options) & { return delete_(path, -1, options); }

    /// Reads the ACL of a node. Returns it with the stat. Fails with NoNodeError. Servers
    /// mask digests for clients without admin permission: do not write such a list back.
    AsyncResult<AclsAndStat> get_acls_async(PathView path, const CallOptions& options = {});
    AclsAndStat get_acls(PathView path, const CallOptions& options = {});
    /// Replaces the ACL of a node. `version` is the expected ZnodeStat::aversion; -1
    /// matches any. Returns the new stat. Fails with NoNodeError, BadVersionError, InvalidACLError.
    AsyncResult<ZnodeStat> set_acls_async(
        PathView path,
        const AclList& acls,
        std::int32_t version = -1,
        const CallOptions& options = {}
    );
    ZnodeStat set_acls(
        PathView path,
        const AclList& acls,
        std::int32_t version = -1,
        const CallOptions& options = {}
    );
    AsyncResult<ZnodeStat> set_acls_async(
        PathView path, const AclList& acls, const CallOptions& options
    ) & {
        return set_acls_async(path, acls, -1, options);
    }
    ZnodeStat set_acls(PathView path, const AclList& acls, const CallOptions& options) & {
        return set_acls(path, acls, -1, options);
    }

    /// Brings the connected server up to date with the leader: later reads are at least as recent
    /// as the leader's state when it received this request. The node need not exist. Returns
    /// `path`, normalised.
    AsyncResult<std::string> sync_async(PathView path, const CallOptions& options = {});
    std::string sync(PathView path, const CallOptions& options = {});

    // Several operations in one request. Nothing is sent before commit or read.

    /// Returns an empty transaction: writes that are applied together or not at all.
    [[nodiscard]] Transaction transaction() const;
    /// Returns an empty list of reads.
    [[nodiscard]] MultiRead multi_read() const;

    // Retries.

    /// Calls `function(args...)` until it succeeds or fails with an error that is not retried, with
    /// the policy ClientOptions::command_retry, and blocks between the tries. RetryPolicy::deadline
    /// bounds the tries as well, so that the call ends then even if no server can be reached.
    /// KazooRetry lists the errors that are retried and what to know before retrying writes.
    /// Corresponds to kazoo's `client.retry`.
    ///
    ///     auto node = zk.retry([&] { return zk.get("/a"); });
    ///
    /// Returns what `function` returns. Throws its other errors, RetryFailedError, and
    /// InterruptedError when the client is stopped or gives up, which ends a pause at once.
    template <class F, class... Args>
    std::invoke_result_t<F&, Args&...> retry(F&& function, Args&&... args)
        const requires detail::RetriedFunction<F, Args...> {
        return command_retry()(std::forward<F>(function), std::forward<Args>(args)...);
    }
    /// As above, for a member function of the client. Trailing arguments with defaults may be
    /// omitted; each try receives the arguments as lvalues.
    ///
    ///     auto node = zk.retry(&KazooClient::get, zk, "/a");
    template <class R, class Owner, class... Params, class... Args>
    R retry(
        R (Owner::*operation)(PathView, Params...),
        KazooClient& client,
        PathView path,
        Args&&... args
    ) const requires(sizeof...(Args) <= sizeof...(Params)) {
        return command_retry(
        )([&]() -> R { return detail::call_client(operation, client, path, args...); });
    }
    /// As `retry`, without blocking: `function` returns an AsyncResult. See KazooRetry::call_async.
    template <AsyncFunction F>
    std::invoke_result_t<F&> retry_async(F function) const {
        return command_retry().call_async(std::move(function));
    }
    /// Returns what `retry` uses: the policy of the options and the client's handler, interrupted
    /// when the client is stopped or gives up. Request a new one after each start.
    [[nodiscard]] KazooRetry command_retry() const;

    // The server.

    /// Sends a four-letter word to the connected server over a separate connection. `options`
    /// limits the time; the default is ClientOptions::call_timeout, or else 10 s. Returns the whole
    /// answer. Fails with BadArgumentsError unless `word` has four characters, with ConnectionLoss
    /// if the client is not connected or no answer comes in time, and with ConnectionClosedError if
    /// the client is stopped meanwhile. Servers execute whitelisted words only.
    AsyncResult<std::string> command_async(
        std::string_view word = "ruok", const CallOptions& options = {}
    );
    std::string command(std::string_view word = "ruok", const CallOptions& options = {});

    /// Returns the server's version, such as {3, 8, 0}, taken from the answer to `srvr`, which
    /// servers allow by default. Fails as `command` does, and with ProtocolError if the answer
    /// contains no version.
    AsyncResult<std::vector<int>> server_version_async(const CallOptions& options = {});
    std::vector<int> server_version(const CallOptions& options = {});

private:
    friend class ClientRef;
    friend struct detail::Access;
    /// For ClientRef: another handle to the same client.
    explicit KazooClient(std::shared_ptr<detail::client::Core> core) noexcept
        : core_(std::move(core)) {}
    ListenerId add_listener_function(
        UniqueFunction<bool(const StateChange&)> listener, ListenFrom from
    );
    void own_in_child();
    std::shared_ptr<detail::client::Core> core_;
};

}  // namespace kazoo
KAZOO_API_END
