// SPDX-License-Identifier: Apache-2.0
#include "history/checks/order.hpp"

namespace kazoo::history {

void OrderCheck::on_over(const Call& call) {
    const bool in_order = is_write(call.act) || is_read(call.act) || call.act == Act::sync ||
                          (call.act == Act::multi_read && call.one_request);
    if (!in_order || call.multi_step_operation || !call.replied()) {
        return;
    }
    auto& last = last_[{call.client, call.life}];
    if (call.number <= last) {
        verdict_.fail(describe(call) + ": answered after call " + std::to_string(last));
    }
    last = call.number;
}

}  // namespace kazoo::history
