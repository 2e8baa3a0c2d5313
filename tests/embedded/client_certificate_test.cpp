// SPDX-License-Identifier: Apache-2.0
// Client certificates, encrypted keys and the renewal of certificates.
#include "embedded_fixture.hpp"
#include "raw_tls_client.hpp"
#include "support/certificates.hpp"
#include "support/files.hpp"
#include "support/recorder.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <string>

namespace kazoo::embedded_tests {
namespace {

using testing::ClientAuth;
using testing_support::Certificates;
using testing_support::Identity;

class ClientCertificate : public ::testing::Test {
protected:
    /// Options of a server that accepts the certificates of the authority.
    ServerOptions asking(ClientAuth auth = ClientAuth::need) {
        return ServerOptions()
            .tls_certificate(own.certificate_file())
            .tls_key(own.key_file())
            .tls_client_ca(certificates.authority().file())
            .tls_client_auth(auth);
    }
    RawTlsClient nameless() { return RawTlsClient(certificates.authority().file()); }
    RawTlsClient owner_of(const Identity& identity) {
        return RawTlsClient(
            certificates.authority().file(), identity.certificate_file(), identity.key_file()
        );
    }
    /// Whether the server ends the handshake. In TLS 1.3 a client learns of it when it reads.
    static bool refused(RawTlsClient client, const Server& server) {
        try {
            client.open(server.port());
            client.send("ruok");
            return client.read(4) != "imok";
        } catch (const boost::system::system_error& error) {
            return error.code().category() == boost::asio::error::get_ssl_category();
        }
    }
    /// The identities of a connected client, as it sees them.
    static std::vector<std::string> who(RawTlsClient& client) {
        std::string body;
        codec::RequestHeader header;
        header.xid = 1000;
        header.type = codec::Opcode::who_am_i;
        client.send(frame_of(header));
        const std::string frame = client.read_frame();
        codec::Decoder in(std::as_bytes(std::span(frame)).subspan(16));
        codec::WhoAmIReply reply;
        EXPECT_TRUE(codec::decode(in, reply));
        std::vector<std::string> list;
        for (const auto& info : reply.clients) {
            list.push_back(info.auth_scheme + ":" + info.user);
        }
        return list;
    }

    Certificates certificates;
    Identity own = certificates.server();
};

TEST_F(ClientCertificate, TheSubjectIsAnIdentity) {
    Server server(asking());
    const Identity identity = certificates.client();
    RawTlsClient client = owner_of(identity);
    client.open(server.port());
    client.connect();
    EXPECT_THAT(
        who(client), ::testing::UnorderedElementsAre("ip:127.0.0.1", "x509:" + identity.subject())
    );
    EXPECT_EQ(client.create("/own", {Acl(31, auth_ids())}), Errc::ok);
    EXPECT_EQ(client.create("/named", {Acl(31, Id("x509", identity.subject()))}), Errc::ok);
    EXPECT_EQ(client.create("/bad", {Acl(31, Id("x509", "nobody"))}), Errc::invalid_acl);
    EXPECT_EQ(client.get("/own"), Errc::ok);
    EXPECT_EQ(client.get("/named"), Errc::ok);
    RawTlsClient other =
        owner_of(certificates.authority().issue(testing_support::CertificateRequest("another")));
    other.open(server.port());
    other.connect();
    EXPECT_EQ(other.get("/own"), Errc::no_auth);
    EXPECT_EQ(other.get("/named"), Errc::no_auth);
}

TEST_F(ClientCertificate, ClientsWithoutAValidOneAreRefused) {
    Server server(asking());
    EXPECT_TRUE(refused(nameless(), server));
    EXPECT_TRUE(refused(owner_of(certificates.foreign_client()), server));
    testing_support::CertificateRequest old("old");
    old.not_before = "20200101000000Z";
    old.not_after = "20210101000000Z";
    EXPECT_TRUE(refused(owner_of(certificates.authority().issue(old)), server));
    EXPECT_FALSE(refused(owner_of(certificates.client()), server));
    EXPECT_TRUE(becomes_true([&] { return server.connections() == 0; }));
}

TEST_F(ClientCertificate, WhereItIsWantedClientsMayHaveNone) {
    Server server(asking(ClientAuth::want));
    RawTlsClient client = nameless();
    client.open(server.port());
    client.connect();
    EXPECT_THAT(who(client), ::testing::ElementsAre("ip:127.0.0.1"));
    EXPECT_EQ(client.create("/named", {Acl(31, Id("x509", "CN=a"))}), Errc::ok);
    EXPECT_EQ(client.request(codec::AuthRequest{0, "x509", {""}}), Errc::auth_failed);
    EXPECT_TRUE(refused(owner_of(certificates.foreign_client()), server));
}

TEST_F(ClientCertificate, WhereItIsNotAskedForThereIsNoIdentity) {
    Server server(asking(ClientAuth::none));
    RawTlsClient client = owner_of(certificates.foreign_client());
    client.open(server.port());
    client.connect();
    EXPECT_THAT(who(client), ::testing::ElementsAre("ip:127.0.0.1"));
    EXPECT_EQ(client.create("/named", {Acl(31, Id("x509", "CN=a"))}), Errc::invalid_acl);
}

TEST_F(ClientCertificate, RevokedOnesAreRefused) {
    const Identity revoked = certificates.client();
    const Identity valid =
        certificates.authority().issue(testing_support::CertificateRequest("valid"));
    Server server(asking().tls_client_crl(certificates.authority().revocation_list({revoked})));
    EXPECT_TRUE(refused(owner_of(revoked), server));
    EXPECT_FALSE(refused(owner_of(valid), server));
}

TEST_F(ClientCertificate, KeeperDerivesNoIdentity) {
    Server server(asking().release(Release::clickhouse_keeper));
    RawTlsClient client = owner_of(certificates.client());
    client.open(server.port());
    client.connect();
    EXPECT_EQ(client.create("/own", {Acl(31, auth_ids())}), Errc::invalid_acl);
}

std::string failure_of(const ServerOptions& options) {
    return thrown<ConfigurationError>([&] { Server server(options); }).detail();
}

TEST_F(ClientCertificate, AnEncryptedKeyNeedsItsPassword) {
    const auto encrypted = [&] {
        return ServerOptions()
            .tls_certificate(own.certificate_file())
            .tls_key(own.encrypted_key_file("pass phrase"));
    };
    Server server(encrypted().tls_key_password("pass phrase"));
    EXPECT_FALSE(refused(nameless(), server));
    const std::string missing = failure_of(encrypted());
    EXPECT_THAT(missing, ::testing::HasSubstr("it is encrypted, and no password is given"));
    const std::string wrong = failure_of(encrypted().tls_key_password("another phrase"));
    EXPECT_THAT(wrong, ::testing::HasSubstr("the password may be wrong"));
    EXPECT_THAT(wrong, ::testing::Not(::testing::HasSubstr("another phrase")));
    EXPECT_THAT(wrong, ::testing::HasSubstr(encrypted().tls_key()));
}

TEST_F(ClientCertificate, UnusableFilesAreNamed) {
    const std::string nothing = certificates.directory() / "nothing.pem";
    EXPECT_THAT(failure_of(asking().tls_client_ca(nothing)), ::testing::HasSubstr(nothing));
    EXPECT_THAT(failure_of(asking().tls_client_crl(nothing)), ::testing::HasSubstr(nothing));
    EXPECT_THAT(
        failure_of(asking().tls_client_crl(own.certificate_file())),
        ::testing::HasSubstr(own.certificate_file())
    );
    const ServerOptions plain = ServerOptions().tls_client_ca(certificates.authority().file());
    EXPECT_THAT(failure_of(plain), ::testing::HasSubstr("tls_client_ca requires tls_certificate"));
    EXPECT_THAT(
        failure_of(asking().tls_client_ca("").tls_client_crl(nothing)),
        ::testing::HasSubstr("tls_client_crl requires tls_client_ca")
    );
}

class Renewal : public ClientCertificate {
protected:
    void install(const Identity& identity) {
        testing_support::replace_file(certificate, identity.certificate_pem());
        testing_support::replace_file(key, identity.key_pem());
    }
    bool serves(const testing_support::Authority& authority, const Server& server) {
        return !refused(RawTlsClient(authority.file()), server);
    }

