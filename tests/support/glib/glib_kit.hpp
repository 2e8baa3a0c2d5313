// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/handler_kit.hpp"

namespace kazoo::testing_support {

/// The handler of examples/glib_handler.hpp, on a GMainContext run by a thread of the kit.
HandlerKind glib_kind();

}  // namespace kazoo::testing_support
