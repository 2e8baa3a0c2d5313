// SPDX-License-Identifier: Apache-2.0
// What the tests with SASL share.

#pragma once

#include "secured_test.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/sasl.hpp>

#include <cstdlib>
#include <string>

namespace kazoo::security_tests {

/// The users of servers with DIGEST-MD5.
constexpr auto alice_password = "secret of alice";
constexpr auto bob_password = R"(quo"te \ and = , ; blank)";

inline SaslOptions digest_md5(const std::string& user, const std::string& password) {
    testing_support::note_secret(password);
    testing_support::note_secret(user + ":" + password);
    testing_support::note_secret(user + ":zk-sasl-md5:" + password);
    return SaslOptions().mechanism("DIGEST-MD5").username(user).password(password);
}

inline SaslOptions gssapi() {
    return SaslOptions().mechanism("GSSAPI");
}

/// Returns what is missing on this machine for servers and clients with a mechanism.
std::string lacking_digest_md5();
std::string lacking_kerberos();

/// Sets or removes an environment variable until it is destroyed. No clients with SASL may run when
/// it is made or destroyed, because their threads read the environment.
class Variable {
public:
    explicit Variable(const char* name) : name_(name), had_(std::getenv(name) != nullptr) {
        if (had_) former_ = std::getenv(name);
        ::unsetenv(name);
    }
    Variable(const char* name, const std::string& value) : Variable(name) {
        ::setenv(name, value.c_str(), 1);
    }
    ~Variable() {
        if (had_) {
            ::setenv(name_, former_.c_str(), 1);
        } else {
            ::unsetenv(name_);
        }
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* const name_;
    const bool had_;
    std::string former_;
};

}  // namespace kazoo::security_tests
