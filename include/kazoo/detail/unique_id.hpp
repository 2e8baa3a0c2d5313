// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>

#include <string>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// Returns a random uuid of version 4, with dashes and in lower case: 36 characters. In a
/// simulation it follows from the seed. Throws std::bad_alloc.
[[nodiscard]] std::string unique_uuid(Handler& handler);
/// The same without the dashes, as kazoo's `uuid4().hex`: 32 characters.
[[nodiscard]] std::string unique_hex(Handler& handler);

}  // namespace kazoo::detail
KAZOO_API_END
