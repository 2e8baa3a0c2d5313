// SPDX-License-Identifier: Apache-2.0
#include "server/listener/listener_tls.hpp"

#include <boost/system/system_error.hpp>

namespace kazoo::server {
namespace {

void require(const boost::system::error_code& error, const std::string& file) {
    if (error) {
        throw boost::system::system_error(error, file);
    }
}

}  // namespace

std::shared_ptr<ListenerTls> make_listener_tls(
    const std::string& certificate_file, const std::string& key_file
) {
    auto context = std::make_shared<ListenerTls>(ListenerTls::tls_server);
    context->set_options(
        ListenerTls::default_workarounds | ListenerTls::no_tlsv1 | ListenerTls::no_tlsv1_1
    );
    boost::system::error_code error;
    context->use_certificate_chain_file(certificate_file, error);
    require(error, certificate_file);
    context->use_private_key_file(key_file, ListenerTls::pem, error);
    require(error, key_file);
    return context;
}

}  // namespace kazoo::server
