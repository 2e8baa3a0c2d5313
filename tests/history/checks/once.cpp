// SPDX-License-Identifier: Apache-2.0
#include "history/checks/once.hpp"

namespace kazoo::history {

void check_once(const Call& call, Verdict& verdict) {
    if (call.completions != 1) {
        verdict.fail(
            describe(call) + ": completed " + std::to_string(call.completions) + " times, not once"
        );
    }
    if (call.callbacks != 1) {
        verdict.fail(
            describe(call) + ": its callback ran " + std::to_string(call.callbacks) +
            " times, not once"
        );
    }
}

}  // namespace kazoo::history
