// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <memory>

KAZOO_API_BEGIN
namespace kazoo {

class KazooClient;

namespace detail {

namespace client {
class Core;
}

/// While one of these exists, its client keeps session_valid_until() in the future: by two syncs
/// every third of the session timeout, unless the requests of the user prove as much. Held by
/// recipes as long as something that they hold depends on the session. Continues over stops and
/// starts; may outlive the client. Does nothing in a forked child. A moved-from object may only be
/// destroyed or assigned to. Thread-safe, except that one object is used by one thread at a time.
class LeaseUse {
public:
    explicit LeaseUse(const KazooClient& client) noexcept;
    LeaseUse(LeaseUse&& other) noexcept = default;
    LeaseUse& operator=(LeaseUse&& other) noexcept;
    ~LeaseUse();

private:
    void end() noexcept;

    std::weak_ptr<client::Core> core_;
};

}  // namespace detail
}  // namespace kazoo
KAZOO_API_END
