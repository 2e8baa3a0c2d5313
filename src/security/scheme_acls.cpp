// SPDX-License-Identifier: Apache-2.0
// Entries of ACLs for each scheme. Those whose ids a client can check are checked, because a server
// only says "invalid ACL", or accepts what matches nobody.
#include "security/ip_range.hpp"
#include "security/principal_names.hpp"
#include "security/subject_name.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/security.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <limits>
#include <memory>
#include <new>
#include <string>

namespace kazoo {
namespace {

[[noreturn]] void refuse(const char* function, std::string why) {
    throw_error(Error(Errc::bad_arguments, Outcome::not_sent, function, {}, std::move(why)));
}

std::string quoted(std::string_view id) {
    return "'" + std::string(id) + "'";
}

/// Keeps OpenSSL from asking for a password on the terminal.
int no_password(char*, int, int, void*) {
    return -1;
}

}  // namespace

Acl make_world_acl(std::int32_t perms) {
    return Acl(perms, anyone_id_unsafe());
}

Acl make_auth_acl(std::int32_t perms) {
    return Acl(perms, auth_ids());
}

Acl make_ip_acl(std::string_view range, std::int32_t perms) {
    if (!base::is_ip_range(range)) {
        refuse(
            "make_ip_acl",
            quoted(range) + " is not an IP address or a range such as 10.0.0.0/8 or 2001:db8::/32"
        );
    }
    return make_acl("ip", std::string(range), perms);
}

Acl make_sasl_acl(std::string_view identity, std::int32_t perms) {
    if (identity.empty() || !base::is_kerberos_name(identity)) {
        refuse(
            "make_sasl_acl",
            quoted(identity) + " is not a user name or a principal such as service/host@REALM"
        );
    }
    return make_acl("sasl", std::string(identity), perms);
}

Acl make_x509_acl(std::string_view subject, std::int32_t perms) {
    if (!base::is_subject_name(subject)) {
        refuse(
            "make_x509_acl",
            quoted(subject) +
                " is not a subject as ZooKeeper writes it, such as CN=app,OU=dev,O=x; "
                "make_x509_acl_credential reads it from a certificate"
        );
    }
    return make_acl("x509", std::string(subject), perms);
}

std::string make_x509_acl_credential(std::string_view pem) {
    constexpr std::size_t most = std::numeric_limits<int>::max();
    if (pem.size() > most) {
        refuse("make_x509_acl_credential", "the text is longer than 2 GiB");
    }
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
        BIO_new_mem_buf(pem.data() != nullptr ? pem.data() : "", static_cast<int>(pem.size())),
        BIO_free_all
    );
    if (!bio) {
        throw std::bad_alloc();
    }
    // A failure must not stay in the thread's error queue, where TLS would find it.
    ERR_set_mark();
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509_AUX(bio.get(), nullptr, no_password, nullptr), X509_free
    );
    ERR_pop_to_mark();
    if (!certificate) {
        refuse("make_x509_acl_credential", "the text contains no certificate in PEM format");
    }
    return base::subject_name(*certificate);
}

}  // namespace kazoo
