// SPDX-License-Identifier: Apache-2.0
#include "support/certificates.hpp"

#include "support/files.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace kazoo::testing_support {
namespace {

template <auto release>
struct Release {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};
using Memory = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;
using RevocationList = std::unique_ptr<X509_CRL, Release<X509_CRL_free>>;
using Store = std::unique_ptr<PKCS12, Release<PKCS12_free>>;
using Time = std::unique_ptr<ASN1_TIME, Release<ASN1_TIME_free>>;

void require(bool success, const char* what) {
    if (!success) throw std::runtime_error(std::string("cannot make a certificate: ") + what);
}

std::shared_ptr<EVP_PKEY> new_key() {
    std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    require(key != nullptr, "key");
    return key;
}

std::string contents_of(const Memory& memory) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(memory.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

/// Returns what `write` writes.
template <class Write>
std::string written(Write write) {
    const Memory memory(BIO_new(BIO_s_mem()));
    require(write(memory.get()) == 1, "text");
    return contents_of(memory);
}

std::string pem_of(X509* certificate) {
    return written([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

std::string write_file(const std::filesystem::path& path, const std::string& contents) {
    std::ofstream out(path, std::ios::binary);
    out << contents;
    out.close();
    require(!out.fail(), "file");
    return path;
}

void set_name(X509_NAME* name, const std::string& common_name) {
    const auto add = [&](const char* field, const std::string& value) {
        const auto* text = reinterpret_cast<const unsigned char*>(value.c_str());
        require(
            X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, text, -1, -1, 0) == 1, "name"
        );
    };
    add("O", "kazoo");
    add("CN", common_name);
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    require(extension != nullptr, value.c_str());
    require(X509_add_ext(certificate, extension.get(), -1) == 1, value.c_str());
}

void set_time(ASN1_TIME* time, const std::string& text, long seconds_from_now) {
    if (text.empty()) {
        require(X509_gmtime_adj(time, seconds_from_now) != nullptr, "time");
    } else {
        require(ASN1_TIME_set_string_X509(time, text.c_str()) == 1, "time");
    }
}

/// Makes a certificate without signature. It is the issuer's own if `issuer` is null.
std::shared_ptr<X509> unsigned_certificate(
    const CertificateRequest& request, EVP_PKEY* key, X509* issuer
) {
    std::shared_ptr<X509> made(X509_new(), X509_free);
    auto* x = made.get();
    require(X509_set_version(x, X509_VERSION_3) == 1, "version");
    std::uint32_t serial = 0;
    require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) == 1, "serial");
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), std::uint64_t{serial} + 1);
    set_time(X509_getm_notBefore(x), request.not_before, -60 * 60);
    set_time(X509_getm_notAfter(x), request.not_after, 24 * 60 * 60);
    require(X509_set_pubkey(x, key) == 1, "public key");
    set_name(X509_get_subject_name(x), request.common_name);
    auto* signer = issuer == nullptr ? x : issuer;
    require(X509_set_issuer_name(x, X509_get_subject_name(signer)) == 1, "issuer");
    const bool authority = issuer == nullptr;
    add_extension(x, signer, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
    add_extension(x, signer, NID_subject_key_identifier, "hash");
    add_extension(x, signer, NID_authority_key_identifier, "keyid");
    add_extension(
        x,
        signer,
        NID_key_usage,
        authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature"
    );
    if (!authority) add_extension(x, signer, NID_ext_key_usage, "serverAuth,clientAuth");
    if (!request.alternative_names.empty()) {
        add_extension(x, signer, NID_subject_alt_name, request.alternative_names);
    }
    return made;
}

std::string store_contents(const Store& store, const char* what) {
    require(store != nullptr, what);
    return written([&](BIO* out) { return i2d_PKCS12_bio(out, store.get()); });
}

/// Java ignores a certificate in a store unless it has the attribute trustedKeyUsage of Oracle's.
std::string trust_store_contents(X509* certificate, const std::string& password) {
    STACK_OF(PKCS12_SAFEBAG)* bags = nullptr;
    STACK_OF(PKCS7)* safes = nullptr;
    auto* bag = PKCS12_add_cert(&bags, certificate);
    require(bag != nullptr, "bag");
    const auto* any_usage =
        reinterpret_cast<const unsigned char*>(OBJ_nid2obj(NID_anyExtendedKeyUsage));
    const bool trusted = PKCS12_add1_attr_by_txt(
                             bag, "2.16.840.1.113894.746875.1.1", V_ASN1_OBJECT, any_usage, -1
                         ) == 1 &&
                         PKCS12_add_friendlyname_utf8(bag, "authority", -1) == 1 &&
                         PKCS12_add_safe(&safes, bags, NID_aes_256_cbc, 0, password.c_str()) == 1;
    const Store store(trusted ? PKCS12_add_safes(safes, 0) : nullptr);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    sk_PKCS7_pop_free(safes, PKCS7_free);
    require(store != nullptr, "trust store");
    require(
        PKCS12_set_mac(store.get(), password.c_str(), -1, nullptr, 0, 0, EVP_sha256()) == 1, "MAC"
    );
    return store_contents(store, "trust store");
}

CertificateRequest server_request(const std::string& names) {
    CertificateRequest request("server");
    request.alternative_names = names;
    return request;
}

constexpr const char* local_names = "DNS:localhost,IP:127.0.0.1,IP:::1";

}  // namespace

