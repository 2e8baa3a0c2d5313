// SPDX-License-Identifier: Apache-2.0
#include "sasl_kit.hpp"

#include "support/kdc.hpp"

namespace kazoo::security_tests {
namespace {

/// Returns why these options cannot be used; empty if they can.
std::string lacking_module(const SaslOptions& options) {
    try {
        static_cast<void>(cyrus_sasl(options));
    } catch (const ConfigurationError& error) {
        return error.what();
    }
    return {};
}

std::string first_of(const std::vector<std::string>& reasons) {
    for (const auto& reason : reasons) {
        if (!reason.empty()) return reason;
    }
    return {};
}

}  // namespace

std::string lacking_digest_md5() {
    return first_of({SecureApache::lacking(), lacking_module(digest_md5("a", "b"))});
}

std::string lacking_kerberos() {
    return first_of({SecureApache::lacking(), Kdc::lacking(), lacking_module(gssapi())});
}

}  // namespace kazoo::security_tests
