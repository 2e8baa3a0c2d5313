// SPDX-License-Identifier: Apache-2.0
#include "testing/security_options.hpp"

#include "testing/server_thread_options.hpp"

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <string_view>

namespace kazoo::testing {
namespace {

server::ClientCertificates to_core(ClientAuth auth) {
    switch (auth) {
        case ClientAuth::none:
            return server::ClientCertificates::none;
        case ClientAuth::want:
            return server::ClientCertificates::want;
        case ClientAuth::need:
            return server::ClientCertificates::need;
    }
    return server::ClientCertificates::need;
}

bool is_user_name(std::string_view name) {
    return !name.empty() && std::none_of(name.begin(), name.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f || c == ':' || c == '/' || c == '@';
    });
}

bool is_password(std::string_view password) {
    return !password.empty() && password.find('\0') == std::string_view::npos;
}

}  // namespace

std::shared_ptr<server::ListenerTls> tls_of(const ServerOptions& options) {
    if (options.tls_certificate().empty() != options.tls_key().empty()) {
        throw_configuration_error("TLS requires both tls_certificate and tls_key");
    }
    if (!options.tls_client_ca().empty() && options.tls_certificate().empty()) {
        throw_configuration_error("tls_client_ca requires tls_certificate and tls_key");
    }
    if (!options.tls_client_crl().empty() && options.tls_client_ca().empty()) {
        throw_configuration_error("tls_client_crl requires tls_client_ca");
    }
    if (options.tls_certificate().empty()) {
        return nullptr;
    }
    try {
        server::ListenerTlsOptions tls;
        tls.certificate = options.tls_certificate();
        tls.key = options.tls_key();
        tls.key_password = options.tls_key_password();
        tls.client_ca = options.tls_client_ca();
        tls.client_crl = options.tls_client_crl();
        tls.client_certificates = to_core(options.tls_client_auth());
        tls.logger = options.logger();
        return std::make_shared<server::ListenerTls>(std::move(tls));
    } catch (const boost::system::system_error& error) {
        throw_configuration_error(error.what());
    }
}

std::shared_ptr<const server::SaslUsers> sasl_users_of(const ServerOptions& options) {
    if (options.sasl_users().empty()) {
        if (options.require_sasl() || !options.sasl_super_user().empty()) {
            throw_configuration_error("require_sasl and sasl_super_user require sasl_users");
        }
        return nullptr;
    }
    if (options.release() == Release::clickhouse_keeper) {
        throw_configuration_error("ClickHouse Keeper has no SASL, so sasl_users must be empty");
    }
    auto users = std::make_shared<server::SaslUsers>();
    for (const SaslUser& user : options.sasl_users()) {
        if (!is_user_name(user.name)) {
            throw_configuration_error(
                "the SASL user '" + user.name +
                "' has a name that is empty or contains ':', '/', '@' or a control character"
            );
        }
        if (!is_password(user.password)) {
            throw_configuration_error(
                "the password of the SASL user '" + user.name + "' is empty or contains NUL"
            );
        }
        if (users->find(user.name) != nullptr) {
            throw_configuration_error("the SASL user '" + user.name + "' is given twice");
        }
        if (!users->add(user.name, user.password)) {
            throw_configuration_error(
                "OpenSSL provides no MD5, perhaps because of its FIPS mode, so DIGEST-MD5 is not "
                "available and sasl_users must be empty"
            );
        }
    }
    const bool has_super_user =
        options.sasl_super_user().empty() || users->find(options.sasl_super_user()) != nullptr;
    if (!has_super_user) {
        throw_configuration_error(
            "sasl_super_user '" + options.sasl_super_user() + "' is not one of sasl_users"
        );
    }
    return users;
}

}  // namespace kazoo::testing
