// SPDX-License-Identifier: Apache-2.0
/// An embedded ZooKeeper server, for tests and first steps.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/testing/server_control.hpp>
#include <kazoo/testing/server_options.hpp>

KAZOO_API_BEGIN
namespace kazoo::testing {

/// A standalone ZooKeeper server inside the process. It starts within milliseconds, needs neither a
/// JVM nor files, and serves any ZooKeeper client over TCP:
///
///     kazoo::testing::Server server;
///     kazoo::KazooClient zk(kazoo::ClientOptions().hosts(server.hosts()));
///     zk.start();
///
/// It behaves like Apache ZooKeeper 3.9 (see Release for others) and supports fault injection; see
/// ServerControl and Fault. A process may have any number of servers. Nodes and sessions are kept
/// in memory and are lost when the server is destroyed; do not use it in production.
///
/// Threads: the server runs on one thread of its own, with all signals blocked. See ServerControl
/// for the thread safety of its functions. Construction, move assignment and destruction must not
/// run concurrently with other calls on the same object.
///
/// After a fork the server exists in the parent process only. In the child its functions throw
/// ForkedError, except hosts() and port(), and the destructor has no effect on the parent's server.
class Server : public ServerControl {
public:
    /// Starts the server; when this returns, it accepts connections. Throws
    /// - AddressInUseError if another socket listens at the address;
    /// - ListenError if the host name cannot be resolved, or the address does not belong to this
    ///   machine or may not be used by this process;
    /// - ConfigurationError if an option is invalid, such as a malformed address, or a private key
    ///   that does not belong to the certificate;
    /// - std::system_error if no thread can be created, and std::bad_alloc.
    explicit Server(const ServerOptions& options = ServerOptions());
    /// A server that was moved from may only be destroyed or assigned to.
    Server(Server&&) noexcept;
    /// Exchanges the two servers.
    Server& operator=(Server&&) noexcept;
    /// Closes all connections, frees the port and ends the thread. Blocks until that is done.
    ~Server();

    /// Switches read-only mode on or off, as if this server were cut off from the other servers of
    /// an ensemble, or connected to them again. Every change closes all connections, as in Apache
    /// ZooKeeper; a call that changes nothing has no effect.
    ///
    /// In read-only mode writes and sync fail with NotReadOnlyCallError; reads are served. Only
    /// clients with ClientOptions::read_only can connect. New sessions are local to this server and
    /// end when read-only mode ends. From Release::zookeeper_3_7 on, a client that has a regular
    /// session cannot connect with it; it stays SUSPENDED until read-only mode ends or its session
    /// expires.
    void set_read_only(bool read_only);
};

}  // namespace kazoo::testing
KAZOO_API_END
