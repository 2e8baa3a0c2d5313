#pragma once

#include "support/handler_kit.hpp"

namespace kazoo::testing_support {

/// The handler of examples/glib_handler.hpp, on a main context that a thread of the kit runs.
HandlerKind glib_kind();

}  // namespace kazoo::testing_support
