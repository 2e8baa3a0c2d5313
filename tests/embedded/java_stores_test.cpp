// SPDX-License-Identifier: Apache-2.0
// The certificates of the tests, as Java's keytool sees them: servers of Apache ZooKeeper use them.
#include "support/certificates.hpp"
#include "support/child_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace kazoo::embedded_tests {
namespace {

constexpr const char* password = "a password";
constexpr int no_such_program = 127;

/// Lists the entries of a store; empty if there is no Java.
std::string listed(const std::string& store) {
    testing_support::ChildProcess keytool(
        {"keytool", "-J-Duser.language=en", "-list", "-keystore", store, "-storepass", password}
    );
    const int code = keytool.exit_code();
    EXPECT_TRUE(code == 0 || code == no_such_program) << keytool.output();
    return code == no_such_program ? std::string() : keytool.output();
}

TEST(JavaStores, AreReadByJava) {
    const testing_support::Certificates certificates;
    const auto keys = listed(certificates.server().key_store(password));
    if (keys.empty()) {
        GTEST_SKIP() << "skipped: keytool not found";
    }
    EXPECT_THAT(keys, ::testing::HasSubstr("PrivateKeyEntry"));
    EXPECT_THAT(
        listed(certificates.authority().trust_store(password)),
        ::testing::HasSubstr("trustedCertEntry")
    );
}

}  // namespace
}  // namespace kazoo::embedded_tests
