// SPDX-License-Identifier: Apache-2.0
// How the settings of the tool become options of a client.
#include "cli/exit_code.hpp"
#include "cli/settings.hpp"
#include "cli/values.hpp"

#include <kazoo/logger.hpp>
#include <kazoo/tls_options.hpp>
#ifdef KAZOO_TOOL_HAS_SASL
#    include <kazoo/sasl.hpp>
#endif

#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace tool {
namespace {

using kazoo::ClientOptions;
using kazoo::TlsOptions;

TlsOptions tls_options(const Settings& settings) {
    TlsOptions tls;
    std::error_code ignored;
    if (settings.tls_ca && std::filesystem::is_directory(*settings.tls_ca, ignored)) {
        tls.ca_directory(settings.tls_ca);
    } else {
        tls.ca_file(settings.tls_ca);
    }
    tls.certificate_file(settings.tls_certificate)
        .key_file(settings.tls_key)
        .server_name(settings.tls_server_name);
    const std::string verify = settings.tls_verify.value_or("full");
    if (verify != "full") {
        tls.verify(verify == "none" ? kazoo::VerifyMode::none : kazoo::VerifyMode::chain);
    }
    if (settings.tls_key_password_file) {
        tls.key_password([file = *settings.tls_key_password_file] { return read_secret(file); });
    } else if (const char* const password = std::getenv("KAZOO_TLS_KEY_PASSWORD")) {
        tls.key_password([text = std::string(password)] { return text; });
    }
    return tls;
}

#ifdef KAZOO_TOOL_HAS_SASL
void use_sasl(const Settings& settings, ClientOptions& options) {
    kazoo::SaslOptions sasl;
    sasl.mechanism(settings.sasl_mechanism.value_or(""))
        .username(settings.sasl_user.value_or(""))
        .service(settings.sasl_service.value_or("zookeeper"))
        .server_name(settings.sasl_server_name.value_or(""))
        .principal(settings.sasl_principal.value_or(""))
        .keytab(settings.sasl_keytab.value_or(""));
    if (settings.sasl_password_file) {
        sasl.password(read_secret(*settings.sasl_password_file));
    } else if (const char* const password = std::getenv("KAZOO_SASL_PASSWORD")) {
        sasl.password(std::string(password));
    }
    options.sasl(kazoo::cyrus_sasl(sasl));
}
#else
void use_sasl(const Settings&, ClientOptions&) {
    throw UsageError("this build of kazoo has no SASL (it needs libsasl2)");
}
#endif

std::vector<kazoo::AuthData> credentials(const Settings& settings) {
    if (settings.auth_file) {
        return read_credentials(*settings.auth_file);
    }
    const char* const lines = std::getenv("KAZOO_AUTH");
    return lines != nullptr ? parse_credentials(lines, "KAZOO_AUTH")
                            : std::vector<kazoo::AuthData>();
}

kazoo::Logger logger(const Settings& settings) {
    if (settings.quiet) {
        return kazoo::Logger::none();
    }
    return kazoo::Logger().with_level(
        settings.verbose ? kazoo::LogLevel::info : kazoo::LogLevel::error
    );
}

}  // namespace

bool wants_tls(const Settings& settings) {
    return settings.tls || settings.tls_ca || settings.tls_certificate || settings.tls_verify ||
           settings.tls_server_name;
}

kazoo::ClientOptions client_options(
    const Settings& settings, const std::optional<std::string>& hosts
) {
    ClientOptions options;
    options.hosts(hosts ? *hosts : settings.servers.value_or("127.0.0.1:2181"))
        .timeout(parse_time(settings.session_timeout.value_or("10s")))
        .call_timeout(parse_time(settings.timeout.value_or("30s")))
        .close_timeout(std::chrono::seconds(3))
        .read_only(settings.read_only)
        .auth_data(credentials(settings))
        .logger(logger(settings));
    if (wants_tls(settings)) {
        options.tls(tls_options(settings));
    }
    if (settings.sasl_mechanism || settings.sasl_user) {
        use_sasl(settings, options);
    }
    return options;
}

std::vector<kazoo::AuthData> parse_credentials(const std::string& lines, const std::string& name) {
    std::vector<kazoo::AuthData> found;
    std::istringstream in(lines);
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        if (!line.empty() && line.back() == '\r') {
            line.pop_back();
        }
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos || colon == 0) {
            throw UsageError(
                name + ":" + std::to_string(number) +
                ": the line must be scheme:credential, such as digest:user:password"
            );
        }
        found.emplace_back(line.substr(0, colon), line.substr(colon + 1));
    }
    return found;
}

std::vector<kazoo::AuthData> read_credentials(const std::string& file) {
    return parse_credentials(read_file(file, 1 << 20), file);
}

}  // namespace tool
