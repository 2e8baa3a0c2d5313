// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/handler_kit.hpp"

namespace kazoo::testing_support {

/// SequentialFiberHandler on a thread of the kit, with the default scheduling algorithm.
HandlerKind fiber_kind();
/// Like fiber_kind, with an algorithm of the user, which cannot wait for sockets: the handler
/// polls.
HandlerKind fiber_polling_kind();

}  // namespace kazoo::testing_support
