// SPDX-License-Identifier: Apache-2.0
// The client's side of TLS against a server in memory: what it accepts, what it refuses and why,
// and that the division into reads does not matter.
#include "transport/tls_engine.hpp"

#include "tls_peer.hpp"
#include "transport/tls_context.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace kazoo::transport {
namespace {

using testing::HasSubstr;
using Status = TlsEngine::Status;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

class TlsEngineTest : public ::testing::Test {
protected:
    void serve(const Identity& identity, const Change& change = nullptr) {
        server_ = std::make_unique<MemoryServer>(identity, change);
    }
    [[nodiscard]] TlsOptions trusting() const {
        return TlsOptions().ca_file(certificates_.authority().file());
    }
    void connect(const TlsOptions& options, const std::string& name = "localhost") {
        base::Endpoint endpoint{"127.0.0.1", 2281};
        endpoint.name = name;
        const auto context = make_tls_context(options);
        engine_ =
            std::make_unique<TlsEngine>(*context, tls_name(options, endpoint), options.verify());
    }

    /// Gives what the client has to send to the server.
    void deliver_to_server() {
        auto& output = engine_->output();
        server_->receive(output.span());
        output.clear();
    }
    /// Runs the handshake; each read of the client gets at most `piece` bytes.
    Status shake_hands(std::size_t piece = 1 << 20) {
        auto status = engine_->handshake();
        while (status == Status::needs_input) {
            deliver_to_server();
            const auto reply = server_->output();
            if (reply.empty()) {
                break;
            }
            status = take(reply, piece, [this] { return engine_->handshake(); });
        }
        deliver_to_server();
        return status;
    }
    /// Feeds bytes in pieces. After the handshake, the rest is read.
    template <class Step>
    Status take(std::string_view bytes, std::size_t piece, Step step) {
        auto status = Status::needs_input;
        while (!bytes.empty()) {
            const auto part = bytes.substr(0, piece);
            bytes.remove_prefix(part.size());
            engine_->feed(bytes_of(part));
            status = engine_->established() ? read() : step();
            if (status == Status::ready) {  // the end of the handshake
                static_cast<void>(read());
            }
        }
        return engine_->established() && status == Status::needs_input ? Status::ready : status;
    }
    /// Reads as a connection does.
    Status read() {
        std::array<std::byte, 1000> part{};
        auto status = Status::ready;
        while (status == Status::ready) {
            std::size_t count = 0;
            status = engine_->read(part, count);
            received_.append(reinterpret_cast<const char*>(part.data()), count);
        }
        return status;
    }
    Status receive(std::size_t piece = 1 << 20) {
        auto status = Status::needs_input;
        auto rest = server_->output();
        for (std::string_view all = rest; !all.empty() && status == Status::needs_input;) {
            const auto part = all.substr(0, piece);
            all.remove_prefix(part.size());
            engine_->feed(bytes_of(part));
            status = read();
        }
        return status;
    }
    [[nodiscard]] std::string text() const { return to_text(engine_->failure()); }

