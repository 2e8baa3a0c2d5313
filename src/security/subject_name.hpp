// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

struct x509_st;  // OpenSSL's X509

namespace kazoo::base {

/// Returns the subject of a certificate in the form of RFC 2253 that Java's
/// X500Principal.getName() prints, such as "CN=a,OU=b": ZooKeeper's identity of a client with this
/// certificate. Empty if the subject is.
[[nodiscard]] std::string subject_name(const x509_st& certificate);

}  // namespace kazoo::base
