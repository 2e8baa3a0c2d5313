// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/cache/caching.hpp"

#include <memory>

namespace kazoo::detail::recipe {

/// Begins to carry out the steps of a cache, until it ends. The coroutines await with direct():
/// they run where replies and events arrive, and never wait behind callbacks of the user. Throws
/// std::bad_alloc.
void begin_run(const std::shared_ptr<Caching>& caching);

}  // namespace kazoo::detail::recipe
