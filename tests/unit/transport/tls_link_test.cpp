// SPDX-License-Identifier: Apache-2.0
// Connections with TLS over loopback to a server of the test.
#include "run_until.hpp"
#include "support/loopback.hpp"
#include "tls_peer.hpp"
#include "transport/tcp_transport.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace kazoo::transport {
namespace {

using testing::HasSubstr;
using testing_support::Descriptor;
using namespace std::chrono_literals;

constexpr auto patience = 20s;

class TestSink final : public Sink {
public:
    void on_resolved(std::uint64_t, std::error_code, std::vector<base::Endpoint>) override {}
    void on_connected(std::uint64_t) override {
        connected = true;
        if (when_connected) {
            when_connected();
        }
    }
    void on_bytes(std::uint64_t, std::span<const std::byte> bytes) override {
        ++reads;
        received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    void on_sent(std::uint64_t) override { ++sent; }
    void on_closed(std::uint64_t, std::error_code code, std::string_view why) override {
        closed = true;
        error = code;
        reason = why;
    }

    std::function<void()> when_connected;
    std::string received;
    bool connected = false;
    bool closed = false;
    int reads = 0;
    int sent = 0;
    std::error_code error;
    std::string reason;
};

/// Serves one connection on a thread: the handshake, and then `serve`.
class LoopbackServer {
public:
    using Serve = std::function<void(SSL*)>;

    LoopbackServer(const Identity& identity, const Change& change, Serve serve)
        : context_(server_context(identity, change)),
          listener_(testing_support::listen_on_loopback()) {
        std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to a socket that the client has closed
        thread_ = std::thread([this, serve = std::move(serve)] {
            const Descriptor socket(::accept(listener_.get(), nullptr, nullptr));
            const SslConnection ssl(SSL_new(context_.get()));
            SSL_set_fd(ssl.get(), socket.get());
            if (SSL_accept(ssl.get()) == 1 && serve) {
                serve(ssl.get());
            }
        });
    }
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;
    ~LoopbackServer() {
        ::shutdown(listener_.get(), SHUT_RDWR);  // if nothing has connected
        thread_.join();
    }
    [[nodiscard]] std::uint16_t port() const { return testing_support::local_port(listener_); }

private:
    SslContext context_;
    Descriptor listener_;
    std::thread thread_;
};

void send_all(SSL* ssl, std::string_view bytes) {
    EXPECT_EQ(SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size())), bytes.size());
}

/// Returns what the client sends, up to this many bytes or the end.
std::string read_some(SSL* ssl, std::size_t most) {
    std::string bytes(most, '\0');
    std::size_t count = 0;
    for (std::size_t n = 0; count < most; count += n) {
        if (SSL_read_ex(ssl, bytes.data() + count, most - count, &n) != 1) {
            break;
        }
    }
    bytes.resize(count);
    return bytes;
}

class TlsLinkTest : public ::testing::Test {
protected:
    void serve(LoopbackServer::Serve serve, const Change& change = nullptr) {
        server_.emplace(certificates_.server(), change, std::move(serve));
    }
    void connect(TlsOptions options, std::uint16_t port) {
        transport_.emplace(
            loop_.get_executor(),
            std::make_shared<Turns>(),
            sink_,
            std::make_shared<const TlsOptions>(std::move(options))
        );
        base::Endpoint endpoint{"127.0.0.1", port};
        endpoint.name = "localhost";
        endpoint.tls = true;
        transport_->connect(1, endpoint);
    }
    void connect() { connect(trusting(), server_->port()); }
    [[nodiscard]] TlsOptions trusting() const {
        return TlsOptions().ca_file(certificates_.authority().file());
    }
    void send(std::string_view text) {
        base::Buffer bytes;
        bytes.append(text.data(), text.size());
        static_cast<void>(transport_->send(bytes));
        EXPECT_TRUE(bytes.empty());
    }
    template <class Condition>
    bool run_until(Condition condition) {
        return transport::run_until(loop_, patience, std::move(condition));
    }

    const Certificates certificates_;
    boost::asio::io_context loop_;
    std::shared_ptr<TestSink> sink_ = std::make_shared<TestSink>();
    std::optional<LoopbackServer> server_;
    std::optional<TcpTransport> transport_;
};

