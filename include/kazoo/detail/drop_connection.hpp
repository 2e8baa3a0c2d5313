// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

KAZOO_API_BEGIN
namespace kazoo {

class KazooClient;

namespace detail {

/// Closes the connection of a client as if the server had closed it, for tests: the client reports
/// SUSPENDED and reconnects. Returns whether it was connected. Thread-safe.
bool drop_connection(const KazooClient& client);

}  // namespace detail
}  // namespace kazoo
KAZOO_API_END
