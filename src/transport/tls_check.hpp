// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/tls_options.hpp>

#include <string>

namespace kazoo::transport {

/// Returns what is wrong with the options as far as it can be known without reading files and
/// calling functions of the user: contradictions, empty and malformed values, ciphers that OpenSSL
/// does not know. Returns an empty string if nothing is. The text quotes no secrets. Throws
/// std::bad_alloc.
[[nodiscard]] std::string find_tls_problem(const TlsOptions& options);

}  // namespace kazoo::transport
