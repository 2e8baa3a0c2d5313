#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client_options.hpp>
#include <kazoo/detail/client_call.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/state_listener.hpp>
#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/kazoo_retry.hpp>
#include <kazoo/node.hpp>
#include <kazoo/state.hpp>
#include <kazoo/watcher.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace kazoo::detail::client {
class Core;
}

KAZOO_API_BEGIN
namespace kazoo {

/// Identifies a registered state listener; pass it to KazooClient::remove_listener.
using ListenerId = std::uint64_t;

/// A client of ZooKeeper (kazoo's `KazooClient`).
///
/// Construction touches no network; `start` or `start_async` connects. All members may be called
/// from any thread, also in callbacks. Every `*_async` function returns at once and never throws
/// for what happens at run time: each failure, a bad path included, arrives through the result.
/// Each blocking function is exactly its async form and `get()`: it throws what `get` throws, and
/// WouldDeadlockError where blocking could never end (AsyncResult::get).
///
/// Operations are served in the order of their calls. While the connection is lost (SUSPENDED) and
/// while the first one is made they wait in a bounded queue, without limit of time unless
/// CallOptions or ClientOptions::call_timeout give one; when there is no session (never started,
/// stopped, refused) they fail at once with ConnectionClosedError or AuthFailedError.
/// Those under way when the connection breaks fail with ConnectionLoss, whose outcome() says
/// whether a write may have been applied. All may fail with OperationTimeoutError (by their
/// options), CancelledError, QueueFullError, RequestTooLargeError, ResponseTooLargeError,
/// ProtocolError, NoAuthError, BadArgumentsError (a malformed path), and ForkedError in a child
/// process; what else, is said with each.
///
/// After fork(): in the child a client that was stopped, or never started, may be started as in any
/// process, before other threads of the child use it. A client that was running belongs to the
/// parent: there all operations fail with ForkedError, and its destructor leaves the session alone.
///
/// Paths are normalised as in kazoo: the leading "/" may be missing, superfluous slashes go away.
/// With a chroot in `hosts` all paths, also those returned, are inside it.
///
/// Where a watch, a version or CreateOptions may be left out, CallOptions may follow without them:
/// `zk.get(path, CallOptions().timeout(2s))`. (These overloads have a ref-qualifier, which tells
/// them apart where the address of a function is taken: `zk.retry(&KazooClient::get, zk, path)`.)
class KazooClient {
public:
    /// Throws ConfigurationError for options that cannot be: malformed hosts, a zero timeout.
    explicit KazooClient(ClientOptions options = ClientOptions());
    /// Moving hands over the session with its operations, watches and listeners. What was moved
    /// from may be destroyed and assigned to; any other call on it crashes, also by a coroutine
    /// that refers to it and resumes later. Not while another thread calls either client.
    KazooClient(KazooClient&&) noexcept;
    /// The client that was there before ends as by its destructor.
    KazooClient& operator=(KazooClient&&) noexcept;
    /// Stops, if `stop` was not called. In a forked child it leaves the parent's session alone.
    ~KazooClient();

    // Life.

    /// Begins to connect in the background and returns at once. The client goes on trying without
    /// end, unless connection_retry limits it. Returns an Event that is set while the client is
    /// connected; waiting for it returns false when the client stops or gives up.
    ///
    /// Does nothing if the client runs already. May be called anywhere and at any time: while the
    /// client stops, or in a listener or callback that learns of the end of the session, the next
    /// session begins as soon as the present one is over.
    /// Throws std::system_error if the handler cannot create its threads, and std::bad_alloc.
    Event start_async();
    /// Calls start_async() and waits until the client is connected, at most `timeout`.
    ///
    /// Throws KazooTimeoutError after `timeout`, AuthFailedError if a server refuses the
    /// credentials, ConnectionLoss if connection_retry is exhausted, and ConnectionClosedError if
    /// `stop` is called meanwhile. If this call began to connect and no other start has joined it,
    /// the client is then stopped again; a client that was running before goes on. The messages of
    /// KazooTimeoutError and ConnectionLoss say what became of the last attempt at each server.
    /// Throws WouldDeadlockError, without starting anything, where a wait could never end.
    void start(AnyDuration timeout = std::chrono::seconds(15));
    /// Serves what was asked for before, ends the session, and returns when every result is
    /// complete and every callback has run; bounded by close_timeout. Not connected: gives up at
    /// once; what waits fails with ConnectionLoss. Idempotent, never throws. On a thread of the
    /// handler (in a callback, in a listener) it does not wait for that thread's own work; on the
    /// thread of a loop it begins the stop and returns.
    void stop() noexcept;
    /// `stop`, then `start`: a new session.
    void restart();
    /// Only says whether the client is stopped: kazoo's `close` frees what this library frees by
    /// itself. Throws ConfigurationError if it is not.
    void close();