Identity::Identity(
    const std::filesystem::path& directory,
    std::string name,
    std::shared_ptr<X509> certificate,
    std::shared_ptr<EVP_PKEY> key,
    std::shared_ptr<X509> issuer
)
    : directory_(directory),
      name_(std::move(name)),
      certificate_(std::move(certificate)),
      key_(std::move(key)),
      issuer_(std::move(issuer)) {}

std::string Identity::certificate_pem() const {
    return pem_of(certificate_.get());
}

std::string Identity::key_pem() const {
    return written([&](BIO* out) {
        return PEM_write_bio_PrivateKey(out, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

std::string Identity::encrypted_key_pem(const std::string& password) const {
    return written([&](BIO* out) {
        const auto* bytes = reinterpret_cast<const unsigned char*>(password.data());
        const auto size = static_cast<int>(password.size());
        return PEM_write_bio_PrivateKey(
            out, key_.get(), EVP_aes_256_cbc(), bytes, size, nullptr, nullptr
        );
    });
}

std::string Identity::file(const std::string& ending, const std::string& contents) const {
    return write_file(directory_ / (name_ + ending), contents);
}

std::string Identity::certificate_file() const {
    return file(".pem", certificate_pem());
}

std::string Identity::key_file() const {
    return file(".key", key_pem());
}

std::string Identity::encrypted_key_file(const std::string& password) const {
    return file(".encrypted.key", encrypted_key_pem(password));
}

std::string Identity::combined_file() const {
    return file(".both.pem", key_pem() + certificate_pem());
}

std::string Identity::key_store(const std::string& password) const {
    auto* issuers = sk_X509_new_null();
    if (issuer_) sk_X509_push(issuers, issuer_.get());
    const Store store(PKCS12_create(
        password.c_str(), name_.c_str(), key_.get(), certificate_.get(), issuers, 0, 0, 0, 0, 0
    ));
    sk_X509_free(issuers);
    return file(".p12", store_contents(store, "key store"));
}

std::string Identity::subject() const {
    return written([&](BIO* out) {
        const auto* name = X509_get_subject_name(certificate_.get());
        return X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253) >= 0 ? 1 : 0;
    });
}

Authority::Authority(std::filesystem::path directory, const std::string& name)
    : directory_(std::move(directory)), name_(name), key_(new_key()) {
    certificate_ = unsigned_certificate(CertificateRequest(name), key_.get(), nullptr);
    require(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) != 0, "signature");
    own_ = std::make_shared<Identity>(directory_, name, certificate_, key_, nullptr);
}

Identity Authority::issue(const CertificateRequest& request, const std::string& file_name) const {
    auto key = new_key();
    auto issued = unsigned_certificate(request, key.get(), certificate_.get());
    require(X509_sign(issued.get(), key_.get(), EVP_sha256()) != 0, "signature");
    return Identity(
        directory_,
        file_name.empty() ? request.common_name : file_name,
        std::move(issued),
        std::move(key),
        certificate_
    );
}

std::string Authority::hashed_directory() const {
    const auto directory = directory_ / (name_ + ".hashed");
    std::filesystem::create_directories(directory);
    char name[16];
    std::snprintf(name, sizeof(name), "%08lx.0", X509_subject_name_hash(certificate_.get()));
    write_file(directory / name, pem());
    return directory;
}

std::string Authority::trust_store(const std::string& password) const {
    const auto contents = trust_store_contents(certificate_.get(), password);
    return write_file(directory_ / (name_ + ".trust.p12"), contents);
}

std::string Authority::revocation_list(const std::vector<Identity>& revoked) const {
    const RevocationList list(X509_CRL_new());
    const Time now(X509_gmtime_adj(nullptr, -60));
    const Time next(X509_gmtime_adj(nullptr, 24 * 60 * 60));
    require(X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) == 1, "version of the list");
    X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate_.get()));
    X509_CRL_set1_lastUpdate(list.get(), now.get());
    X509_CRL_set1_nextUpdate(list.get(), next.get());
    for (const auto& one : revoked) {
        auto* entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(one.certificate()));
        X509_REVOKED_set_revocationDate(entry, now.get());
        require(X509_CRL_add0_revoked(list.get(), entry) == 1, "entry of the list");
    }
    require(X509_CRL_sign(list.get(), key_.get(), EVP_sha256()) != 0, "signature of the list");
    const auto text = written([&](BIO* out) { return PEM_write_bio_X509_CRL(out, list.get()); });
    return write_file(directory_ / (name_ + ".crl.pem"), text);
}

Certificates::Certificates()
    : directory_(make_directory()),
      authority_(directory_, "authority"),
      foreign_(directory_, "foreign-authority") {}

Certificates::~Certificates() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

Identity Certificates::server() const {
    return authority_.issue(server_request(local_names), "server-" + std::to_string(++servers_));
}

Identity Certificates::server_of_another_name() const {
    return authority_.issue(server_request("DNS:other.example"), "other-server");
}

Identity Certificates::expired_server() const {
    auto request = server_request(local_names);
    request.not_before = "20200101000000Z";
    request.not_after = "20210101000000Z";
    return authority_.issue(request, "expired-server");
}

Identity Certificates::server_not_yet_valid() const {
    auto request = server_request(local_names);
    request.not_before = "21000101000000Z";
    request.not_after = "21010101000000Z";
    return authority_.issue(request, "early-server");
}

Identity Certificates::foreign_server() const {
    return foreign_.issue(server_request(local_names), "foreign-server");
}

Identity Certificates::client() const {
    return authority_.issue(CertificateRequest("client"));
}

Identity Certificates::foreign_client() const {
    return foreign_.issue(CertificateRequest("foreign-client"));
}

}  // namespace kazoo::testing_support
