// SPDX-License-Identifier: Apache-2.0
// Tests of a server with TLS.
#include "embedded_fixture.hpp"
#include "own_certificate.hpp"
#include "raw_tls_client.hpp"
#include "support/raw_client.hpp"

namespace kazoo::embedded_tests {
namespace {

namespace asio = boost::asio;
using testing_support::RawClient;

class Tls : public ::testing::Test {
protected:
    testing_support::OwnCertificate own;
    Server server{ServerOptions().tls_certificate(own.certificate()).tls_key(own.key())};
};

TEST_F(Tls, ServesInsideTheStream) {
    RawTlsClient client(own.certificate(), server.port());
    client.send(frame_of(testing_support::new_session()));
    client.read(4 + 37);
    EXPECT_EQ(server.sessions().size(), 1U);

    codec::RequestHeader header;
    header.xid = 1;
    header.type = codec::Opcode::create;
    codec::CreateRequest create;
    create.path = "/big";
    const std::string data(200'000, 'x');  // more than one TLS record
    create.data = data;
    const auto acl = AclList(1, Acl(31, Id("world", "anyone")));
    create.acl = acl;
    client.send(frame_of(header, create));
    client.read(4 + 16 + 4 + 4);
    header.xid = 2;
    header.type = codec::Opcode::get_data;
    codec::GetDataRequest get;
    get.path = "/big";
    client.send(frame_of(header, get));
    const auto reply = client.read(4 + 16 + 4 + data.size() + 68);
    EXPECT_EQ(reply.substr(24, data.size()), data);
}

TEST_F(Tls, SendsCloseNotify) {
    RawTlsClient client(own.certificate(), server.port());
    client.send("ruok");
    boost::system::error_code end;
    EXPECT_EQ(client.read_all(end), "imok");
    EXPECT_EQ(end, asio::error::eof) << "and not that the stream was cut";
    EXPECT_TRUE(becomes_true([&] { return server.connections() == 0; }));
}

TEST_F(Tls, IgnoresClientsWithoutTls) {
    RawClient plain(server.port());
    plain.send_frame(testing_support::new_session());
    EXPECT_TRUE(plain.closes());
    EXPECT_TRUE(server.sessions().empty());
    RawTlsClient client(own.certificate(), server.port());
    client.send("ruok");
    EXPECT_EQ(client.read(4), "imok");
}

TEST_F(Tls, StopsWithConnectionsInEveryStage) {
    const RawClient silent(server.port());  // never begins the handshake
    RawTlsClient fresh(own.certificate(), server.port());
    RawTlsClient connected(own.certificate(), server.port());
    connected.send(frame_of(testing_support::new_session()));
    connected.read(4 + 37);
    server.stop();
    boost::system::error_code end;
    connected.read_all(end);
    EXPECT_TRUE(end);
    server.start();
    RawTlsClient again(own.certificate(), server.port());
}

TEST_F(Tls, AKeyOfAnotherCertificateIsRefused) {
    const testing_support::OwnCertificate other;
    thrown<ConfigurationError>([&] {
        Server mixed(ServerOptions().tls_certificate(own.certificate()).tls_key(other.key()));
    });
}

}  // namespace
}  // namespace kazoo::embedded_tests
