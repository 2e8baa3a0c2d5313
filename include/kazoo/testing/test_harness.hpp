// SPDX-License-Identifier: Apache-2.0
/// A harness for tests of programs that use ZooKeeper.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/client.hpp>
#include <kazoo/client_options.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/testing/harness_options.hpp>
#include <kazoo/testing/server_control.hpp>
#include <kazoo/time.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo::testing {

/// What a test needs of ZooKeeper (kazoo's `KazooTestHarness`): a server, a tree of nodes of its
/// own, clients, and lost connections and expired sessions on request. For any test framework, as a
/// member of a fixture or a local variable:
///
///     kazoo::testing::TestHarness harness;
///     auto& zk = harness.client();
///     zk.create("/a", "data");
///     harness.lose_connection(zk);  // returns when zk has reported SUSPENDED and CONNECTED
///     harness.expire_session(zk);   // returns when zk has reported LOST and CONNECTED
///
/// The first harness of a process starts an embedded server, which all later ones share, so that a
/// harness costs two short connections. HarnessOptions and the environment variable ZOOKEEPER_HOSTS
/// select other servers. Each harness has a chroot that no other harness of any process has, and
/// deletes it at its end.
///
/// Faults injected into the shared server (`server()`) affect all harnesses that exist at the time;
/// restrict them with Fault::path or Fault::session, or use HarnessOptions::server_options. When a
/// harness ends, it removes all faults of its embedded servers and starts those that are stopped.
///
/// Waiting: the functions that wait are limited by HarnessOptions::timeout or their own parameter.
/// In tests that run a loop on their own thread, set HarnessOptions::run_loop, or use the `_async`
/// forms in a coroutine. Where a wait could never end, they throw WouldDeadlockError.
///
/// Threads: a harness is used by one thread (or fiber) at a time; its clients are thread-safe. In a
/// forked child nothing but the destructor may be called, which leaves everything to the parent.
class TestHarness {
public:
    /// Starts the embedded server if necessary, and creates the chroot. Throws ConfigurationError
    /// if options contradict each other or are malformed, as well as a malformed ZOOKEEPER_HOSTS,
    /// and what Server's constructor, KazooClient::start and KazooClient::ensure_path throw:
    /// KazooTimeoutError if no server can be reached.
    explicit TestHarness(HarnessOptions options = HarnessOptions());
    TestHarness(const TestHarness&) = delete;
    TestHarness& operator=(const TestHarness&) = delete;
    /// Calls tear_down() if it has not been called. Errors are logged to standard error.
    ~TestHarness();

    /// Ends the harness, in this order: ends what `_async` functions are under way, removes the
    /// faults of embedded servers and starts them, stops and destroys the clients, the newest
    /// first, and deletes the chroot with all nodes. References to its clients are invalid
    /// afterwards, and functions that need a server throw ConfigurationError.
    ///
    /// Does all of that even if a part fails, then throws the first error: an exception of
    /// KazooClient::start (no server can be reached), NoAuthError (see HarnessOptions::auth_data),
    /// or NotEmptyError (other clients still create nodes). Does nothing if called again.
    void tear_down();

    // Servers.

    /// Returns the servers with the chroot, for ClientOptions::hosts:
    /// "127.0.0.1:45123/kazootests-...".
    [[nodiscard]] const std::string& hosts() const noexcept;
    /// Returns the chroot, such as "/kazootests-5f0c...", as other clients of the servers see it.
    [[nodiscard]] const std::string& chroot() const noexcept;
    /// Returns true if the servers are embedded ones, which `server` can control.
    [[nodiscard]] bool embedded() const noexcept;
    /// Returns the embedded server, of an ensemble the first, for fault injection. Throws
    /// ConfigurationError if the servers are external.
    [[nodiscard]] ServerControl& server();

    // Clients.

