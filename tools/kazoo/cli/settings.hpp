// SPDX-License-Identifier: Apache-2.0
/// The options before the command: how to connect, and in which format to write.
#pragma once

#include <kazoo/client_options.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tool {

/// Each option comes from the command line, else from the environment, else from the configuration
/// file. Secrets are read from files or the environment only, because other users of the machine
/// can see command lines.
struct Settings {
    std::optional<std::string> servers;
    std::optional<std::string> config_file;
    std::optional<std::string> format;
    std::optional<std::string> colour;
    std::optional<std::string> session_timeout;
    std::optional<std::string> connect_timeout;
    std::optional<std::string> timeout;
    std::optional<std::string> auth_file;
    std::optional<std::string> tls_ca;
    std::optional<std::string> tls_certificate;
    std::optional<std::string> tls_key;
    std::optional<std::string> tls_key_password_file;
    std::optional<std::string> tls_server_name;
    std::optional<std::string> tls_verify;
    std::optional<std::string> sasl_mechanism;
    std::optional<std::string> sasl_user;
    std::optional<std::string> sasl_password_file;
    std::optional<std::string> sasl_service;
    std::optional<std::string> sasl_server_name;
    std::optional<std::string> sasl_principal;
    std::optional<std::string> sasl_keytab;
    bool tls = false;
    bool read_only = false;
    bool quiet = false;
    bool verbose = false;
    bool no_pager = false;
};

/// `settings` must outlive the parsing.
void add_settings(CLI::App& app, Settings& settings);

/// Adds the options for the output only, which each command of a shell has.
void add_output_settings(CLI::App& app, Settings& settings);

/// Fills in what the command line has not given, from the environment and the configuration file.
/// Throws Failure if the file cannot be read or is malformed.
void complete(Settings& settings);

/// Returns whether connections use TLS, unless a server is given as "tcp://".
bool wants_tls(const Settings& settings);

/// Returns the options of the client. `hosts` replaces Settings::servers if it is given. Throws
/// Failure if a file cannot be read, UsageError if a value is malformed.
kazoo::ClientOptions client_options(
    const Settings& settings, const std::optional<std::string>& hosts = std::nullopt
);

/// Parse credentials: lines "scheme:credential"; empty lines, and those that begin with '#', are
/// ignored. `name` is what a UsageError says about the place.
std::vector<kazoo::AuthData> parse_credentials(const std::string& lines, const std::string& name);
std::vector<kazoo::AuthData> read_credentials(const std::string& file);

/// Returns the time limit of connecting; 10 s by default.
std::chrono::milliseconds connect_timeout(const Settings& settings);

}  // namespace tool
