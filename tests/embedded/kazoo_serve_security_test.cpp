// SPDX-License-Identifier: Apache-2.0
// The options of `kazoo serve` that concern TLS and SASL.
#include "embedded_fixture.hpp"
#include "raw_tls_client.hpp"
#include "support/certificates.hpp"
#include "support/files.hpp"
#include "support/raw_client.hpp"
#include "tool_process.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing_support::Certificates;
using testing_support::RawClient;
using testing_support::ToolProcess;

class KazooServeSecurity : public ::testing::Test {
protected:
    std::string file(const std::string& name, const std::string& contents) {
        const auto path = certificates.directory() / name;
        testing_support::replace_file(path, contents);
        return path;
    }
    static std::vector<std::string> serve(std::vector<std::string> more) {
        std::vector<std::string> all{"serve", "--listen", "127.0.0.1:0"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    /// The output of a server that cannot be started.
    static std::string failure(const std::vector<std::string>& more) {
        ToolProcess tool(serve(more));
        EXPECT_NE(tool.exit_code(), 0);
        return tool.output();
    }

    Certificates certificates;
};

TEST_F(KazooServeSecurity, ClientCertificatesAndAnEncryptedKey) {
    const auto own = certificates.server();
    const auto identity = certificates.client();
    ToolProcess tool(serve(
        {"--tls-cert",
         own.certificate_file(),
         "--tls-key",
         own.encrypted_key_file("pass phrase"),
         "--tls-key-password-file",
         file("password", "pass phrase\n"),
         "--tls-client-ca",
         certificates.authority().file(),
         "--tls-client-crl",
         certificates.authority().revocation_list({}),
         "--tls-client-auth",
         "want"}
    ));
    const auto port = tool.port();
    RawTlsClient client(
        certificates.authority().file(), identity.certificate_file(), identity.key_file()
    );
    client.open(port);
    client.connect();
    EXPECT_EQ(client.create("/own", {Acl(31, Id("x509", identity.subject()))}), Errc::ok);
    EXPECT_EQ(client.get("/own"), Errc::ok);
    RawTlsClient nameless(certificates.authority().file(), port);
    nameless.connect();
    EXPECT_EQ(nameless.get("/own"), Errc::no_auth);
}

TEST_F(KazooServeSecurity, UsersOfSasl) {
    const auto users = file("users", "# the users\n\nbob:bob:secret\r\nalice:a\n");
    ToolProcess tool(serve({"--sasl-users", users, "--sasl-super-user", "alice", "--require-sasl"})
    );
    RawClient client(tool.port());
    EXPECT_NE(client.connect(), 0);
    client.request(codec::SaslRequest{{""}});
    EXPECT_THAT(client.read_frame(), HasSubstr("zk-sasl-md5"));
    RawClient other(tool.port());
    EXPECT_NE(other.connect(), 0);
    other.request(codec::GetDataRequest{"/", false});
    const std::string frame = other.read_frame();
    codec::Decoder in(std::as_bytes(std::span(frame)));
    codec::ReplyHeader reply;
    ASSERT_TRUE(codec::decode(in, reply));
    EXPECT_EQ(static_cast<Errc>(reply.err), Errc::session_closed_require_sasl);
}

TEST_F(KazooServeSecurity, AMalformedFileIsNamedWithItsLineAndWithoutPasswords) {
    const auto users = file("users", "bob:secret\n# comment\nalice-and-her-secret\n");
    const std::string output = failure({"--sasl-users", users});
    EXPECT_THAT(output, HasSubstr(users + ":3: the line must be user:password"));
    EXPECT_THAT(output, Not(HasSubstr("her-secret")));
    EXPECT_THAT(failure({"--sasl-users", file("u2", ":x\n")}), HasSubstr("u2:1:"));
    EXPECT_THAT(failure({"--sasl-users", file("u3", "\n\nx:\n")}), HasSubstr("u3:3:"));
    EXPECT_THAT(
        failure({"--sasl-users", file("u4", "# none\n")}), HasSubstr("u4 contains no user")
    );
    EXPECT_THAT(failure({"--sasl-users", file("u5", "a/b:c\n")}), HasSubstr("'a/b' has a name"));
    const std::string nothing = certificates.directory() / "nothing";
    EXPECT_THAT(failure({"--sasl-users", nothing}), HasSubstr("cannot read " + nothing));
    EXPECT_THAT(
        failure({"--sasl-users", certificates.directory()}), HasSubstr("cannot read all of ")
    );
}

TEST_F(KazooServeSecurity, APasswordFileMustContainThePassword) {
    const auto own = certificates.server();
    const auto with = [&](const std::string& password_file) {
        return failure(
            {"--tls-cert",
             own.certificate_file(),
             "--tls-key",
             own.encrypted_key_file("pass phrase"),
             "--tls-key-password-file",
             password_file}
        );
    };
    EXPECT_THAT(with(file("empty", "")), HasSubstr("empty:1: the first line must be"));
    const std::string wrong = with(file("wrong", "another phrase\n"));
    EXPECT_THAT(wrong, HasSubstr("the password may be wrong"));
    EXPECT_THAT(wrong, Not(HasSubstr("another phrase")));
}

TEST_F(KazooServeSecurity, OptionsThatNeedOthers) {
    for (const std::vector<std::string>& alone :
         {std::vector<std::string>{"--tls-client-ca", "x"},
          std::vector<std::string>{"--tls-client-auth", "need"},
          std::vector<std::string>{"--tls-client-crl", "x"},
          std::vector<std::string>{"--tls-key-password-file", "x"},
          std::vector<std::string>{"--sasl-super-user", "x"},
          std::vector<std::string>{"--require-sasl"}}) {
        ToolProcess tool(serve(alone));
        EXPECT_EQ(tool.exit_code(), 2) << alone.front();
    }
}

}  // namespace
}  // namespace kazoo::embedded_tests
