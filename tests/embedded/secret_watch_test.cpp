// SPDX-License-Identifier: Apache-2.0
// The tests of whole clients fail if a log line, an error or dump() contains a secret. Here, that
// they do.
#include "support/secret_watch.hpp"

#include "embedded_fixture.hpp"
#include "security/secrets.hpp"

#include <kazoo/security.hpp>

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using testing_support::expect_no_secrets;
using testing_support::note_secret;
using testing_support::watched;

constexpr const char* secret = "kept from everybody";

std::string bytes_of(std::string_view text, std::string (*encode)(std::span<const std::byte>)) {
    return encode(std::as_bytes(std::span(text)));
}

[[noreturn]] void fail_with(const std::string& detail) {
    throw_error(Error(ClientErrc::configuration, Outcome::not_sent, "test", {}, detail));
}

TEST(SecretWatch, FindsASecretInEachForm) {
    note_secret(secret);
    const auto md5 = base::md5(secret).value();
    const std::vector<std::string> forms{
        secret,
        bytes_of(secret, base::to_hex),
        bytes_of(secret, base::to_base64),
        base::to_hex(md5),
        base::to_base64(md5),
    };
    for (const auto& form : forms) {
        EXPECT_NONFATAL_FAILURE(expect_no_secrets("it is " + form + "!", "a line"), "a secret");
    }
    const auto digest = make_digest_acl_credential("alice", "open sesame");
    expect_no_secrets(digest, "the digest of another text");
    note_secret("alice:open sesame");
    EXPECT_NONFATAL_FAILURE(expect_no_secrets(digest, "a line"), "as SHA-1 in Base64");
    expect_no_secrets("kept from everyone", "a line");
}

TEST(SecretWatch, ChecksEachLineWhateverTheLevelOfTheLogger) {
    const auto options = watched(
        ClientOptions().logger(Logger::none()).auth_data({AuthData("digest", "alice:open sesame")})
    );
    options.logger().log(LogLevel::debug, "sesame");
    EXPECT_NONFATAL_FAILURE(
        options.logger().log(LogLevel::debug, "password: open sesame"), "a log line contains"
    );
}

TEST(SecretWatch, PassesOnWhatTheLoggerWouldReceive) {
    std::vector<std::string> lines;
    const auto options = watched(ClientOptions().logger(
        [&](LogLevel, std::string_view line) { lines.emplace_back(line); }, LogLevel::info
    ));
    options.logger().log(LogLevel::debug, "first");
    options.logger().log(LogLevel::info, "second");
    EXPECT_EQ(lines, std::vector<std::string>{"second"});
}

TEST(SecretWatch, ChecksErrors) {
    note_secret(secret);
    EXPECT_NONFATAL_FAILURE(
        thrown<ConfigurationError>([] { fail_with(secret); }), "an exception contains"
    );
}

TEST(SecretWatch, KnowsThePasswordsOfSessions) {
    Server server;
    StartedClient zk(server.hosts());
    const auto password = zk.client_id()->password;
    EXPECT_NONFATAL_FAILURE(
        expect_no_secrets("0x" + bytes_of(password, base::to_hex), "a line"), "hexadecimal"
    );
}

}  // namespace
}  // namespace kazoo::embedded_tests
