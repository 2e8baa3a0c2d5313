// SPDX-License-Identifier: Apache-2.0
#include "base/driven_loop.hpp"

#include "base/per_thread.hpp"

namespace kazoo::base {

DrivenLoop* driven_loop() noexcept {
    return PerThread<DrivenLoop>::find();
}

}  // namespace kazoo::base
