// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/handler_kit.hpp"

namespace kazoo::testing_support {

/// SequentialUvHandler on a loop run by a thread of the kit.
HandlerKind uv_kind();

}  // namespace kazoo::testing_support
