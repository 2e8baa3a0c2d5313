#pragma once

#include "support/handler_kit.hpp"

namespace kazoo::testing_support {

/// SequentialFiberHandler on a thread of the kit that schedules fibers.
HandlerKind fiber_kind();
/// The same with an algorithm of the user's that knows nothing of sockets.
HandlerKind fiber_polling_kind();

}  // namespace kazoo::testing_support
