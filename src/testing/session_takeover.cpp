// SPDX-License-Identifier: Apache-2.0
#include "testing/session_takeover.hpp"

#include "base/buffer.hpp"
#include "codec/connect.hpp"
#include "codec/decoder.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/opcode.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::testing {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Longer than any response to a handshake.
constexpr std::size_t max_response_bytes = 4096;

/// A connection whose operations block, until a deadline at most.
class Connection {
public:
    explicit Connection(TimePoint deadline) : deadline_(deadline) {}

    error_code connect(const HostPort& server) {
        tcp::resolver::results_type addresses;
        const auto resolved = complete([&](auto done) {
            resolver_.async_resolve(
                server.host,
                std::to_string(server.port),
                [&addresses, done](const error_code& error, tcp::resolver::results_type found) {
                    addresses = std::move(found);
                    done(error);
                }
            );
        });
        return resolved
                   ? resolved
                   : complete([&](auto done) { asio::async_connect(socket_, addresses, done); });
    }
    error_code write(const base::Buffer& bytes) {
        return complete([&](auto done) {
            asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()), done);
        });
    }
    error_code read(std::byte* into, std::size_t size) {
        return complete([&](auto done) {
            asio::async_read(socket_, asio::buffer(into, size), done);
        });
    }

private:
    /// Begins an operation, whose handler is passed to `begin`, and runs it.
    template <class Begin>
    error_code complete(Begin&& begin) {
        std::optional<error_code> result;
        begin([&result](const error_code& error, const auto&...) { result = error; });
        io_.restart();
        io_.run_until(deadline_);
        if (result) {
            return *result;
        }
        resolver_.cancel();
        error_code ignored;
        socket_.close(ignored);
        io_.restart();
        io_.run();  // the handler refers to `result`
        return asio::error::timed_out;
    }

    const TimePoint deadline_;
    asio::io_context io_{1};
    tcp::resolver resolver_{io_};
    tcp::socket socket_{io_};
};

void append_close(base::Buffer& out) {
    codec::RequestHeader close;
    close.xid = 1;
    close.type = codec::Opcode::close_session;
    codec::append_frame(out, close);
}

/// Reads the response to the handshake and stores the session that it grants.
error_code read_response(Connection& connection, std::int64_t& session) {
    std::array<std::byte, 4> prefix{};
    if (const auto error = connection.read(prefix.data(), prefix.size())) {
        return error;
    }
    const std::size_t length = base::load_be32(prefix.data());
    if (length > max_response_bytes) {
        return asio::error::invalid_argument;
    }
    std::vector<std::byte> frame(length);
    if (const auto error = connection.read(frame.data(), frame.size())) {
        return error;
    }
    codec::Decoder in(frame);
    codec::ConnectResponse response;
    if (!codec::decode_connect_response(in, response)) {
        return asio::error::invalid_argument;
    }
    session = response.timeout_ms > 0 ? response.session_id : 0;
    return {};
}

/// Reads until the server closes the connection, which it does when it has closed the session.
void await_end(Connection& connection) {
    std::array<std::byte, max_response_bytes> rest{};
    static_cast<void>(connection.read(rest.data(), rest.size()));
}

}  // namespace

Takeover take_over_and_close(
    const HostPort& server,
    const ClientId& session,
    std::chrono::milliseconds timeout,
    TimePoint deadline
) {
    Connection connection(deadline);
    Takeover result;
    result.error = connection.connect(server);
    if (result.error) {
        return result;
    }
    codec::ConnectRequest request;
    request.timeout_ms = static_cast<std::int32_t>(timeout.count());
    request.session_id = session.session_id;
    request.passwd.value = session.password;
    base::Buffer out;
    codec::append_frame(out, request);
    // In one write: the client reconnects at once, and must not take the session back before.
    append_close(out);
    result.error = connection.write(out);
    if (!result.error) {
        result.error = read_response(connection, result.session);
    }
    if (result.error || result.session == 0) {
        return result;
    }
    await_end(connection);
    return result;
}

}  // namespace kazoo::testing
