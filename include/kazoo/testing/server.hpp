/// A ZooKeeper server inside the process, for tests and first steps.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/testing/server_control.hpp>
#include <kazoo/testing/server_options.hpp>

KAZOO_API_BEGIN
namespace kazoo::testing {

/// A standalone ZooKeeper server on a thread of its own, up in milliseconds, without a JVM and
/// without files:
///
///     kazoo::testing::Server server;
///     kazoo::KazooClient zk(kazoo::ClientOptions().hosts(server.hosts()));
///
/// It speaks to any client as Apache ZooKeeper 3.9 does and can be told to do it wrong (see
/// ServerControl). A process may have as many as it has ports. It forgets everything at its end
/// and replaces no ensemble: production runs Apache ZooKeeper.
///
/// Its thread handles no signals. It shares nothing with a child process: there every function
/// throws ForkedError, and the destructor leaves the parent's server alone.
class Server : public ServerControl {
public:
    /// Starts: clients may connect when this returns. Throws AddressInUseError if something else
    /// listens at the address, ListenError if it is none of this machine or may not be used,
    /// ConfigurationError for options that cannot be (a malformed address, a key that is not the
    /// certificate's), std::system_error if there is no thread to be had.
    explicit Server(const ServerOptions& options = ServerOptions());
    Server(Server&&) noexcept;
    Server& operator=(Server&&) noexcept;
    /// Stops: all connections are closed, the port is free again.
    ~Server();

    /// Whether it is cut off from the others of an imagined ensemble (Apache's read-only mode):
    /// writes fail with NotReadOnlyCallError, reads go on. At either change all connections are
    /// closed, as there. A read-only server takes clients with ClientOptions::read_only alone, and
    /// gives them sessions that end when it is read-only no more; from 3.7 on a client that has a
    /// session of the ensemble is turned away as well and waits, SUSPENDED, for a better time.
    void set_read_only(bool read_only);
};

}  // namespace kazoo::testing
KAZOO_API_END
