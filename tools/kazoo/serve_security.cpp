// SPDX-License-Identifier: Apache-2.0
#include "serve_security.hpp"

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <map>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using kazoo::testing::ClientAuth;
using kazoo::testing::SaslUser;

const std::map<std::string, ClientAuth> client_auths{
    {"none", ClientAuth::none}, {"want", ClientAuth::want}, {"need", ClientAuth::need}};

std::ifstream open(const std::string& file) {
    std::ifstream in(file);
    if (!in) {
        throw std::runtime_error(
            "cannot read " + file + ": " + std::generic_category().message(errno)
        );
    }
    return in;
}

/// Reads a line; returns false at the end of the file. The end of a line is "\n" or "\r\n".
bool read_line(std::istream& in, std::string& line) {
    if (!std::getline(in, line)) {
        return false;
    }
    if (!line.empty() && line.back() == '\r') {
        line.pop_back();
    }
    return true;
}

void require_complete(const std::istream& in, const std::string& file) {
    if (in.bad()) {
        throw std::runtime_error("cannot read all of " + file);
    }
}

/// The first line of the file is the password.
std::string read_password(const std::string& file) {
    std::ifstream in = open(file);
    std::string password;
    const bool found = read_line(in, password);
    require_complete(in, file);
    if (!found || password.empty()) {
        throw std::runtime_error(file + ":1: the first line must be the password of the key");
    }
    return password;
}

/// The lines of the file are "user:password". Empty lines, and those that begin with '#', are
/// ignored.
std::vector<SaslUser> read_users(const std::string& file) {
    std::ifstream in = open(file);
    std::vector<SaslUser> users;
    std::string line;
    for (std::size_t number = 1; read_line(in, line); ++number) {
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos || colon == 0 || colon + 1 == line.size()) {
            throw std::runtime_error(
                file + ":" + std::to_string(number) + ": the line must be user:password"
            );
        }
        users.emplace_back(line.substr(0, colon), line.substr(colon + 1));
    }
    require_complete(in, file);
    if (users.empty()) {
        throw std::runtime_error(file + " contains no user; each line must be user:password");
    }
    return users;
}

}  // namespace

void add_security(CLI::App& command, SecurityOptions& options) {
    auto* certificate =
        command.add_option("--tls-cert", options.tls_certificate, "FILE (PEM): TLS only");
    auto* key = command.add_option("--tls-key", options.tls_key, "FILE (PEM), its private key");
    certificate->needs(key);
    key->needs(certificate);
    command
        .add_option(
            "--tls-key-password-file",
            options.tls_key_password_file,
            "FILE whose first line is the password of the private key"
        )
        ->needs(key);
    auto* client_ca = command.add_option(
        "--tls-client-ca", options.tls_client_ca, "FILE (PEM): the CAs of client certificates"
    );
    client_ca->needs(certificate);
    command
        .add_option(
            "--tls-client-auth",
            options.tls_client_auth,
            "none, want or need: whether clients need a certificate"
        )
        ->capture_default_str()
        ->check(CLI::IsMember(client_auths))
        ->needs(client_ca);
    command
        .add_option(
            "--tls-client-crl",
            options.tls_client_crl,
            "FILE (PEM): revoked client certificates, one list for each CA"
        )
        ->needs(client_ca);
    auto* users = command.add_option(
        "--sasl-users",
        options.sasl_users_file,
        "FILE with a line user:password for each user of SASL (DIGEST-MD5); # begins a comment"
    );
    command
        .add_option(
            "--sasl-super-user", options.sasl_super_user, "NAME of the user with all permissions"
        )
        ->needs(users);
    command
        .add_flag(
            "--require-sasl",
            options.require_sasl,
            "refuse requests of clients that have not authenticated by SASL"
        )
        ->needs(users);
}

void apply_security(const SecurityOptions& options, kazoo::testing::ServerOptions& to) {
    to.tls_certificate(options.tls_certificate)
        .tls_key(options.tls_key)
        .tls_client_ca(options.tls_client_ca)
        .tls_client_auth(client_auths.at(options.tls_client_auth))
        .tls_client_crl(options.tls_client_crl)
        .sasl_super_user(options.sasl_super_user)
        .require_sasl(options.require_sasl);
    if (!options.tls_key_password_file.empty()) {
        to.tls_key_password(read_password(options.tls_key_password_file));
    }
    if (!options.sasl_users_file.empty()) {
        to.sasl_users(read_users(options.sasl_users_file));
    }
}
