// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <string>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// Returns the name of this host as the operating system knows it, without asking a name server;
/// "localhost" if it has none. Throws std::bad_alloc.
[[nodiscard]] std::string host_name();

/// Returns "<host name>-<process id>". Throws std::bad_alloc.
[[nodiscard]] std::string process_name();

}  // namespace kazoo::detail
KAZOO_API_END
