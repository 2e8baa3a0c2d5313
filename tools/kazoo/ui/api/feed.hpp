// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/api/context.hpp"

namespace tool::ui {

/// Follows the whole tree by a recursive watch and adds what happens to Context::changes, in each
/// session anew, until the result is cancelled or the client is stopped.
kazoo::AsyncResult<void> follow_tree(SharedContext context);

}  // namespace tool::ui
