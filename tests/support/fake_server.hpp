#pragma once

#include "codec/connect.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/records.hpp"
#include "support/tcp_socket.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace kazoo::testing_support {

/// One frame, its length in front: the parts behind each other.
template <class... Parts>
base::Buffer frame(const Parts&... parts) {
    base::Buffer out;
    codec::append_frame(out, parts...);
    return out;
}

inline codec::ReplyHeader reply_header(std::int32_t xid, std::int32_t err = 0) {
    codec::ReplyHeader header;
    header.xid = xid;
    header.zxid = 1;
    header.err = err;
    return header;
}

/// These numbers as the protocol writes them, for frames that no record gives.
base::Buffer int32s(std::initializer_list<std::int32_t> values);

/// What a fake server sees of one connection, and how it answers. The functions throw `Over` when
/// the client is gone, the server is being destroyed or nothing happens for 20 seconds; the script
/// lets it pass.
class FakeConnection {
public:
    struct Over {};

    /// The client's ConnectRequest.
    struct Hello {
        std::int64_t session_id = 0;
        std::int32_t timeout_ms = 0;
        bool read_only = false;
    };

    struct Request {
        std::int32_t xid = 0;
        codec::Opcode op{};
        std::vector<std::byte> body;
    };

    FakeConnection(Descriptor socket, int number, const Signal& end)
        : socket_(std::move(socket)), number_(number), end_(end) {}

    Hello read_hello();
    /// read_hello, then `answer` with the session that was asked for, or with `new_session`.
    void welcome(std::int32_t timeout_ms = 10'000);
    static codec::ConnectResponse answer(std::int64_t session, std::int32_t timeout_ms);
    /// Another for each connection.
    std::int64_t new_session() const { return 0x1234'5600 + number_; }

    /// The next request, pings included.
    Request next();
    /// The next request that is no ping; pings before it are answered.
    Request next_operation();

    template <class... Parts>
    void reply(const Request& request, const Parts&... parts) {
        send(frame(reply_header(request.xid), parts...));
    }
    void fail(const Request& request, std::int32_t err) {
        send(frame(reply_header(request.xid, err)));
    }
    void send(const base::Buffer& bytes) { send(bytes.span()); }
    void send(std::span<const std::byte> bytes);
    void send(std::string_view text) { send(std::as_bytes(std::span(text))); }
    /// In as many segments as there are bytes.
    void send_bytewise(const base::Buffer& bytes);

    /// Reads and says nothing until the client is gone.
    [[noreturn]] void stay_silent();
    /// Answers pings and nothing else until the client is gone.
    [[noreturn]] void answer_pings();
    /// Answers this request as a server does in whose tree every node exists, with data "good".
    void serve(const Request& request);
    /// Serves until the client is gone.
    [[noreturn]] void serve_all();

private:
    void wait_readable();
    void read(std::byte* into, std::size_t count);
    std::vector<std::byte> read_frame();

    Descriptor socket_;
    int number_;
    const Signal& end_;
};

/// A server on 127.0.0.1 that does what a script says, for clients that must survive it. One
/// connection after the other, in a thread of its own; a connection ends with its script.
class FakeServer {
public:
    /// `number` counts the connections, from 0.
    using Script = std::function<void(FakeConnection& connection, int number)>;

    explicit FakeServer(Script script);
    ~FakeServer();
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;

    std::string hosts() const { return "127.0.0.1:" + std::to_string(port_); }
    /// Connections that have been accepted.
    int connections() const { return connections_.load(); }

private:
    void run();

    Script script_;
    Descriptor listener_;
    std::uint16_t port_;
    Signal end_;
    std::atomic<int> connections_{0};
    std::thread thread_;
};

}  // namespace kazoo::testing_support
