#pragma once

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace kazoo::server {

using ListenerTls = boost::asio::ssl::context;

/// From files in PEM form: a certificate (and those it was signed by, behind it) and its private
/// key. TLS 1.2 and later. Throws boost::system::system_error, whose text names the file.
[[nodiscard]] std::shared_ptr<ListenerTls> make_listener_tls(
    const std::string& certificate_file, const std::string& key_file
);

}  // namespace kazoo::server