    // State.

    [[nodiscard]] bool connected() const noexcept;
    [[nodiscard]] KazooState state() const noexcept;
    [[nodiscard]] KeeperState client_state() const noexcept;
    /// The session, also while SUSPENDED, when it may still be alive. Empty while LOST.
    [[nodiscard]] std::optional<ClientId> client_id() const;
    /// The session timeout that the server granted, also while SUSPENDED. Zero while LOST.
    [[nodiscard]] std::chrono::milliseconds session_timeout() const;
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept;
    [[nodiscard]] const std::string& chroot() const noexcept;

    /// Registers a function that is called at every change of state, on the handler's session lane,
    /// one change after the other: `listener(KazooState)`, or `listener(const StateChange&)` to
    /// tell new sessions from resumed ones and read-only connections from others.
    ///
    /// With ListenFrom::current_state it is also called once, as soon as possible, with the state
    /// at the time of this call, unless a later change comes first. A change that is under way when
    /// the listener is added is not reported to it.
    ///
    /// A listener returns nothing, or a bool: true removes it. It must not block (blocking calls
    /// throw WouldDeadlockError there); it may start asynchronous operations, and start, stop or
    /// destroy the client. Exceptions that it throws are logged at level error.
    ///
    /// Returns an identifier for remove_listener. Throws std::bad_alloc. (kazoo's `add_listener`.)
    template <class Listener>
    ListenerId add_listener(Listener&& listener, ListenFrom from = ListenFrom::next_change) {
        return add_listener_function(
            detail::state_listener(std::forward<Listener>(listener)), from
        );
    }
    /// Removes a listener. Returns false if it was not registered. Does not wait: a call of it that
    /// is under way on another thread goes on, and uses its captures until it returns.
    bool remove_listener(ListenerId listener);
    /// Removes a listener and waits until a call of it that is under way has returned; afterwards
    /// its captures are no longer used. Within a listener it does not wait. Returns false if the
    /// listener was not registered. Throws WouldDeadlockError, after removing the listener, on a
    /// thread of the handler that must not block.
    bool remove_listener_and_wait(ListenerId listener);

    /// Other servers, from the next connection on. Throws ConfigurationError, also if the string
    /// has another chroot.
    void set_hosts(std::string_view hosts, std::optional<bool> randomize_hosts = std::nullopt);

    /// Credentials for this connection and, once a server has accepted them, for every later one,
    /// after later starts too; like auth_data. While the client is stopped it fails with
    /// ConnectionClosedError, and the next start presents them. Fails with AuthFailedError if the
    /// server refuses them: the client's state is then AUTH_FAILED until it is started again, and
    /// they are forgotten. The scheme "digest" is never refused. Waits for a connection, no longer
    /// than ClientOptions::call_timeout if that is given (OperationTimeoutError; the next
    /// connection presents them all the same).
    AsyncResult<void> add_auth_async(std::string_view scheme, std::string_view credential);
    void add_auth(std::string_view scheme, std::string_view credential);
    /// Forgets all credentials, those of auth_data too: no later connection presents them. The
    /// present connection keeps what its server has accepted.
    void forget_auth();

    // Nodes. `version` -1 matches every version.

    /// Creates a node; gives its real path (sequence: with the digits). NodeExistsError,
    /// NoNodeError (no parent), NoChildrenForEphemeralsError, InvalidACLError, QuotaExceededError.
    AsyncResult<std::string> create_async(
        std::string_view path,
        const DataView& data = {},
        const CreateOptions& create = {},
        const CallOptions& options = {}
    );
    std::string create(
        std::string_view path,
        const DataView& data = {},
        const CreateOptions& create = {},
        const CallOptions& options = {}
    );
    AsyncResult<std::string> create_async(
        std::string_view path, const DataView& data, const CallOptions& options
    ) & {
        return create_async(path, data, CreateOptions(), options);
    }
    std::string create(std::string_view path, const DataView& data, const CallOptions& options) & {
        return create(path, data, CreateOptions(), options);
    }
    /// The same with the stat of the new node (kazoo's include_data; servers from 3.5 on).
    AsyncResult<CreatedNode> create_with_stat_async(
        std::string_view path,
        const DataView& data = {},
        const CreateOptions& create = {},
        const CallOptions& options = {}
    );
    CreatedNode create_with_stat(
        std::string_view path,
        const DataView& data = {},
        const CreateOptions& create = {},
        const CallOptions& options = {}
    );
    AsyncResult<CreatedNode> create_with_stat_async(
        std::string_view path, const DataView& data, const CallOptions& options
    ) & {
        return create_with_stat_async(path, data, CreateOptions(), options);
    }
    CreatedNode create_with_stat(
        std::string_view path, const DataView& data, const CallOptions& options
    ) & {
        return create_with_stat(path, data, CreateOptions(), options);
    }

