// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/openssl.hpp"
#include "transport/tls_files.hpp"

#include <kazoo/tls_options.hpp>

namespace kazoo::transport {

/// Makes OpenSSL's context for one connection. Reads the files and calls the user's functions, so
/// that renewed files are used by the next connection: contexts are not kept. Certificates are
/// small, and connecting is rare. Must not be called with a mutex held. Throws TlsSettingError, and
/// std::bad_alloc.
[[nodiscard]] SslContext make_tls_context(const TlsOptions& options);

}  // namespace kazoo::transport
