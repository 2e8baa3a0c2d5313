// SPDX-License-Identifier: Apache-2.0
#include "base/hand_over.hpp"

namespace kazoo::base {

const HandOver*& HandOver::innermost() noexcept {
    thread_local const HandOver* innermost = nullptr;
    return innermost;
}

}  // namespace kazoo::base
