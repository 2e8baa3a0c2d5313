// SPDX-License-Identifier: Apache-2.0
// Provokes the failures of TLS and compares the messages with docs/security.md.
// KAZOO_RENEW_DOCS=1 rewrites its list.
#include "support/files.hpp"
#include "tls_fixture.hpp"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using testing_support::Authority;
using testing_support::CertificateRequest;

/// Replaces each occurrence of a text.
std::string with(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

/// Collects what start() says of the only server of a client: "title" and the message below it.
class TlsMessages : public ::testing::Test {
protected:
    const Certificates certificates;
    const Authority& authority = certificates.authority();
    const Identity identity = certificates.client();

    /// Options of a client that trusts the authority and presents a certificate.
    [[nodiscard]] TlsOptions identified() const {
        return trusting(authority).certificate_file(identity.certificate_file());
    }

    void add(const std::string& title, const Server& server, std::optional<TlsOptions> tls) {
        const auto one_try = RetryPolicy().delay(1ms).max_tries(1);
        KazooClient zk(to(server.hosts()).tls(std::move(tls)).connection_retry(one_try));
        const auto error = thrown<KazooException>([&] { zk.start(patience); });
        const auto tried = "tried " + server.hosts() + ": ";
        const auto at = error.detail().find(tried);
        EXPECT_NE(at, std::string::npos) << title << ": " << error.message();
        const auto reason =
            at == std::string::npos ? error.detail() : error.detail().substr(at + tried.size());
        list_ += "    # " + title + "\n    " +
                 with(reason, certificates.directory().string(), "/etc/kazoo") + "\n";
    }
    /// The same for a server with this certificate and a client that trusts the authority.
    void add(const std::string& title, const Identity& served) {
        add(title, Server(served_by(served)), trusting(authority));
    }
    /// The same for options that are wrong on their own.
    void add(const std::string& title, const TlsOptions& tls) {
        add(title, Server(served_by(certificates.server())), tls);
    }

    [[nodiscard]] const std::string& list() const { return list_; }

    void refuse_servers();
    void refuse_clients();
    void meet_other_protocols();
    void read_bad_files();
    void call_bad_functions();

private:
    std::string list_;
};

void TlsMessages::refuse_servers() {
    add("The certificate has expired", certificates.expired_server());
    add("The certificate is not valid yet", certificates.server_not_yet_valid());
    add("The certificate is of an unknown authority", certificates.foreign_server());
    add("The certificate is for another name", certificates.server_of_another_name());
    const auto revoked = certificates.server();
    add("The certificate has been revoked",
        Server(served_by(revoked)),
        trusting(authority).crl_file(authority.revocation_list({revoked})));
    add("The revocation lists do not include one of the authority",
        Server(served_by(revoked)),
        trusting(authority).crl_file(certificates.foreign_authority().revocation_list({})));
    add("No cipher suite is common to both",
        trusting(authority).min_version(TlsVersion::tls_1_3).ciphersuites("TLS_AES_128_CCM_SHA256")
    );
}

void TlsMessages::refuse_clients() {
    const Server server(served_by(certificates.server()).tls_client_ca(authority.file()));
    add("The server requires a client certificate", server, trusting(authority));
    const auto foreign = certificates.foreign_client();
    add("The server does not know the authority of the client certificate",
        server,
        trusting(authority)
            .certificate_file(foreign.certificate_file())
            .key_file(foreign.key_file()));
}

void TlsMessages::meet_other_protocols() {
    add("The port is one for plain connections", Server(), trusting(authority));
    add("The client connects without TLS to a port with TLS",
        Server(served_by(certificates.server())),
        std::nullopt);
}

void TlsMessages::read_bad_files() {
    const auto directory = certificates.directory();
    const auto path = [&](const char* name) { return (directory / name).string(); };
    add("A file is missing", TlsOptions().ca_file(path("absent.pem")));
    const std::string text = path("text.pem");
    std::ofstream(text) << "not PEM\n";
    add("A file of authorities contains no certificate", TlsOptions().ca_file(text));
    add("The file of the client certificate is missing",
        trusting(authority).certificate_file(path("absent.pem")).key_file(identity.key_file()));
    add("The file of the key contains none", identified().key_file(text));
    add("The key is not that of the certificate",
        identified().key_file(certificates.foreign_client().key_file()));
    add("The file of revocation lists contains none", trusting(authority).crl_file(text));
    add("The key is encrypted",
        identified().key_file(identity.encrypted_key_file(password_of_key())));
}

void TlsMessages::call_bad_functions() {
    const auto encrypted = identified().key_file(identity.encrypted_key_file(password_of_key()));
    add("The password of the key is wrong",
        TlsOptions(encrypted).key_password([] { return std::string("guess"); }));
    add("The function for the password throws",
        TlsOptions(encrypted).key_password([]() -> std::string {
            throw std::runtime_error("the vault is sealed");
        }));
    add("The function for the settings throws", trusting(authority).configure([](ssl_ctx_st*) {
        throw std::runtime_error("no such hardware module");
    }));
}

constexpr const char* page_name = KAZOO_SOURCE_DIR "/docs/security.md";
constexpr const char* first_mark = "<!-- messages of TLS -->\n";
constexpr const char* last_mark = "<!-- end of the messages of TLS -->\n";

TEST_F(TlsMessages, AreThoseOfTheDocumentation) {
    refuse_servers();
    refuse_clients();
    meet_other_protocols();
    read_bad_files();
    call_bad_functions();

    auto page = testing_support::read_file(page_name);
    const auto begin = page.find(first_mark);
    const auto end = page.find(last_mark);
    ASSERT_TRUE(begin != std::string::npos && end != std::string::npos && begin < end) << page_name;
    const auto from = begin + std::string_view(first_mark).size();
    const auto listed = "\n" + list() + "\n";
    if (std::getenv("KAZOO_RENEW_DOCS") != nullptr) {
        page.replace(from, end - from, listed);
        std::ofstream(page_name) << page;
        return;
    }
    EXPECT_EQ(page.substr(from, end - from), listed)
        << "renew the page: KAZOO_RENEW_DOCS=1 ctest -R TlsMessages";
}

}  // namespace
}  // namespace kazoo::embedded_tests
