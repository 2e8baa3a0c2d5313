#pragma once

#include "base/buffer.hpp"
#include "server/listener_tls.hpp"
#include "server/member.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <memory>

namespace kazoo::server {

class Listener;

/// One client's connection: reads while the member wants bytes, writes whatever the member has for
/// it in one go, and ends in order: what was said before the end is sent before the end. Its
/// handlers keep it alive; once its socket is closed it does nothing any more.
class ListenerConnection : public std::enable_shared_from_this<ListenerConnection> {
public:
    explicit ListenerConnection(Listener& listener);
    virtual ~ListenerConnection() = default;
    ListenerConnection(const ListenerConnection&) = delete;
    ListenerConnection& operator=(const ListenerConnection&) = delete;

    /// Does what comes before the first byte of ours.
    virtual void start() = 0;
    /// Does what the member says is to be done.
    void serve();
    /// Closes the socket at once and tells the member.
    void abandon();

protected:
    using Error = boost::system::error_code;

    // What a stream can do. Operations call on_read, on_written or abandon when they have ended.
    virtual boost::asio::ip::tcp::socket& socket() noexcept = 0;
    virtual void read_some(boost::asio::mutable_buffer into) = 0;
    virtual void write_some(boost::asio::const_buffer bytes) = 0;
    /// Says that nothing more will be sent, and waits until the client has nothing more either.
    virtual void end_stream() = 0;

    /// The stream can be used.
    void on_ready();
    void on_read(Error error, std::size_t count);
    void on_written(Error error, std::size_t count);
    /// Reads on, only to see the end.
    void read();
    [[nodiscard]] bool reading() const noexcept { return reading_; }
    /// Closes the socket unless it is over with before that, or a new limit set.
    void limit(std::chrono::milliseconds time);

private:
    void write();
    void end();
    void close_member_side();

    Listener& listener_;
    boost::asio::steady_timer limit_;
    ConnectionId id_ = 0;
    bool open_ = false;  // the member knows it
    bool reading_ = false;
    bool writing_ = false;
    bool input_over_ = false;  // the client will send nothing more
    bool finishing_ = false;   // the rest is being written, then it ends
    bool closed_ = false;
    base::Buffer out_;
    std::size_t written_ = 0;  // of out_
    std::array<std::byte, std::size_t{16} * 1024> in_;
};

[[nodiscard]] std::shared_ptr<ListenerConnection> make_plain_connection(
    Listener& listener, boost::asio::ip::tcp::socket socket
);
[[nodiscard]] std::shared_ptr<ListenerConnection> make_tls_connection(
    Listener& listener, boost::asio::ip::tcp::socket socket, std::shared_ptr<ListenerTls> tls
);

}  // namespace kazoo::server
