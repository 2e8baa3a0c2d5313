// SPDX-License-Identifier: Apache-2.0
#include "trace.hpp"

#include <cstdio>

namespace kazoo::sim {

void Trace::finish() {
    ++lines_;
    for (const char c : text_) {
        hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    if (print_) {
        std::fwrite(text_.data(), 1, text_.size(), stdout);
    }
}

}  // namespace kazoo::sim
