// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/sasl.hpp>
#include <kazoo/sasl_mechanism.hpp>

#include <sasl/sasl.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::sasl {

/// Returns whether the mechanism sends the password readably.
[[nodiscard]] bool sends_the_password(std::string_view mechanism) noexcept;

/// One exchange by libsasl2, which must be initialised.
class CyrusMechanism final : public SaslMechanism {
public:
    /// Calls the function that returns the password, and throws what it throws.
    CyrusMechanism(const SaslOptions& options, const SaslServer& server);
    ~CyrusMechanism() override;

    [[nodiscard]] std::string_view name() const noexcept override { return mechanism_; }
    [[nodiscard]] SaslStep start() override;
    [[nodiscard]] SaslStep step(std::string_view challenge) override;
    [[nodiscard]] bool may_block() const noexcept override;

private:
    struct Dispose {
        void operator()(sasl_conn_t* connection) const noexcept { sasl_dispose(&connection); }
    };

    [[nodiscard]] int connect();
    [[nodiscard]] std::string why(int result) const;
    [[nodiscard]] SaslStep failure(int result) const;
    [[nodiscard]] bool is_principal() const;

    // What libsasl2 asks for; `self` is the mechanism.
    static int give_name(void* self, int id, const char** name, unsigned* length) noexcept;
    static int give_password(
        sasl_conn_t* connection, void* self, int id, sasl_secret_t** secret
    ) noexcept;
    static int choose_realm(void* self, int id, const char** offered, const char** chosen) noexcept;

    const std::string mechanism_;
    const std::string username_;
    const std::string service_;
    const std::string server_name_;
    const std::string principal_;
    const bool encrypted_;
    std::vector<std::byte> secret_;  // a sasl_secret_t with the password; overwritten in the end
    std::array<sasl_callback_t, 6> callbacks_{};
    std::unique_ptr<sasl_conn_t, Dispose> connection_;  // uses the members above
};

}  // namespace kazoo::sasl
