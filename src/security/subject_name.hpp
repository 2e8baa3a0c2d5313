// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

struct x509_st;  // OpenSSL's X509

namespace kazoo::base {

/// Returns the subject of a certificate in the form of RFC 2253 that Java's
/// X500Principal.getName() prints, such as "CN=a,OU=b": ZooKeeper's identity of a client with this
/// certificate. Empty if the subject is.
[[nodiscard]] std::string subject_name(const x509_st& certificate);

/// Returns whether `text` has the form in which subject_name() prints subjects; not the empty one.
/// Servers compare subjects as texts, so that another form matches no client.
[[nodiscard]] bool is_subject_name(std::string_view text) noexcept;

}  // namespace kazoo::base
