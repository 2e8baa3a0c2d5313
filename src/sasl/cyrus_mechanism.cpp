// SPDX-License-Identifier: Apache-2.0
#include "sasl/cyrus_mechanism.hpp"

#include "sasl/library.hpp"
#include "sasl/overwrite.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace kazoo::sasl {
namespace {

constexpr std::string_view digest_md5 = "DIGEST-MD5";
constexpr std::string_view gssapi = "GSSAPI";

/// The name that ZooKeeper's servers have for DIGEST-MD5, whatever their hosts are.
constexpr const char* digest_server = "zk-sasl-md5";

/// Returns a sasl_secret_t, whose characters follow its length.
std::vector<std::byte> secret_of(std::string password) {
    constexpr std::size_t head = offsetof(sasl_secret_t, data);
    std::vector<std::byte> secret(std::max(sizeof(sasl_secret_t), head + password.size() + 1));
    const unsigned long length = password.size();
    std::memcpy(secret.data(), &length, sizeof length);
    std::memcpy(secret.data() + head, password.data(), password.size());
    overwrite(password);
    return secret;
}

int write_no_log(void*, int, const char*) noexcept {
    return SASL_OK;
}

std::string server_name_of(const SaslOptions& options, const SaslServer& server) {
    if (!options.server_name().empty()) {
        return options.server_name();
    }
    return options.mechanism() == digest_md5 ? digest_server : server.host;
}

}  // namespace

bool sends_the_password(std::string_view mechanism) noexcept {
    return mechanism == "PLAIN" || mechanism == "LOGIN";
}

CyrusMechanism::CyrusMechanism(const SaslOptions& options, const SaslServer& server)
    : mechanism_(options.mechanism()),
      username_(options.username()),
      service_(options.service()),
      server_name_(server_name_of(options, server)),
      principal_(options.principal()),
      encrypted_(server.encrypted),
      secret_(secret_of(options.current_password())) {
    callbacks_ = {{
        {SASL_CB_USER, callback(&give_name), this},
        {SASL_CB_AUTHNAME, callback(&give_name), this},
        {SASL_CB_PASS, callback(&give_password), this},
        {SASL_CB_GETREALM, callback(&choose_realm), this},
        {SASL_CB_LOG, callback(&write_no_log), nullptr},
        {SASL_CB_LIST_END, nullptr, nullptr},
    }};
}

CyrusMechanism::~CyrusMechanism() {
    connection_.reset();
    overwrite(secret_.data(), secret_.size());
}

bool CyrusMechanism::may_block() const noexcept {
    return mechanism_ == gssapi || mechanism_.starts_with("GS2-");
}

int CyrusMechanism::connect() {
    sasl_conn_t* made = nullptr;
    const int result = sasl_client_new(
        service_.c_str(), server_name_.c_str(), nullptr, nullptr, callbacks_.data(), 0, &made
    );
    connection_.reset(made);
    if (result != SASL_OK) {
        return result;
    }
    // No security layer: ZooKeeper has none, and TLS protects the connection better.
    sasl_security_properties_t properties{};
    properties.security_flags =
        SASL_SEC_NOANONYMOUS | (encrypted_ ? 0U : static_cast<unsigned>(SASL_SEC_NOPLAINTEXT));
    return sasl_setprop(connection_.get(), SASL_SEC_PROPS, &properties);
}

std::string CyrusMechanism::why(int result) const {
    if (result == SASL_NOMEM) {
        throw std::bad_alloc();
    }
    const char* const text =
        connection_ ? sasl_errdetail(connection_.get()) : sasl_errstring(result, nullptr, nullptr);
    return text != nullptr ? text : "libsasl2 gives no reason";
}

/// Kerberos needs a ticket and a server for its tokens; both may come later. A ticket that has just
/// expired still begins an exchange, whose last step then fails.
SaslStep CyrusMechanism::failure(int result) const {
    return may_block() ? SaslStep::not_ready(why(result)) : SaslStep::failed(why(result));
}

SaslStep CyrusMechanism::start() {
    if (sends_the_password(mechanism_) && !encrypted_) {
        return SaslStep::failed("it sends the password readably, and is used with TLS only");
    }
    const char* token = nullptr;
    unsigned length = 0;
    // Without a place for it, DIGEST-MD5 has no initial response: libsasl2 would send one to
    // servers that it knows from before (RFC 2831, 2.2), and theirs do not understand it.
    const bool initial = mechanism_ != digest_md5;
    int result = connect();
    if (result == SASL_OK) {
        result = sasl_client_start(
            connection_.get(),
            mechanism_.c_str(),
            nullptr,
            initial ? &token : nullptr,
            initial ? &length : nullptr,
            nullptr
        );
    }
    std::string bytes(token != nullptr ? token : "", token != nullptr ? length : 0);
    switch (result) {
        case SASL_CONTINUE:
            return SaslStep::token(std::move(bytes));
        case SASL_OK:
            return SaslStep::last_token(std::move(bytes));
        default:
            return failure(result);
    }
}

SaslStep CyrusMechanism::step(std::string_view challenge) {
    if (challenge.size() > std::numeric_limits<unsigned>::max()) {
        return SaslStep::failed("the challenge is too long");
    }
    const char* token = nullptr;
    unsigned length = 0;
    const int result = sasl_client_step(
        connection_.get(),
        challenge.data(),
        static_cast<unsigned>(challenge.size()),
        nullptr,
        &token,
        &length
    );
    std::string bytes(token != nullptr ? token : "", token != nullptr ? length : 0);
    if (result == SASL_CONTINUE) {
        return SaslStep::token(std::move(bytes));
    }
    if (result != SASL_OK) {
        return failure(result);
    }
    if (!is_principal()) {
        return SaslStep::failed("the credentials are not those of " + principal_);
    }
    return bytes.empty() ? SaslStep::complete() : SaslStep::last_token(std::move(bytes));
}

/// Returns whether the exchange, which is complete, is by the wanted principal.
bool CyrusMechanism::is_principal() const {
    if (principal_.empty()) {
        return true;
    }
    const void* user = nullptr;
    const int result = sasl_getprop(connection_.get(), SASL_AUTHUSER, &user);
    return result == SASL_OK && user != nullptr && principal_ == static_cast<const char*>(user);
}

int CyrusMechanism::give_name(void* self, int id, const char** name, unsigned* length) noexcept {
    const auto& mechanism = *static_cast<CyrusMechanism*>(self);
    // SASL_CB_USER asks for the identity to act as. Empty, it is that of the user.
    const bool own = id == SASL_CB_USER && !mechanism.may_block();
    *name = own ? "" : mechanism.username_.c_str();
    if (length != nullptr) {
        *length = own ? 0 : static_cast<unsigned>(mechanism.username_.size());
    }
    return SASL_OK;
}

int CyrusMechanism::give_password(sasl_conn_t*, void* self, int, sasl_secret_t** secret) noexcept {
    auto& bytes = static_cast<CyrusMechanism*>(self)->secret_;
    *secret = reinterpret_cast<sasl_secret_t*>(bytes.data());
    return SASL_OK;
}

/// ZooKeeper's servers offer one realm.
int CyrusMechanism::choose_realm(void*, int, const char** offered, const char** chosen) noexcept {
    *chosen = offered != nullptr && *offered != nullptr ? *offered : "";
    return SASL_OK;
}

}  // namespace kazoo::sasl
