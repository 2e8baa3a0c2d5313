// SPDX-License-Identifier: Apache-2.0
// The two kinds of ListenerConnection: plain TCP and TLS.
#include "security/subject_name.hpp"
#include "server/listener/listener.hpp"
#include "server/listener/listener_connection.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <openssl/ssl.h>

#include <array>
#include <utility>
#include <vector>

namespace kazoo::server {
namespace {

using boost::asio::ip::tcp;

/// Time for the TLS handshake.
constexpr std::chrono::seconds handshake_timeout{10};

/// The identity of a client with a certificate, which the handshake has verified.
std::vector<Id> identities_of(const SSL* stream) {
    std::vector<Id> identities;
    if (const X509* certificate = SSL_get0_peer_certificate(stream)) {
        identities.emplace_back("x509", base::subject_name(*certificate));
    }
    return identities;
}

template <class Stream>
class StreamConnection : public ListenerConnection {
protected:
    template <class... Arguments>
    explicit StreamConnection(Listener& listener, Arguments&&... arguments)
        : ListenerConnection(listener), stream_(std::forward<Arguments>(arguments)...) {}

    void read_some(boost::asio::mutable_buffer into) override {
        stream_.async_read_some(
            into,
            [this, self = shared_from_this()](Error error, std::size_t n) { on_read(error, n); }
        );
    }

    void write_some(boost::asio::const_buffer bytes) override {
        stream_.async_write_some(
            bytes,
            [this, self = shared_from_this()](Error error, std::size_t n) { on_written(error, n); }
        );
    }

    Stream stream_;
};

class PlainConnection final : public StreamConnection<tcp::socket> {
public:
    PlainConnection(Listener& listener, tcp::socket socket)
        : StreamConnection(listener, std::move(socket)) {}

    void start() override { on_ready(); }

private:
    tcp::socket& socket() noexcept override { return stream_; }

    void end_stream() override {
        Error ignored;  // if it is disconnected, the read fails
        stream_.shutdown(tcp::socket::shutdown_send, ignored);
        if (!reading()) {
            read();
        }
    }
};

class TlsConnection final : public StreamConnection<boost::asio::ssl::stream<tcp::socket>> {
public:
    TlsConnection(
        Listener& listener, tcp::socket socket, std::shared_ptr<ListenerTls::Context> context
    )
        : StreamConnection(listener, std::move(socket), *context), context_(std::move(context)) {}

    void start() override {
        set_timeout(handshake_timeout);
        stream_.async_handshake(
            boost::asio::ssl::stream_base::server,
            [this, self = shared_from_this()](Error error) { on_handshake(error); }
        );
    }

private:
    tcp::socket& socket() noexcept override { return stream_.next_layer(); }

    void end_stream() override {
        stream_.async_shutdown([this, self = shared_from_this()](Error) { abandon(); });
    }

    void on_handshake(Error error) {
        if (!error) {
            on_ready(identities_of(stream_.native_handle()));
        } else if (error.category() == boost::asio::error::get_ssl_category()) {
            // The alert that tells the client the reason is on its way. Closing a socket with
            // unread input sends a reset, which can destroy it.
            Error ignored;  // if it is disconnected, the read fails
            socket().shutdown(tcp::socket::shutdown_send, ignored);
            set_timeout(close_timeout);
            discard_input();
        } else {
            abandon();
        }
    }

    void discard_input() {
        socket().async_read_some(
            boost::asio::buffer(discarded_),
            [this, self = shared_from_this()](Error error, std::size_t) {
                error ? abandon() : discard_input();
            }
        );
    }

    std::shared_ptr<ListenerTls::Context> context_;  // the stream refers to it
    std::array<std::byte, 512> discarded_;
};

}  // namespace

std::shared_ptr<ListenerConnection> make_plain_connection(Listener& listener, tcp::socket socket) {
    return std::make_shared<PlainConnection>(listener, std::move(socket));
}

std::shared_ptr<ListenerConnection> make_tls_connection(
    Listener& listener, tcp::socket socket, std::shared_ptr<ListenerTls::Context> context
) {
    return std::make_shared<TlsConnection>(listener, std::move(socket), std::move(context));
}

}  // namespace kazoo::server
