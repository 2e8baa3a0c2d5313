// SPDX-License-Identifier: Apache-2.0
#include "client/option_secrets.hpp"

#include "base/secret.hpp"

namespace kazoo::detail::client {
namespace {

/// The getters of the options return constants. The options themselves are not, so that what they
/// hold may be changed; the setters would free it as it is.
template <class T>
T& owned(const T& part) noexcept {
    return const_cast<T&>(part);
}

}  // namespace

void overwrite_auth_data(ClientOptions& options) noexcept {
    for (const auto& entry : options.auth_data()) {
        base::overwrite(owned(entry).credential);
    }
}

void overwrite_client_id(ClientOptions& options) noexcept {
    if (const auto& id = options.client_id()) {
        base::overwrite(owned(*id).password);
    }
}

}  // namespace kazoo::detail::client
