// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/testing/server_options.hpp>

#include <CLI/CLI.hpp>

#include <string>

/// The options of `kazoo serve` that concern TLS and SASL. Passwords come from files, because other
/// users of the machine can see command lines.
struct SecurityOptions {
    std::string tls_certificate;
    std::string tls_key;
    std::string tls_key_password_file;
    std::string tls_client_ca;
    std::string tls_client_auth = "need";
    std::string tls_client_crl;
    std::string sasl_users_file;
    std::string sasl_super_user;
    bool require_sasl = false;
};

/// `options` must outlive the parsing.
void add_security(CLI::App& command, SecurityOptions& options);

/// Reads the files and sets the options of the server. Throws std::runtime_error if a file with
/// passwords cannot be read or is malformed; what() names it, and the line, but no password.
void apply_security(const SecurityOptions& options, kazoo::testing::ServerOptions& to);
