// SPDX-License-Identifier: Apache-2.0
// Files and functions for TLS that cannot be used are named, with the reason and without secrets.
#include "transport/tls_context.hpp"

#include "support/certificates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <new>
#include <stdexcept>
#include <string>

namespace kazoo::transport {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing_support::Certificates;

class TlsContextTest : public ::testing::Test {
protected:
    [[nodiscard]] std::string path(const char* name) const {
        return (certificates_.directory() / name).string();
    }
    std::string write(const char* name, const std::string& contents) const {
        std::ofstream(path(name), std::ios::binary) << contents;
        return path(name);
    }
    /// Options with a certificate whose key is still missing.
    [[nodiscard]] TlsOptions identified() const {
        return TlsOptions().certificate_file(identity_.certificate_file());
    }
    static std::string problem(const TlsOptions& options) {
        try {
            EXPECT_NE(make_tls_context(options), nullptr);
            return "none";
        } catch (const TlsSettingError& error) {
            return error.what();
        }
    }

    const Certificates certificates_;
    const testing_support::Identity identity_ = certificates_.client();
};

TEST_F(TlsContextTest, UsableSettings) {
    const auto& authority = certificates_.authority();
    EXPECT_EQ(problem(TlsOptions()), "none");
    EXPECT_EQ(
        problem(identified()
                    .ca_file(authority.file())
                    .key_file(identity_.key_file())
                    .crl_file(authority.revocation_list({}))),
        "none"
    );
}

TEST_F(TlsContextTest, AFileThatCannotBeReadIsNamed) {
    EXPECT_EQ(
        problem(TlsOptions().ca_file(path("absent"))),
        "TlsOptions::ca_file '" + path("absent") + "': No such file or directory"
    );
    EXPECT_EQ(
        problem(TlsOptions().crl_file(path("."))),
        "TlsOptions::crl_file '" + path(".") + "': Is a directory"
    );
    EXPECT_THAT(problem(TlsOptions().ca_file(write("empty", ""))), EndsWith("': is empty"));
}

TEST_F(TlsContextTest, AFileWithoutWhatItShouldContainIsNamed) {
    const auto text = write("text", "not PEM\n");
    EXPECT_THAT(
        problem(TlsOptions().ca_file(text)),
        AllOf(HasSubstr("ca_file"), EndsWith("contains no certificate in PEM format"))
    );
    EXPECT_THAT(
        problem(TlsOptions().crl_file(text)), EndsWith("contains no revocation list in PEM format")
    );
    EXPECT_THAT(
        problem(identified().key_file(text)),
        EndsWith("contains no usable private key in PEM format")
    );
    const auto pem = certificates_.authority().pem();
    EXPECT_THAT(
        problem(TlsOptions().ca_pem(pem + pem.substr(0, pem.size() / 2))),
        HasSubstr("TlsOptions::ca_pem: certificate 2 is malformed")
    );
}

TEST_F(TlsContextTest, AKeyMustBelongToTheCertificate) {
    EXPECT_THAT(
        problem(identified().key_file(certificates_.foreign_client().key_file())),
        HasSubstr("does not belong to the client's certificate")
    );
}

TEST_F(TlsContextTest, APasswordIsRequestedOnlyIfTheKeyIsEncrypted) {
    int calls = 0;
    const auto password = [&] {
        ++calls;
        return std::string("secret");
    };
    EXPECT_EQ(problem(identified().key_file(identity_.key_file()).key_password(password)), "none");
    EXPECT_EQ(calls, 0);
    const auto encrypted = identity_.encrypted_key_file("secret");
    EXPECT_EQ(problem(identified().key_file(encrypted).key_password(password)), "none");
    EXPECT_GT(calls, 0);
}

TEST_F(TlsContextTest, AnEncryptedKeyWithoutItsPassword) {
    const auto encrypted = identified().key_file(identity_.encrypted_key_file("secret"));
    EXPECT_THAT(problem(encrypted), EndsWith("is encrypted: set TlsOptions::key_password"));
    EXPECT_THAT(
        problem(TlsOptions(encrypted).key_password([] { return std::string("guess"); })),
        AllOf(
            EndsWith("cannot be decrypted: the result of TlsOptions::key_password is wrong"),
            Not(HasSubstr("guess"))
        )
    );
    EXPECT_THAT(
        problem(TlsOptions(encrypted).key_password([] { return std::string(5000, 'p'); })),
        EndsWith("the result of TlsOptions::key_password is too long")
    );
}

TEST_F(TlsContextTest, ExceptionsOfFunctionsOfTheUserAreReported) {
    const auto encrypted = identified().key_file(identity_.encrypted_key_file("secret"));
    EXPECT_EQ(
        problem(TlsOptions(encrypted).key_password([]() -> std::string {
            throw std::runtime_error("the vault is sealed");
        })),
        "TlsOptions::key_password failed: the vault is sealed"
    );
    EXPECT_EQ(
        problem(TlsOptions().configure([](ssl_ctx_st*) { throw 5; })),
        "TlsOptions::configure failed with an exception that is not a std::exception"
    );
    EXPECT_THROW(
        make_tls_context(TlsOptions().configure([](ssl_ctx_st*) { throw std::bad_alloc(); })),
        std::bad_alloc
    );
}

TEST_F(TlsContextTest, FilesAreReadAnew) {
    const auto file = write("ca", certificates_.authority().pem());
    const auto options = TlsOptions().ca_file(file);
    EXPECT_EQ(problem(options), "none");
    write("ca", "not PEM\n");
    EXPECT_THAT(problem(options), EndsWith("contains no certificate in PEM format"));
}

}  // namespace
}  // namespace kazoo::transport