TEST_F(TlsLinkTest, ManyBytesPassInBothDirectionsAtTheSameTime) {
    const std::string data(8 << 20, 'd');
    std::string at_server;
    serve([&](SSL* ssl) {
        for (std::size_t i = 0; i < data.size(); i += 1 << 20) {
            send_all(ssl, std::string_view(data).substr(i, 1 << 20));
            at_server += read_some(ssl, 1 << 20);
        }
    });
    connect();
    ASSERT_TRUE(run_until([&] { return sink_->connected; }));
    send(data);
    EXPECT_TRUE(run_until([&] { return sink_->sent == 1 && sink_->received.size() == data.size(); })
    ) << sink_->received.size()
      << ' ' << sink_->reason;
    EXPECT_EQ(sink_->received, data);
    // A read delivers what 64 KiB from the socket contain, not one record.
    EXPECT_LT(sink_->reads, static_cast<int>(data.size() / SSL3_RT_MAX_PLAIN_LENGTH));
    server_.reset();
    EXPECT_EQ(at_server, data);
}

TEST_F(TlsLinkTest, WhatIsSentWhenConnectedArrives) {
    serve([](SSL* ssl) { send_all(ssl, read_some(ssl, 4)); });
    sink_->when_connected = [this] { send("ruok"); };
    connect();
    EXPECT_TRUE(run_until([&] { return sink_->received == "ruok"; })) << sink_->reason;
    EXPECT_EQ(sink_->sent, 1);
}

TEST_F(TlsLinkTest, TheEndOfTheConnectionIsAnEndOfTheStream) {
    for (const bool orderly : {true, false}) {
        sink_ = std::make_shared<TestSink>();
        serve([&](SSL* ssl) {
            send_all(ssl, "half a fra");
            if (orderly) {
                SSL_shutdown(ssl);
            }
        });
        connect();
        ASSERT_TRUE(run_until([&] { return sink_->closed; }));
        EXPECT_EQ(sink_->received, "half a fra");
        EXPECT_EQ(sink_->error, std::error_code(make_error_code(boost::asio::error::eof)));
        EXPECT_EQ(sink_->reason, "");
    }
}

TEST_F(TlsLinkTest, TheServerLearnsThatTheClientDisconnects) {
    int end = -1;
    serve([&](SSL* ssl) {
        send_all(ssl, "hello");
        char byte = 0;
        end = SSL_get_error(ssl, SSL_read(ssl, &byte, 1));
    });
    connect();
    ASSERT_TRUE(run_until([&] { return sink_->received == "hello"; }));  // no write is under way
    transport_->disconnect();
    server_.reset();
    EXPECT_EQ(end, SSL_ERROR_ZERO_RETURN);
}

// The server's alert arrives after the client's handshake, and behind it the connection is reset,
// because the server has not read what the client has sent.
TEST_F(TlsLinkTest, ALateRefusalIsExplainedAlsoIfTheClientIsWriting) {
    for (int i = 0; i < 20; ++i) {
        sink_ = std::make_shared<TestSink>();
        serve(nullptr, requiring_clients(certificates_.authority().file()));
        sink_->when_connected = [this] { send(std::string(1 << 20, 'd')); };
        connect();
        ASSERT_TRUE(run_until([&] { return sink_->closed; }));
        ASSERT_THAT(sink_->reason, HasSubstr("the server requires a client certificate"));
    }
}

TEST_F(TlsLinkTest, APortWithoutTlsIsExplained) {
    const auto listener = testing_support::listen_on_loopback();
    std::thread server([&] { const Descriptor closed(::accept(listener.get(), nullptr, nullptr)); }
    );
    connect(trusting(), testing_support::local_port(listener));
    EXPECT_TRUE(run_until([&] { return sink_->closed; }));
    server.join();
    EXPECT_FALSE(sink_->connected);
    EXPECT_THAT(sink_->reason, HasSubstr("most likely it does not speak TLS on this port"));
}

TEST_F(TlsLinkTest, AMissingFileEndsTheAttemptWithItsName) {
    serve(nullptr);
    connect(TlsOptions().ca_file("/absent/ca.pem"), server_->port());
    EXPECT_FALSE(sink_->closed) << "inside the call";
    EXPECT_TRUE(run_until([&] { return sink_->closed; }));
    EXPECT_EQ(
        sink_->reason, "TLS: TlsOptions::ca_file '/absent/ca.pem': No such file or directory"
    );
}

TEST_F(TlsLinkTest, FilesAreReadAtEachConnection) {
    int contexts = 0;
    const auto options = trusting().configure([&](ssl_ctx_st*) { ++contexts; });
    for (int i = 1; i <= 2; ++i) {
        sink_ = std::make_shared<TestSink>();
        serve([](SSL* ssl) { read_some(ssl, 1); });
        connect(options, server_->port());
        ASSERT_TRUE(run_until([&] { return sink_->connected; })) << sink_->reason;
        EXPECT_EQ(contexts, i);
        transport_->disconnect();
    }
}

}  // namespace
}  // namespace kazoo::transport