    /// Creates the node and its missing parents, without data. True if it did, false if the node
    /// was there. Several steps: after an error some parents may have been created. "/" is always
    /// there: without a chroot that is said without asking a server, connected or not.
    AsyncResult<bool> ensure_path_async(
        std::string_view path,
        const std::optional<AclList>& acl = std::nullopt,
        const CallOptions& options = {}
    );
    bool ensure_path(
        std::string_view path,
        const std::optional<AclList>& acl = std::nullopt,
        const CallOptions& options = {}
    );
    AsyncResult<bool> ensure_path_async(std::string_view path, const CallOptions& options) & {
        return ensure_path_async(path, std::nullopt, options);
    }
    bool ensure_path(std::string_view path, const CallOptions& options) & {
        return ensure_path(path, std::nullopt, options);
    }

    /// The stat of a node, or nothing if there is none, which is no error. The watch is armed
    /// either way.
    AsyncResult<std::optional<ZnodeStat>> exists_async(
        std::string_view path, const Watcher& watch = {}, const CallOptions& options = {}
    );
    std::optional<ZnodeStat> exists(
        std::string_view path, const Watcher& watch = {}, const CallOptions& options = {}
    );
    AsyncResult<std::optional<ZnodeStat>> exists_async(
        std::string_view path, const CallOptions& options
    ) & {
        return exists_async(path, Watcher(), options);
    }
    std::optional<ZnodeStat> exists(std::string_view path, const CallOptions& options) & {
        return exists(path, Watcher(), options);
    }

    /// Data and stat of a node. NoNodeError.
    AsyncResult<NodeData> get_async(
        std::string_view path, const Watcher& watch = {}, const CallOptions& options = {}
    );
    NodeData get(std::string_view path, const Watcher& watch = {}, const CallOptions& options = {});
    AsyncResult<NodeData> get_async(std::string_view path, const CallOptions& options) & {
        return get_async(path, Watcher(), options);
    }
    NodeData get(std::string_view path, const CallOptions& options) & {
        return get(path, Watcher(), options);
    }

    /// The names of a node's children, in no order. NoNodeError. The watch tells of children that
    /// come and go, and of the deletion of the node itself.
    AsyncResult<std::vector<std::string>> get_children_async(
        std::string_view path, const Watcher& watch = {}, const CallOptions& options = {}
    );
    std::vector<std::string> get_children(
        std::string_view path, const Watcher& watch = {}, const CallOptions& options = {}
    );
    AsyncResult<std::vector<std::string>> get_children_async(
        std::string_view path, const CallOptions& options
    ) & {
        return get_children_async(path, Watcher(), options);
    }
    std::vector<std::string> get_children(std::string_view path, const CallOptions& options) & {
        return get_children(path, Watcher(), options);
    }
    /// The same with the stat of the node (kazoo's include_data).
    AsyncResult<ChildrenAndStat> get_children_with_stat_async(
        std::string_view path, const Watcher& watch = {}, const CallOptions& options = {}
    );
    ChildrenAndStat get_children_with_stat(
        std::string_view path, const Watcher& watch = {}, const CallOptions& options = {}
    );
    AsyncResult<ChildrenAndStat> get_children_with_stat_async(
        std::string_view path, const CallOptions& options
    ) & {
        return get_children_with_stat_async(path, Watcher(), options);
    }
    ChildrenAndStat get_children_with_stat(std::string_view path, const CallOptions& options) & {
        return get_children_with_stat(path, Watcher(), options);
    }

    /// Sets the data. NoNodeError, BadVersionError, QuotaExceededError.
    AsyncResult<ZnodeStat> set_async(
        std::string_view path,
        const DataView& data,
        std::int32_t version = -1,
        const CallOptions& options = {}
    );
    ZnodeStat set(
        std::string_view path,
        const DataView& data,
        std::int32_t version = -1,
        const CallOptions& options = {}
    );
    AsyncResult<ZnodeStat> set_async(
        std::string_view path, const DataView& data, const CallOptions& options
    ) & {
        return set_async(path, data, -1, options);
    }
    ZnodeStat set(std::string_view path, const DataView& data, const CallOptions& options) & {
        return set(path, data, -1, options);
    }

    /// Deletes a node without children. NoNodeError, NotEmptyError, BadVersionError.
    /// (`delete` is a keyword: the blocking form is `delete_`.)
    AsyncResult<void> delete_async(
        std::string_view path, std::int32_t version = -1, const CallOptions& options = {}
    );
    void delete_(std::string_view path, std::int32_t version = -1, const CallOptions& options = {});
    AsyncResult<void> delete_async(std::string_view path, const CallOptions& options) & {
        return delete_async(path, -1, options);
    }
    void delete_(std::string_view path, const CallOptions& options) & {
        return delete_(path, -1, options);
    }
    /// Deletes a node and all below it, whatever the versions; a node that is not there is no
    /// error. Not atomic: after an error part of the tree may be gone.
    AsyncResult<void> delete_recursive_async(
        std::string_view path, const CallOptions& options = {}
    );
    void delete_recursive(std::string_view path, const CallOptions& options = {});

