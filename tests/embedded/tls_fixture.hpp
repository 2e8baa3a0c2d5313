// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "embedded_fixture.hpp"
#include "support/certificates.hpp"

#include <string>

namespace kazoo::embedded_tests {

using testing_support::Certificates;
using testing_support::Identity;

/// Options for a server that has this certificate.
inline ServerOptions served_by(const Identity& identity) {
    return ServerOptions()
        .tls_certificate(identity.certificate_file())
        .tls_key(identity.key_file());
}

/// The password of encrypted keys. From its first use on no log and no error may contain it.
inline std::string password_of_key() {
    const std::string password = "secret of the key";
    testing_support::note_secret(password);
    return password;
}

/// Options for a client that trusts this authority only.
inline TlsOptions trusting(const testing_support::Authority& authority) {
    return TlsOptions().ca_file(authority.file());
}

}  // namespace kazoo::embedded_tests