    /// Returns the default client, with HarnessOptions::client_options. The first call makes and
    /// starts it; throws what `start` throws.
    KazooClient& client();
    /// Makes a client with these options, or those of the harness, but with `hosts` of this
    /// harness. It is not started, so that listeners can be added first. The harness owns it and
    /// stops it at the end; the handler must outlive the harness. Throws ConfigurationError and
    /// std::bad_alloc.
    KazooClient& make_client();
    KazooClient& make_client(ClientOptions options);
    /// Calls KazooClient::start with the time limit of the harness. Throws what it throws. As the
    /// other functions here, it also accepts clients that the harness has not made.
    void start(KazooClient& client);
    /// Calls KazooClient::stop.
    void stop(KazooClient& client);

    // Failures.

    /// Closes the connection of a client, and returns when the client has reported the loss and is
    /// connected again with the same session: state listeners that were added before this call have
    /// been called with SUSPENDED and CONNECTED. A client that is connecting is waited for first.
    ///
    /// On an embedded server the server closes the connection. External servers cannot be asked to
    /// do so: the client itself closes it, as with kazoo's harness.
    ///
    /// Fails with
    /// - KazooTimeoutError if the client has not reported both within `timeout`; what() names the
    ///   states that it has reported;
    /// - ConnectionClosedError or AuthFailedError if the client is not started, was stopped, gave
    ///   up, or its credentials were refused;
    /// - SessionExpiredError if the session has ended instead;
    /// - UnknownSessionError if an embedded server has no such session, because the client is
    ///   connected to another server;
    /// - std::bad_alloc, and std::system_error if no thread can be created.
    void lose_connection(KazooClient& client, std::optional<AnyDuration> timeout = std::nullopt);
    /// Ends the session of a client on the servers, and returns when the client has reported LOST
    /// and is connected with a new session. Its ephemeral nodes are gone then. A client that is
    /// connecting is waited for first. (kazoo's harness lets the client alone believe that its
    /// session has expired; ephemeral nodes stay.)
    ///
    /// On external servers a second connection with the id and the password of the session closes
    /// it, without TLS. Rarely, Apache ZooKeeper loses track of a client that reconnects at that
    /// moment, and neither answers it nor closes its connection; the client needs two thirds of its
    /// session timeout to notice that.
    ///
    /// Fails like lose_connection, and with UnimplementedError if an external server gives the
    /// second connection another session instead of the client's, as ClickHouse Keeper does.
    void expire_session(KazooClient& client, std::optional<AnyDuration> timeout = std::nullopt);
    /// As lose_connection and expire_session, without blocking: begin it and return a result, whose
    /// callbacks run on Lane::completion of the client's handler. The work is done on a thread of
    /// its own. Cancelling the result ends it, with CancelledError, as does tear_down(). The client
    /// must not be destroyed before the result is ready. Throw std::bad_alloc if there is no memory
    /// for the result.
    ///
    ///     co_await harness.expire_session_async(zk);
    AsyncResult<void> lose_connection_async(
        KazooClient& client, std::optional<AnyDuration> timeout = std::nullopt
    );
    AsyncResult<void> expire_session_async(
        KazooClient& client, std::optional<AnyDuration> timeout = std::nullopt
    );

    // Waiting.

    /// Waits until `predicate()` is true, which may be anything that converts to bool; calls it
    /// every few milliseconds, and between the calls of HarnessOptions::run_loop. Returns its last
    /// value, false after `timeout`. Throws what it throws.
    template <class Predicate>
    bool wait(Predicate&& predicate, std::optional<AnyDuration> timeout = std::nullopt) {
        return wait_for([&predicate] { return static_cast<bool>(predicate()); }, timeout);
    }
    /// Waits for a result, running the loop if HarnessOptions::run_loop is set. Returns its value
    /// or throws its error, or KazooTimeoutError after the time limit of the harness.
    template <class T>
    T get(AsyncResult<T> result) {
        if (runs_loop()) {
            wait([&] { return result.ready(); });
            return std::move(result).get_nowait();
        }
        return std::move(result).get(timeout());
    }

private:
    class Impl;
    bool wait_for(const std::function<bool()>& predicate, std::optional<AnyDuration> limit);
    [[nodiscard]] bool runs_loop() const noexcept;
    [[nodiscard]] Duration timeout() const noexcept;

    std::unique_ptr<Impl> impl_;
};

}  // namespace kazoo::testing
KAZOO_API_END
