// SPDX-License-Identifier: Apache-2.0
#include "support/secure_apache.hpp"

#include "support/files.hpp"

#include <cstdlib>
#include <string_view>

namespace kazoo::testing_support {
namespace {

constexpr auto key_store_name = "server.pem";
constexpr auto login_name = "jaas.conf";

/// A quoted string of a JAAS configuration.
std::string jaas_string(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + '"';
}

}  // namespace

ApacheSecurity::ApacheSecurity(SecureApacheOptions options) : options_(std::move(options)) {
    write_key_store();
    write_login_configuration();
}

void ApacheSecurity::write_key_store() {
    if (options_.certificate.empty()) return;
    directory_.write(key_store_name, read_file(options_.certificate) + read_file(options_.key));
}

void ApacheSecurity::write_login_configuration() {
    std::string module;
    if (!options_.keytab.empty()) {
        module =
            "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true"
            " storeKey=true useTicketCache=false keyTab=" +
            jaas_string(options_.keytab.string()) + " principal=" + jaas_string(options_.principal);
    } else if (!options_.digest_users.empty()) {
        module = "org.apache.zookeeper.server.auth.DigestLoginModule required";
        for (const auto& [name, password] : options_.digest_users) {
            module += " user_" + name + "=" + jaas_string(password);
        }
    } else {
        return;
    }
    directory_.write(login_name, "Server { " + module + "; };\n");
}

ApacheOptions ApacheSecurity::apache_options() const {
    ApacheOptions result;
    if (!options_.certificate.empty()) add_tls(result);
    if (!options_.keytab.empty() || !options_.digest_users.empty()) add_sasl(result);
    const auto append = [](auto& to, const auto& from) {
        to.insert(to.end(), from.begin(), from.end());
    };
    append(result.config_lines, options_.config_lines);
    append(result.system_properties, options_.system_properties);
    return result;
}

void ApacheSecurity::add_tls(ApacheOptions& to) const {
    auto& lines = to.config_lines;
    to.with_secure_port = true;
    lines.emplace_back("serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory");
    lines.push_back("ssl.keyStore.location=" + (directory_ / key_store_name).string());
    lines.emplace_back("ssl.keyStore.type=PEM");
    if (options_.client_ca.empty()) {
        lines.emplace_back("ssl.clientAuth=none");
    } else {
        lines.push_back("ssl.clientAuth=" + options_.client_auth);
        lines.push_back("ssl.trustStore.location=" + options_.client_ca.string());
        lines.emplace_back("ssl.trustStore.type=PEM");
    }
    if (options_.check_revocation) lines.emplace_back("ssl.crl=true");
    if (options_.tls_1_3) {
        lines.emplace_back("ssl.protocol=TLSv1.3");
        lines.emplace_back("ssl.enabledProtocols=TLSv1.3");
        // Apache's default has none of TLS 1.3.
        lines.emplace_back("ssl.ciphersuites=TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384");
    }
}

void ApacheSecurity::add_sasl(ApacheOptions& to) const {
    auto& lines = to.config_lines;
    auto& properties = to.system_properties;
    lines.emplace_back("authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider"
    );
    if (options_.require_sasl) lines.emplace_back("sessionRequireClientSASLAuth=true");
    properties.push_back("java.security.auth.login.config=" + (directory_ / login_name).string());
    if (!options_.kerberos_configuration.empty()) {
        properties.push_back("java.security.krb5.conf=" + options_.kerberos_configuration.string());
    }
}

std::string SecureApache::lacking() {
    if (std::getenv("KAZOO_ZOOKEEPER_CLASSPATH") != nullptr) return {};
    for (const auto* path :
         {"/usr/bin/java", "/usr/share/java/zookeeper.jar", "/usr/share/java/netty-codec.jar"}) {
        if (!std::filesystem::exists(path)) {
            return std::string(path) +
                   " is missing; install the packages zookeeper and "
                   "default-jre-headless";
        }
    }
    return {};
}

SecureApache::SecureApache(SecureApacheOptions options)
    : ApacheSecurity(std::move(options)), ApacheServer(apache_options()) {}

void SecureApache::use_certificate(std::filesystem::path certificate, std::filesystem::path key) {
    ApacheSecurity::options_.certificate = std::move(certificate);
    ApacheSecurity::options_.key = std::move(key);
    write_key_store();
}

std::string SecureApache::plain_hosts(const std::string& host) const {
    return host + ":" + std::to_string(port());
}

std::string SecureApache::secure_hosts(const std::string& host) const {
    return host + ":" + std::to_string(secure_port());
}

}  // namespace kazoo::testing_support
