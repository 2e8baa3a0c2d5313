// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/client_options.hpp>

namespace kazoo::detail::client {

// These overwrite secrets of options that a client owns and is about to drop. The options must not
// be constant.

/// Overwrites the credentials of ClientOptions::auth_data, and leaves empty ones.
void overwrite_auth_data(ClientOptions& options) noexcept;
/// Overwrites the password of ClientOptions::client_id, and leaves an empty one.
void overwrite_client_id(ClientOptions& options) noexcept;

}  // namespace kazoo::detail::client