    const Certificates certificates_;
    std::unique_ptr<MemoryServer> server_;
    std::unique_ptr<TlsEngine> engine_;
    std::string received_;
};

TEST_F(TlsEngineTest, DataPassInBothDirectionsHoweverTheyAreDivided) {
    const std::string data(50'000, 'd');
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (const std::size_t piece : {1U, 7U, 1U << 20}) {
            SCOPED_TRACE(std::to_string(version) + " in pieces of " + std::to_string(piece));
            received_.clear();
            serve(certificates_.server(), highest_version(version));
            connect(trusting());
            ASSERT_EQ(shake_hands(piece), Status::ready) << text();
            ASSERT_EQ(engine_->write(bytes_of(data)), Status::ready);
            deliver_to_server();
            EXPECT_EQ(server_->received(), data);
            server_->send(data);
            EXPECT_EQ(receive(piece), Status::needs_input);
            EXPECT_EQ(received_, data);
        }
    }
}

TEST_F(TlsEngineTest, AWriteTakesAsFewRecordsAsPossible) {
    constexpr std::size_t size = 1 << 20;
    constexpr std::size_t records = size / SSL3_RT_MAX_PLAIN_LENGTH;
    constexpr std::size_t most_of_a_record = 40;  // header, tag and nonce
    serve(certificates_.server());
    connect(trusting());
    ASSERT_EQ(shake_hands(), Status::ready) << text();
    ASSERT_EQ(engine_->write(bytes_of(std::string(size, 'd'))), Status::ready);
    EXPECT_LE(engine_->output().size(), size + records * most_of_a_record);
}

TEST_F(TlsEngineTest, TheEndOfTheConnectionFollowsTheBytesBeforeIt) {
    serve(certificates_.server());
    connect(trusting());
    ASSERT_EQ(shake_hands(), Status::ready) << text();
    server_->send("half a fra");
    server_->shut_down();
    EXPECT_EQ(receive(), Status::closed);
    EXPECT_EQ(received_, "half a fra");
}

TEST_F(TlsEngineTest, AKeyThatTheServerReplacesIsFollowed) {
    serve(certificates_.server(), highest_version(TLS1_3_VERSION));
    connect(trusting());
    ASSERT_EQ(shake_hands(), Status::ready) << text();
    server_->update_key();
    EXPECT_EQ(receive(), Status::needs_input);
    // The confirmation precedes the next data, as RFC 8446 (4.6.3) requires; OpenSSL writes it with
    // them and not before. A client that has nothing to say sends a ping at the latest.
    EXPECT_TRUE(engine_->output().empty());
    ASSERT_EQ(engine_->write(bytes_of("after")), Status::ready);
    deliver_to_server();
    EXPECT_EQ(server_->received(), "after");
}

TEST_F(TlsEngineTest, ACorruptedRecordBreaksTheConnection) {
    serve(certificates_.server());
    connect(trusting());
    ASSERT_EQ(shake_hands(), Status::ready) << text();
    server_->send("data");
    auto record = server_->output();
    record.back() = static_cast<char>(record.back() ^ 1);
    engine_->feed(bytes_of(record));
    EXPECT_EQ(read(), Status::failed);
    EXPECT_EQ(received_, "");
    EXPECT_THAT(text(), HasSubstr("the connection is broken"));
}

TEST_F(TlsEngineTest, TheNameIsSentUnlessItIsAnAddress) {
    serve(certificates_.server());
    connect(trusting());
    ASSERT_EQ(shake_hands(), Status::ready) << text();
    EXPECT_EQ(server_->requested_name(), "localhost");
    for (const auto* const address : {"127.0.0.1", "::1"}) {
        serve(certificates_.server());
        connect(trusting(), address);
        ASSERT_EQ(shake_hands(), Status::ready) << text();
        EXPECT_EQ(server_->requested_name(), "");
    }
}

TEST_F(TlsEngineTest, ACertificateForAnotherNameIsRefused) {
    serve(certificates_.server_of_another_name());
    connect(trusting());
    EXPECT_EQ(shake_hands(), Status::failed);
    EXPECT_THAT(
        text(), HasSubstr("the server is 'localhost', but its certificate is for 'other.example'")
    );
    serve(certificates_.server());
    connect(trusting(), "192.0.2.1");
    EXPECT_EQ(shake_hands(), Status::failed);
    EXPECT_THAT(text(), HasSubstr("'localhost', '127.0.0.1', '::1'"));
}

TEST_F(TlsEngineTest, OtherNamesPassIfNamesAreNotChecked) {
    for (const auto verify : {VerifyMode::chain, VerifyMode::none}) {
        serve(certificates_.server_of_another_name());
        connect(trusting().verify(verify));
        EXPECT_EQ(shake_hands(), Status::ready) << text();
    }
    serve(certificates_.server_of_another_name());
    connect(trusting().server_name("other.example"));
    EXPECT_EQ(shake_hands(), Status::ready) << text();
}

TEST_F(TlsEngineTest, CertificatesThatAreNotValidAreRefusedWithTheReason) {
    const auto refused = [&](const Identity& identity, const TlsOptions& options) {
        serve(identity);
        connect(options);
        EXPECT_EQ(shake_hands(), Status::failed);
        return text();
    };
    EXPECT_THAT(
        refused(certificates_.expired_server(), trusting()),
        HasSubstr("the server's certificate expired on 2021-01-01 00:00:00 UTC")
    );
    EXPECT_THAT(
        refused(certificates_.server_not_yet_valid(), trusting()),
        HasSubstr("is not valid before 2100-01-01 00:00:00 UTC")
    );
    EXPECT_THAT(
        refused(certificates_.foreign_server(), trusting()),
        HasSubstr("the server's certificate is not trusted: the authority ")
    );
    EXPECT_THAT(
        refused(certificates_.expired_server(), trusting().verify(VerifyMode::chain)),
        HasSubstr("expired")
    );
    const auto revoked = certificates_.server();
    const auto& authority = certificates_.authority();
    EXPECT_THAT(
        refused(revoked, trusting().crl_file(authority.revocation_list({revoked}))),
        HasSubstr("has been revoked")
    );
    const auto& foreign = certificates_.foreign_authority();
    EXPECT_THAT(
        refused(revoked, trusting().crl_file(foreign.revocation_list({}))),
        HasSubstr("in TlsOptions::crl_file is missing")
    );
}

TEST_F(TlsEngineTest, ATrustedCertificateNeedsNoTrustedIssuer) {
    const auto identity = certificates_.server();
    serve(identity);
    connect(TlsOptions().ca_pem(identity.certificate_pem()));
    EXPECT_EQ(shake_hands(), Status::ready) << text();
}

TEST_F(TlsEngineTest, AServerThatRequiresACertificateIsUnderstoodInAllVersions) {
    const auto authority = certificates_.authority().file();
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        SCOPED_TRACE(version);
        serve(certificates_.server(), [&](SSL_CTX* context) {
            highest_version(version)(context);
            requiring_clients(authority)(context);
        });
        connect(trusting());
        const auto status = shake_hands();
        if (version == TLS1_3_VERSION) {
            EXPECT_EQ(status, Status::ready) << "the client's part ends before the server refuses";
            EXPECT_EQ(receive(), Status::failed);
        } else {
            EXPECT_EQ(status, Status::failed);
        }
        EXPECT_THAT(
            text(), HasSubstr("the server requires a client certificate, and none was sent")
        );
    }
}

