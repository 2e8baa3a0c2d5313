#pragma once

#include "support/handler_kit.hpp"

namespace kazoo::testing_support {

/// SequentialUvHandler on a loop that a thread of the kit runs.
HandlerKind uv_kind();

}  // namespace kazoo::testing_support
