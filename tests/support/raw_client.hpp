// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/connect.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/records.hpp"
#include "support/loopback.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace kazoo::testing_support {

/// A client that sends arbitrary bytes, reads only on request, and answers nothing by itself. A
/// call that blocks for 10 seconds throws std::system_error.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);

    [[nodiscard]] int fd() const { return socket_.get(); }

    void send(std::string_view bytes);
    /// Sends one frame that consists of these parts.
    template <class... Parts>
    void send_frame(const Parts&... parts) {
        base::Buffer out;
        codec::append_frame(out, parts...);
        send({reinterpret_cast<const char*>(out.data()), out.size()});
    }
    template <class Body>
    void request(const Body& body) {
        send_frame(header(Body::opcode), body);
    }
    /// Sends a handshake for a new session and reads the reply. Returns the session id, or 0 if the
    /// session is refused.
    std::int64_t connect(std::int32_t timeout_ms = 10'000);

    /// Waits until read_frame() has something to read, or until `limit` has passed.
    [[nodiscard]] bool readable(std::chrono::milliseconds limit) const;
    /// Returns the next frame without its length, or an empty string once the server has closed.
    /// Throws std::runtime_error if the frame has more than 16 MiB.
    std::string read_frame();
    /// Returns all bytes until the server closes.
    std::string read_all();
    /// Reads until the server closes; false if nothing arrives for 10 seconds.
    bool closes();
    /// Shuts down the sending direction.
    void half_close();

private:
    codec::RequestHeader header(codec::Opcode op);
    bool read(char* into, std::size_t count);

    Descriptor socket_;
    std::int32_t last_xid_ = 0;
};

/// A connect request for a new session.
codec::ConnectRequest new_session(std::int32_t timeout_ms = 10'000);

}  // namespace kazoo::testing_support
