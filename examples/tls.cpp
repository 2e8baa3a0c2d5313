// SPDX-License-Identifier: Apache-2.0
// Connects with TLS, as environment variables say: ZOOKEEPER_CA, ZOOKEEPER_CERTIFICATE,
// ZOOKEEPER_KEY and, if the key is encrypted, ZOOKEEPER_KEY_PASSWORD_FILE. Without the first one it
// connects without TLS.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>

namespace {

std::optional<std::string> variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

//! [options]
/// Reads the first line of a file. Called at each connection attempt: the password stays in memory
/// only as long as it is needed.
std::string read_password(const std::string& file) {
    std::ifstream in(file);
    std::string password;
    if (!std::getline(in, password)) {
        throw std::runtime_error("cannot read " + file);  // fails the attempt, with these words
    }
    return password;
}

kazoo::TlsOptions make_tls_options() {
    auto tls = kazoo::TlsOptions()
                   .ca_file(variable("ZOOKEEPER_CA"))
                   .certificate_file(variable("ZOOKEEPER_CERTIFICATE"))
                   .key_file(variable("ZOOKEEPER_KEY"));
    if (const auto file = variable("ZOOKEEPER_KEY_PASSWORD_FILE")) {
        tls.key_password([file] { return read_password(*file); });
    }
    return tls;
}
//! [options]

}  // namespace

int main(int argc, char** argv) {
    try {
        auto options = kazoo::ClientOptions().hosts(hosts(argc, argv));
        if (variable("ZOOKEEPER_CA")) {
            options.tls(make_tls_options());
        }
        kazoo::KazooClient zk(options);
        zk.start(std::chrono::seconds(10));  // the error names what is wrong with a certificate
        std::cout << "connected " << (options.tls() ? "with" : "without") << " TLS\n";
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