    /// The access list with the stat. NoNodeError. Servers hide digests from those who may not
    /// administrate the node: do not write such a list back.
    AsyncResult<AclsAndStat> get_acls_async(std::string_view path, const CallOptions& options = {});
    AclsAndStat get_acls(std::string_view path, const CallOptions& options = {});
    /// Replaces the access list; `version` is the acl_version. NoNodeError, BadVersionError,
    /// InvalidACLError.
    AsyncResult<ZnodeStat> set_acls_async(
        std::string_view path,
        const AclList& acls,
        std::int32_t version = -1,
        const CallOptions& options = {}
    );
    ZnodeStat set_acls(
        std::string_view path,
        const AclList& acls,
        std::int32_t version = -1,
        const CallOptions& options = {}
    );
    AsyncResult<ZnodeStat> set_acls_async(
        std::string_view path, const AclList& acls, const CallOptions& options
    ) & {
        return set_acls_async(path, acls, -1, options);
    }
    ZnodeStat set_acls(std::string_view path, const AclList& acls, const CallOptions& options) & {
        return set_acls(path, acls, -1, options);
    }

    /// Lets this server catch up with the leader: what is read afterwards is at least as new as
    /// the leader was when it got the request. Any path will do; gives it back.
    AsyncResult<std::string> sync_async(std::string_view path, const CallOptions& options = {});
    std::string sync(std::string_view path, const CallOptions& options = {});

    // Trying again.

    /// Calls `function(args...)` until it succeeds, by ClientOptions::command_retry (kazoo's
    /// `client.retry`). See KazooRetry for what is tried again, for RetryFailedError, and for the
    /// danger of trying writes again.
    ///
    ///     auto node = zk.retry([&] { return zk.get("/a"); });
    ///
    /// Blocks between the tries. When the client is stopped, or gives up, that ends at once with
    /// InterruptedError. A deadline of the policy (RetryPolicy::deadline) limits the tries as well:
    /// when no server can be reached the call ends at the deadline.
    template <class F, class... Args>
    requires(std::invocable<F&, Args&...> && !detail::is_client_call<F>)
        std::invoke_result_t<F&, Args&...> retry(F&& function, Args&&... args)
    const { return command_retry()(std::forward<F>(function), std::forward<Args>(args)...); }
    /// The same with a function of the client and its arguments, of which the last may be left out
    /// as in a direct call. The arguments are handed to each try as lvalues.
    ///
    ///     auto node = zk.retry(&KazooClient::get, zk, "/a");
    template <class R, class... Params, class... Args>
    requires(sizeof...(Args) <= sizeof...(Params)) R retry(
        R (KazooClient::*operation)(std::string_view, Params...),
        KazooClient& client,
        std::string_view path,
        Args&&... args
    )
    const {
        return command_retry(
        )([&]() -> R { return detail::call_client(operation, client, path, args...); });
    }
    /// The same without blocking, of a function that returns an AsyncResult; see
    /// KazooRetry::call_async.
    template <AsyncFunction F>
    std::invoke_result_t<F&> retry_async(F function) const {
        return command_retry().call_async(std::move(function));
    }
    /// What `retry` uses: the policy of the options, the client's handler, interrupted by the end
    /// of this life of the client. For calls from now until the next stop.
    [[nodiscard]] KazooRetry command_retry() const;

    // The server.

    /// Sends a four-letter word to the server of the present connection, on a connection of its
    /// own, and gives the whole answer. ConnectionLoss if not connected or not answered in 10 s
    /// (or the options' timeout), ConnectionClosedError when the client is stopped meanwhile;
    /// servers answer only words on their whitelist.
    AsyncResult<std::string> command_async(
        std::string_view word = "ruok", const CallOptions& options = {}
    );
    std::string command(std::string_view word = "ruok", const CallOptions& options = {});

    /// The server's version, such as {3, 8, 0}, from the answer to `srvr`, the one word that is
    /// on every whitelist. ProtocolError if the answer does not have it.
    AsyncResult<std::vector<int>> server_version_async(const CallOptions& options = {});
    std::vector<int> server_version(const CallOptions& options = {});

private:
    friend struct detail::Access;

    ListenerId add_listener_function(
        UniqueFunction<bool(const StateChange&)> listener, ListenFrom from
    );

    void own_in_child();

    std::shared_ptr<detail::client::Core> core_;
};

}  // namespace kazoo
KAZOO_API_END