    std::string certificate = certificates.directory() / "in_use.pem";
    std::string key = certificates.directory() / "in_use.key";
};

TEST_F(Renewal, NewConnectionsUseTheNewCertificate) {
    install(own);
    Server server(ServerOptions().tls_certificate(certificate).tls_key(key));
    RawTlsClient existing(certificates.authority().file(), server.port());
    install(certificates.foreign_server());
    EXPECT_FALSE(serves(certificates.authority(), server));
    EXPECT_TRUE(serves(certificates.foreign_authority(), server));
    existing.send("ruok");
    EXPECT_EQ(existing.read(4), "imok");
}

TEST_F(Renewal, UntilAllFilesFitTheOldOnesAreUsed) {
    install(own);
    Server server(ServerOptions().tls_certificate(certificate).tls_key(key));
    const Identity next = certificates.foreign_server();
    testing_support::replace_file(key, next.key_pem());
    EXPECT_TRUE(serves(certificates.authority(), server));
    std::filesystem::remove(certificate);
    EXPECT_TRUE(serves(certificates.authority(), server));
    testing_support::replace_file(certificate, next.certificate_pem());
    EXPECT_TRUE(serves(certificates.foreign_authority(), server));
}

TEST_F(Renewal, FilesThatCannotBeUsedAreLoggedOncePerChange) {
    install(own);
    testing_support::Recorder<std::string> lines;
    const Logger logger([&lines](LogLevel, std::string_view line) { lines.add(std::string(line)); }
    );
    Server server(ServerOptions().tls_certificate(certificate).tls_key(key).logger(logger));
    const auto connect_twice = [&] {
        EXPECT_TRUE(serves(certificates.authority(), server));
        EXPECT_TRUE(serves(certificates.authority(), server));
    };
    connect_twice();
    EXPECT_EQ(lines.size(), 0U);
    testing_support::replace_file(key, "no key");
    connect_twice();
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_THAT(lines.all()[0], ::testing::HasSubstr("accepted with the former ones: " + key));
    testing_support::replace_file(key, "no key either");
    connect_twice();
    EXPECT_EQ(lines.size(), 2U);
    testing_support::replace_file(key, own.key_pem());
    connect_twice();
    EXPECT_EQ(lines.size(), 2U);
}

TEST_F(Renewal, ANewRevocationListIsUsed) {
    const Identity identity = certificates.client();
    const std::string list = certificates.directory() / "crl_in_use.pem";
    const auto publish = [&](const std::vector<Identity>& revoked) {
        testing_support::replace_file(
            list, testing_support::read_file(certificates.authority().revocation_list(revoked))
        );
    };
    publish({});
    Server server(asking().tls_client_crl(list));
    EXPECT_FALSE(refused(owner_of(identity), server));
    publish({identity});
    EXPECT_TRUE(refused(owner_of(identity), server));
}

}  // namespace
}  // namespace kazoo::embedded_tests
