// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"

#include "cli/exit_code.hpp"
#include "cli/values.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string_view>

namespace tool {
namespace {

using Text = std::optional<std::string>;

/// An option that the environment and the configuration file may give as well.
struct Source {
    const char* name;  ///< of the long option, without "--"
    Text Settings::*value;
    const char* help;
};

constexpr Source sources[] = {
    {"format", &Settings::format, "text, json or raw"},
    {"color", &Settings::colour, "auto, always or never"},
    {"session-timeout", &Settings::session_timeout, "TIME: the session timeout; default 10s"},
    {"connect-timeout", &Settings::connect_timeout, "TIME to connect; default 10s"},
    {"timeout", &Settings::timeout, "TIME for each operation; default 30s"},
    {"auth-file", &Settings::auth_file, "FILE with lines scheme:credential (digest:user:password)"},
    {"tls-ca", &Settings::tls_ca, "FILE (PEM) of CAs, or a directory: TLS"},
    {"tls-cert", &Settings::tls_certificate, "FILE (PEM): the client's certificate"},
    {"tls-key", &Settings::tls_key, "FILE (PEM): its private key"},
    {"tls-key-password-file", &Settings::tls_key_password_file, "FILE with the key's password"},
    {"tls-server-name", &Settings::tls_server_name, "NAME that the servers' certificate must have"},
    {"tls-verify", &Settings::tls_verify, "full (default), chain or none"},
    {"sasl-mechanism", &Settings::sasl_mechanism, "NAME: SASL with DIGEST-MD5, GSSAPI, ..."},
    {"sasl-user", &Settings::sasl_user, "NAME"},
    {"sasl-password-file", &Settings::sasl_password_file, "FILE with the password"},
    {"sasl-service", &Settings::sasl_service, "NAME of the servers' service; default zookeeper"},
    {"sasl-server-name", &Settings::sasl_server_name, "NAME of the servers' host"},
    {"sasl-principal", &Settings::sasl_principal, "NAME of the client's Kerberos principal"},
    {"sasl-keytab", &Settings::sasl_keytab, "FILE with its key"},
};

constexpr const char* quiet_help = "no notes and no progress on standard error";
constexpr const char* no_pager_help = "long output is not shown in a pager";

void check_output_settings(CLI::App& app) {
    app.get_option("--format")->check(CLI::IsMember({"text", "json", "raw"}));
    app.get_option("--color")->check(CLI::IsMember({"auto", "always", "never"}));
}

Text environment(const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return value != nullptr && *value != '\0' ? Text(value) : std::nullopt;
}

/// Returns "KAZOO_TLS_CA" for "tls-ca".
std::string variable_name(std::string_view option) {
    std::string name = "KAZOO_";
    for (const char c : option) {
        name += c == '-' ? '_' : static_cast<char>(c - 'a' + 'A');
    }
    return name;
}

std::string trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r");
    const std::size_t end = text.find_last_not_of(" \t\r");
    return begin == std::string_view::npos ? "" : std::string(text.substr(begin, end - begin + 1));
}

bool parse_switch(const std::string& value, const std::string& where) {
    if (value == "true" || value == "false") {
        return value == "true";
    }
    throw UsageError(where + ": the value must be true or false");
}

void set_from_file(
    Settings& settings, const std::string& key, const std::string& value, const std::string& where
) {
    if (key == "servers") {
        settings.servers = settings.servers ? settings.servers : value;
        return;
    }
    if (key == "tls") {
        settings.tls = parse_switch(value, where) || settings.tls;
        return;
    }
    if (key == "read-only") {
        settings.read_only = parse_switch(value, where) || settings.read_only;
        return;
    }
    const auto* const source = std::find_if(
        std::begin(sources), std::end(sources), [&](const Source& s) { return s.name == key; }
    );
    if (source == std::end(sources)) {
        throw UsageError(where + ": there is no option '" + key + "'");
    }
    Text& target = settings.*(source->value);
    target = target ? target : value;
}

void read_config(Settings& settings, const std::string& file) {
    std::istringstream lines(read_file(file, 1 << 20));
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        line = trimmed(line);
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const std::string where = file + ":" + std::to_string(number);
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos) {
            throw UsageError(where + ": the line must be \"option = value\"");
        }
        set_from_file(
            settings, trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1)), where
        );
    }
}

/// Returns the configuration file that is read without being named, if it exists.
Text usual_config_file() {
    const Text configuration = environment("XDG_CONFIG_HOME");
    const Text home = environment("HOME");
    if (!configuration && !home) {
        return std::nullopt;
    }
    const std::filesystem::path folder = configuration ? std::filesystem::path(*configuration)
                                                       : std::filesystem::path(*home) / ".config";
    const std::filesystem::path file = folder / "kazoo" / "config";
    std::error_code error;
    return std::filesystem::exists(file, error) ? Text(file.string()) : std::nullopt;
}

}  // namespace

void add_settings(CLI::App& app, Settings& settings) {
    app.add_option("-s,--servers", settings.servers, "HOST:PORT,...[/chroot] (KAZOO_HOSTS)");
    app.add_option(
        "--config",
        settings.config_file,
        "FILE with lines \"option = value\" (KAZOO_CONFIG); default ~/.config/kazoo/config"
    );
    for (const Source& source : sources) {
        CLI::Option* const option =
            app.add_option(std::string("--") + source.name, settings.*(source.value), source.help);
        const bool is_secure = source.value == &Settings::auth_file ||
                               std::string_view(source.name).find("tls-") == 0 ||
                               std::string_view(source.name).find("sasl-") == 0;
        option->group(is_secure ? "Security" : "Options");
    }
    check_output_settings(app);
    app.get_option("--tls-verify")->check(CLI::IsMember({"full", "chain", "none"}));
    app.add_flag("--tls", settings.tls, "connect with TLS")->group("Security");
    app.add_flag("--read-only", settings.read_only, "accept servers without a quorum");
    app.add_flag("--no-pager", settings.no_pager, no_pager_help);
    app.add_flag("-q,--quiet", settings.quiet, quiet_help);
    app.add_flag("-v,--verbose", settings.verbose, "the log of the client on standard error");
}

void add_output_settings(CLI::App& app, Settings& settings) {
    for (const Source& source : sources) {
        if (source.value == &Settings::format || source.value == &Settings::colour) {
            app.add_option(std::string("--") + source.name, settings.*(source.value), source.help);
        }
    }
    check_output_settings(app);
    app.add_flag("--no-pager", settings.no_pager, no_pager_help);
    app.add_flag("-q,--quiet", settings.quiet, quiet_help);
}

void complete(Settings& settings) {
    settings.servers = settings.servers ? settings.servers : environment("KAZOO_HOSTS");
    settings.config_file =
        settings.config_file ? settings.config_file : environment("KAZOO_CONFIG");
    for (const Source& source : sources) {
        Text& target = settings.*(source.value);
        target = target ? target : environment(variable_name(source.name));
    }
    const Text file = settings.config_file ? settings.config_file : usual_config_file();
    if (file) {
        read_config(settings, *file);
    }
}

std::chrono::milliseconds connect_timeout(const Settings& settings) {
    return parse_time(settings.connect_timeout.value_or("10s"));
}

}  // namespace tool
