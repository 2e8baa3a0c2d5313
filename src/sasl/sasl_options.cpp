// SPDX-License-Identifier: Apache-2.0
// SaslOptions overwrites the password wherever it would leave it behind.
#include "sasl/overwrite.hpp"

#include <kazoo/sasl.hpp>

#include <utility>

namespace kazoo {

SaslOptions& SaslOptions::operator=(const SaslOptions& other) {
    return *this = SaslOptions(other);
}

SaslOptions& SaslOptions::operator=(SaslOptions&& other) noexcept {
    if (this != &other) {
        sasl::overwrite(password_);
        mechanism_ = std::move(other.mechanism_);
        username_ = std::move(other.username_);
        password_ = std::move(other.password_);
        ask_for_password_ = std::move(other.ask_for_password_);
        service_ = std::move(other.service_);
        server_name_ = std::move(other.server_name_);
        principal_ = std::move(other.principal_);
        keytab_ = std::move(other.keytab_);
    }
    return *this;
}

SaslOptions::~SaslOptions() {
    sasl::overwrite(password_);
}

SaslOptions& SaslOptions::password(std::string value) & {
    password_.swap(value);
    sasl::overwrite(value);
    ask_for_password_ = nullptr;
    return *this;
}

SaslOptions& SaslOptions::password(std::function<std::string()> value) & {
    ask_for_password_ = std::move(value);
    sasl::overwrite(password_);
    return *this;
}

}  // namespace kazoo
