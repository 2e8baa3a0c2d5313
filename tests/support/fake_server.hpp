// SPDX-License-Identifier: Apache-2.0
// A scripted server, for replies that no real server sends.

#pragma once

#include "codec/connect.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/records.hpp"
#include "support/loopback.hpp"

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

/// Encodes one frame: the length prefix, then the parts.
template <class... Parts>
base::Buffer frame(const Parts&... parts) {
    base::Buffer out;
    codec::append_frame(out, parts...);
    return out;
}

/// A reply header with zxid 1.
inline codec::ReplyHeader reply_header(std::int32_t xid, std::int32_t err = 0) {
    codec::ReplyHeader header;
    header.xid = xid;
    header.zxid = 1;
    header.err = err;
    return header;
}

/// Encodes big-endian 32-bit integers, for malformed frames that the records cannot produce.
base::Buffer int32s(std::initializer_list<std::int32_t> values);

/// One connection of a FakeServer, for its script. The functions block; they throw `Over`, which
/// the script must not catch, if the client has disconnected, the server is being destroyed or
/// nothing arrives for 20 seconds. Used on the thread of the server only.
class FakeConnection {
public:
    struct Over {};

    /// Fields of a ConnectRequest.
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

    /// Reads the ConnectRequest.
    Hello read_hello();
    /// Completes the handshake with the requested session, or with `new_session` if none is
    /// requested.
    void welcome(std::int32_t timeout_ms = 10'000);
    /// Returns the ConnectResponse with which `welcome` replies.
    static codec::ConnectResponse answer(std::int64_t session, std::int32_t timeout_ms);
    /// A session id that is different for each connection.
    std::int64_t new_session() const { return 0x1234'5600 + number_; }

    /// Reads the next request, which may be a ping.
    Request next();
    /// Reads the next request that is not a ping; replies to pings before it.
    Request next_operation();

    /// Sends a reply with these parts as its body.
    template <class... Parts>
    void reply(const Request& request, const Parts&... parts) {
        send(frame(reply_header(request.xid), parts...));
    }
    /// Sends a reply with this error and no body.
    void fail(const Request& request, std::int32_t err) {
        send(frame(reply_header(request.xid, err)));
    }
    void send(const base::Buffer& bytes) { send(bytes.span()); }
    void send(std::span<const std::byte> bytes);
    void send(std::string_view text) { send(std::as_bytes(std::span(text))); }
    /// Sends each byte in a segment of its own.
    void send_bytewise(const base::Buffer& bytes);

    /// Discards input until the client disconnects.
    [[noreturn]] void stay_silent();
    /// Replies to pings only, until the client disconnects.
    [[noreturn]] void answer_pings();
    /// Replies like a server on which every node exists with the data "good".
    void serve(const Request& request);
    /// Serves requests until the client disconnects.
    [[noreturn]] void serve_all();

private:
    void wait_readable();
    void read(std::byte* into, std::size_t count);
    std::vector<std::byte> read_frame();

    Descriptor socket_;
    int number_;
    const Signal& end_;
};

/// A server on 127.0.0.1 whose replies are scripted, to test how clients handle malformed or
/// missing replies. Serves one connection at a time, on a thread of its own; the connection is
/// closed when the script returns.
class FakeServer {
public:
    /// Called for each connection, on the server's thread; `number` counts from 0.
    using Script = std::function<void(FakeConnection& connection, int number)>;

    explicit FakeServer(Script script);
    ~FakeServer();
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;

    std::string hosts() const { return "127.0.0.1:" + std::to_string(port_); }
    /// Number of connections accepted so far. Thread-safe.
    int connections() const { return connections_.load(); }

private:
    void run();

    Script script_;
    Descriptor listener_;
    std::uint16_t port_;
    Signal end_;  // raised by the destructor
    std::atomic<int> connections_{0};
    std::thread thread_;  // last: it uses the other members
};

}  // namespace kazoo::testing_support
