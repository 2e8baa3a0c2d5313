#pragma once

#include "codec/connect.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/records.hpp"
#include "support/tcp_socket.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace kazoo::testing_support {

/// A client without manners: sends what it is told to, reads when it is told to, and never answers
/// by itself. A call that waits for 10 seconds throws
/// std::system_error.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);

    [[nodiscard]] int fd() const { return socket_.get(); }

    void send(std::string_view bytes);
    /// One frame of these parts.
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
    /// Sends a handshake for a new session and reads the answer: the session, 0 if there is none.
    std::int64_t connect(std::int32_t timeout_ms = 10'000);

    /// The next frame without its length; empty when the server has closed.
    std::string read_frame();
    /// Everything until the server closes.
    std::string read_all();
    /// Whether the server closes within 10 seconds of silence, whatever it says before.
    bool closes();
    /// Says that nothing more will come.
    void half_close();

private:
    codec::RequestHeader header(codec::Opcode op);
    bool read(char* into, std::size_t count);

    Descriptor socket_;
    std::int32_t last_xid_ = 0;
};

/// A connect frame for a new session.
codec::ConnectRequest new_session(std::int32_t timeout_ms = 10'000);

}  // namespace kazoo::testing_support
