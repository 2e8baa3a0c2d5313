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
/// Lists the entries of a store.
std::string listed(const std::string& store) {
    testing_support::ChildProcess keytool(
        {"keytool", "-J-Duser.language=en", "-list", "-keystore", store, "-storepass", password}
    );
    EXPECT_EQ(keytool.exit_code(), 0) << keytool.output();
    return keytool.output();
}

TEST(JavaStores, AreReadByJava) {
    const testing_support::Certificates certificates;
    EXPECT_THAT(
        listed(certificates.server().key_store(password)), ::testing::HasSubstr("PrivateKeyEntry")
    );
    EXPECT_THAT(
        listed(certificates.authority().trust_store(password)),
        ::testing::HasSubstr("trustedCertEntry")
    );
}

}  // namespace
}  // namespace kazoo::embedded_tests
