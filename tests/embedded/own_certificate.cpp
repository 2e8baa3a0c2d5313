// SPDX-License-Identifier: Apache-2.0
#include "own_certificate.hpp"

#include "support/files.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

namespace kazoo::testing_support {
namespace {

template <auto release>
struct Release {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using File = std::unique_ptr<std::FILE, Release<std::fclose>>;

void require(bool success, const char* what) {
    if (!success) throw std::runtime_error(what);
}

Certificate sign(EVP_PKEY* key) {
    Certificate certificate(X509_new());
    X509* x = certificate.get();
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, key);
    auto* name = X509_get_subject_name(x);
    const auto* text = reinterpret_cast<const unsigned char*>("127.0.0.1");
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(x, name);
    require(X509_sign(x, key, EVP_sha256()) != 0, "cannot sign");
    return certificate;
}

}  // namespace

OwnCertificate::OwnCertificate() : directory_(make_directory()) {
    const Key own(EVP_EC_gen("P-256"));
    const auto signed_one = sign(own.get());
    const File certificate_file(std::fopen(certificate().c_str(), "w"));
    const File key_file(std::fopen(key().c_str(), "w"));
    require(PEM_write_X509(certificate_file.get(), signed_one.get()) == 1, "certificate");
    auto* none = static_cast<unsigned char*>(nullptr);
    require(
        PEM_write_PrivateKey(key_file.get(), own.get(), nullptr, none, 0, nullptr, nullptr) == 1,
        "key"
    );
}

OwnCertificate::~OwnCertificate() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

}  // namespace kazoo::testing_support
