/// What a test can do to an embedded server.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/testing/fault.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo::testing {

class Host;

/// The server cannot listen at its address. The code is the system's, what() names the address.
class ListenError : public KazooException {
public:
    using KazooException::KazooException;
};

/// Because another process, or another Server of this one, listens there. Port 0 never is.
class AddressInUseError : public ListenError {
public:
    using ListenError::ListenError;
};

/// One server: a Server, or one of an Ensemble. A handle: copies are the same server, and none may
/// be used when the Server or Ensemble it came from is gone.
///
/// Any thread may call any function. Each returns when it is done: what clients see of it is then
/// on its way. In a child process after fork they throw ForkedError.
class ServerControl {
public:
    static constexpr int every_time = std::numeric_limits<int>::max();

    /// "127.0.0.1:45123", for ClientOptions::hosts. The same for the life of the server.
    [[nodiscard]] const std::string& hosts() const noexcept;
    [[nodiscard]] std::uint16_t port() const noexcept;

    /// As a server that is killed: all connections are closed, new ones are refused. Nodes and
    /// sessions live on, and sessions expire; the port is kept. Nothing if stopped already.
    void stop();
    /// As if restarted, at the same address. Nothing if it runs. Throws AddressInUseError if
    /// somebody has taken the port all the same, ListenError for other reasons.
    void start();
    [[nodiscard]] bool running() const;
    /// Clients that are connected, with a session or not yet.
    [[nodiscard]] std::size_t connections() const;

    // Faults of this server. They outlast stop and start.

    FaultId inject(const Fault& fault);
    /// Replies that were held go now. False if there is none of that name, or no more.
    bool remove(FaultId fault);
    /// Serves every request and handshake properly again. Replies that were held go now.
    void clear_faults();
    /// What becomes of the next so many handshakes.
    void handshakes(Handshake what, int times = every_time);

    /// Closes the connections to this server: all, or that of a session. Sessions live on.
    void drop_connections();
    void drop_connection(std::int64_t session);

    // Of the whole ensemble, if there is one.

    /// Ends a session as if it had been silent for too long: its ephemeral nodes go, its connection
    /// is closed, and it hears of its end when it comes back. False if there is no such session.
    bool expire_session(std::int64_t session);
    /// The sessions that live, by their ids.
    [[nodiscard]] std::vector<std::int64_t> sessions() const;
    /// The number of the last transaction.
    [[nodiscard]] std::int64_t zxid() const;
    /// Goes on counting from there, as after a restore from another time. Ahead or back; clients
    /// that have seen a larger one are turned away at their next connect.
    void set_zxid(std::int64_t zxid);

protected:
    ServerControl(std::shared_ptr<Host> host, std::size_t place)
        : host_(std::move(host)), place_(place) {}

    std::shared_ptr<Host> host_;
    std::size_t place_;
};

}  // namespace kazoo::testing
KAZOO_API_END
