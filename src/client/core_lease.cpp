// SPDX-License-Identifier: Apache-2.0
// How long the session is certain, and who depends on it.
#include "client/core.hpp"

#include <kazoo/client.hpp>
#include <kazoo/detail/access.hpp>
#include <kazoo/detail/lease_use.hpp>

namespace kazoo::detail {
namespace client {

std::optional<TimePoint> Core::session_valid_until() const noexcept {
    if (in_forked_child()) {
        return std::nullopt;
    }
    return driver_.look([](const session::Session& session) { return session.valid_until(); });
}

void Core::use_lease(bool uses) noexcept {
    if (in_forked_child()) {
        return;
    }
    driver_.with_session([uses](session::Session& session, TimePoint now) {
        if (uses) {
            session.use_lease(now);
        } else {
            session.lease().end_use();
        }
        return 0;
    });
}

}  // namespace client

LeaseUse::LeaseUse(const KazooClient& client) noexcept : core_(core_of(client)) {
    core_of(client)->use_lease(true);
}

LeaseUse::~LeaseUse() {
    end();
}

LeaseUse& LeaseUse::operator=(LeaseUse&& other) noexcept {
    if (this != &other) {
        end();
        core_ = std::move(other.core_);
    }
    return *this;
}

void LeaseUse::end() noexcept {
    if (const auto core = core_.lock()) {
        core->use_lease(false);
    }
    core_.reset();
}

}  // namespace kazoo::detail
