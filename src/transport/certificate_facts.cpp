// SPDX-License-Identifier: Apache-2.0
#include "transport/tls_failure.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/asn1.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <string_view>

namespace kazoo::transport {
namespace {

using Names = std::unique_ptr<GENERAL_NAMES, FreedBy<GENERAL_NAMES_free>>;

std::string text_of(const X509_NAME* name) {
    const Bio bio(need_openssl(BIO_new(BIO_s_mem())));
    X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &bytes);
    return {bytes, static_cast<std::size_t>(std::max(size, 0L))};
}

std::string text_of(const ASN1_TIME* time) {
    constexpr std::size_t longest = 64;
    std::tm parts{};
    std::array<char, longest> text{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) {
        return "an invalid time";
    }
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

std::string_view bytes_of(const ASN1_STRING* string) {
    return {
        reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
        static_cast<std::size_t>(ASN1_STRING_length(string))};
}

/// Returns the text of an IPv4 or IPv6 address, given as its bytes.
std::string address_text(std::string_view bytes) {
    namespace ip = boost::asio::ip;
    ip::address_v4::bytes_type v4{};
    ip::address_v6::bytes_type v6{};
    if (bytes.size() == v4.size()) {
        std::copy(bytes.begin(), bytes.end(), v4.begin());
        return ip::address_v4(v4).to_string();
    }
    if (bytes.size() == v6.size()) {
        std::copy(bytes.begin(), bytes.end(), v6.begin());
        return ip::address_v6(v6).to_string();
    }
    return "an invalid address";
}

/// Adds the common names of the subject, which count if a certificate has no other host names.
void add_common_names(const X509& certificate, std::vector<std::string>& names) {
    auto* const subject = X509_get_subject_name(&certificate);
    for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) {
        names.emplace_back(bytes_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
    }
}

std::vector<std::string> names_of(const X509& certificate) {
    std::vector<std::string> names;
    const Names alternatives(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)
    ));
    bool host_names = false;
    for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
        const auto* const name = sk_GENERAL_NAME_value(alternatives.get(), i);
        if (name->type == GEN_DNS) {
            host_names = true;
            names.emplace_back(bytes_of(name->d.dNSName));
        } else if (name->type == GEN_IPADD) {
            names.push_back(address_text(bytes_of(name->d.iPAddress)));
        }
    }
    if (!host_names) {
        add_common_names(certificate, names);
    }
    return names;
}

}  // namespace

CertificateFacts facts_of(const X509& certificate) {
    CertificateFacts facts;
    facts.subject = text_of(X509_get_subject_name(&certificate));
    facts.issuer = text_of(X509_get_issuer_name(&certificate));
    facts.names = names_of(certificate);
    facts.not_before = text_of(X509_get0_notBefore(&certificate));
    facts.not_after = text_of(X509_get0_notAfter(&certificate));
    return facts;
}

}  // namespace kazoo::transport