TEST_F(TlsEngineTest, ARefusedClientCertificateIsUnderstoodInAllVersions) {
    const auto identity = certificates_.foreign_client();
    const auto options =
        trusting().certificate_file(identity.certificate_file()).key_file(identity.key_file());
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        SCOPED_TRACE(version);
        serve(certificates_.server(), [&](SSL_CTX* context) {
            highest_version(version)(context);
            requiring_clients(certificates_.authority().file())(context);
        });
        connect(options);
        if (shake_hands() == Status::ready) {
            EXPECT_EQ(receive(), Status::failed);
        }
        EXPECT_THAT(
            text(),
            HasSubstr("the server refuses the client's certificate: it does not know the authority")
        );
    }
}

TEST_F(TlsEngineTest, ServersThatOfferNothingAcceptableAreUnderstood) {
    serve(certificates_.server(), highest_version(TLS1_2_VERSION));
    connect(trusting().min_version(TlsVersion::tls_1_3));
    EXPECT_EQ(shake_hands(), Status::failed);
    EXPECT_THAT(text(), HasSubstr("accepts no version of TLS that this client offers"));
    serve(certificates_.server(), [](SSL_CTX* context) {
        SSL_CTX_set_ciphersuites(context, "TLS_AES_256_GCM_SHA384");
    });
    connect(trusting().min_version(TlsVersion::tls_1_3).ciphersuites("TLS_AES_128_GCM_SHA256"));
    EXPECT_EQ(shake_hands(), Status::failed);
    EXPECT_THAT(text(), HasSubstr("no cipher that both sides accept"));
}

TEST_F(TlsEngineTest, PlainTextIsRecognised) {
    for (const auto* const reply : {"HTTP/1.1 400 Bad Request", "imok"}) {
        connect(trusting());
        EXPECT_EQ(engine_->handshake(), Status::needs_input);
        engine_->feed(bytes_of(reply));
        EXPECT_EQ(engine_->handshake(), Status::failed);
        EXPECT_THAT(text(), HasSubstr("the server does not speak TLS on this port"));
    }
}

TEST_F(TlsEngineTest, AServerThatClosesInTheHandshakeIsUnderstood) {
    connect(trusting());
    EXPECT_EQ(engine_->handshake(), Status::needs_input);
    engine_->note_end();
    EXPECT_THAT(text(), HasSubstr("most likely it does not speak TLS on this port"));
}

TEST(TlsNameTest, IsThatOfTheOptionsOrOfTheHost) {
    base::Endpoint endpoint{"10.0.0.1", 2281};
    const auto name = [&](const TlsOptions& options = {}) { return tls_name(options, endpoint); };
    EXPECT_EQ(name().text, "10.0.0.1");
    EXPECT_TRUE(name().address);
    endpoint.name = "zk1.example.";
    EXPECT_EQ(name().text, "zk1.example") << "certificates have no final dot";
    EXPECT_FALSE(name().address);
    endpoint.name = "fe80::1%eth0";
    EXPECT_EQ(name().text, "fe80::1");
    EXPECT_TRUE(name().address);
    EXPECT_EQ(name(TlsOptions().server_name("other")).text, "other");
    EXPECT_TRUE(name(TlsOptions().server_name("::1")).address);
}

}  // namespace
}  // namespace kazoo::transport
