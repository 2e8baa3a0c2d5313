// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace kazoo::server {

using ListenerTls = boost::asio::ssl::context;

/// Makes a TLS context from PEM files: a certificate followed by its chain, and its private key
/// without a password. Accepts TLS 1.2 and later; asks for no client certificates. Throws
/// boost::system::system_error if a file cannot be used; what() names it.
[[nodiscard]] std::shared_ptr<ListenerTls> make_listener_tls(
    const std::string& certificate_file, const std::string& key_file
);

}  // namespace kazoo::server
