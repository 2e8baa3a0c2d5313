// SPDX-License-Identifier: Apache-2.0
#include "transport/openssl.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace kazoo::transport {

void clear_openssl_errors() noexcept {
    if (ERR_peek_error() != 0) {
        ERR_clear_error();
    }
}

OpensslErrors OpensslErrors::take() noexcept {
    OpensslErrors errors;
    for (auto& code : errors.codes_) {
        code = ERR_get_error();
        if (code == 0) {
            break;
        }
    }
    clear_openssl_errors();
    return errors;
}

bool OpensslErrors::out_of_memory() const noexcept {
    return std::any_of(codes_.begin(), codes_.end(), [](unsigned long code) {
        return code != 0 && (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE ||
                             (ERR_SYSTEM_ERROR(code) && ERR_GET_REASON(code) == ENOMEM));
    });
}

std::string openssl_reason(unsigned long code) {
    if (ERR_SYSTEM_ERROR(code)) {
        return std::system_category().message(ERR_GET_REASON(code));
    }
    const char* const reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "error " + std::to_string(code) + " of OpenSSL";
}

/// By default OpenSSL releases everything in a function that it registers with atexit() at its
/// first use. A client that is destroyed after that, such as one in a static variable, would still
/// use it, and so would its threads until then. The system releases the memory as well.
void prepare_openssl() noexcept {
    // A failure is reported by SSL_CTX_new.
    static_cast<void>(OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, nullptr));
}

}  // namespace kazoo::transport
