// SPDX-License-Identifier: Apache-2.0
#include "sasl/cyrus_mechanism.hpp"
#include "sasl/library.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/sasl.hpp>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace kazoo {
namespace {

[[noreturn]] void refuse(std::string what) {
    throw_error(
        Error(ClientErrc::configuration, Outcome::not_sent, "cyrus_sasl", {}, std::move(what))
    );
}

void use_keytab(const std::string& keytab) {
    constexpr const char* variable = "KRB5_CLIENT_KTNAME";
    const char* const present = std::getenv(variable);
    if (present != nullptr && keytab != present) {
        refuse(std::string("keytab: the environment has another ") + variable);
    }
    if (::setenv(variable, keytab.c_str(), 1) != 0) {
        refuse("keytab: " + std::generic_category().message(errno));
    }
}

void check(const SaslOptions& options) {
    const auto& mechanism = options.mechanism();
    if (mechanism.empty()) {
        refuse("mechanism must be set, to \"DIGEST-MD5\" or \"GSSAPI\", for instance");
    }
    if (options.service().empty()) {
        refuse("service must not be empty");
    }
    const bool by_name = mechanism == "DIGEST-MD5" || sasl::sends_the_password(mechanism);
    if (by_name && options.username().empty()) {
        refuse(mechanism + " needs a username");
    }
    if (const int failed = sasl::initialise(); failed != SASL_OK) {
        refuse(std::string("libsasl2: ") + sasl_errstring(failed, nullptr, nullptr));
    }
    if (!sasl::is_installed(mechanism)) {
        refuse(
            "Cyrus SASL has no module for " + mechanism +
            " (Debian: libsasl2-modules, libsasl2-modules-gssapi-mit)"
        );
    }
}

}  // namespace

SaslMechanismFactory cyrus_sasl(SaslOptions options) {
    check(options);
    if (!options.keytab().empty()) {
        use_keytab(options.keytab());
    }
    return [options = std::move(options)](const SaslServer& server) {
        return std::unique_ptr<SaslMechanism>(
            std::make_unique<sasl::CyrusMechanism>(options, server)
        );
    };
}

}  // namespace kazoo
