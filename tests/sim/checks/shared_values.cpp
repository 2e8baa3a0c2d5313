// SPDX-License-Identifier: Apache-2.0
#include "checks/shared_values.hpp"

namespace kazoo::sim {

ValueCall& ValueCheck::begin(int client, std::int64_t expected, TimePoint now) {
    auto& call = calls_.emplace_back();
    call.client = client;
    call.data = "value" + std::to_string(calls_.size());
    call.expected = expected;
    call.begun = now;
    return call;
}

void ValueCheck::fail(const ValueCall& call, const std::string& what) {
    verdict_.fail("client" + std::to_string(call.client) + ": " + call.data + " " + what);
}

bool ValueCheck::was(const VersionedValue& value) const {
    const auto& state = chronicle_.of(path_, value.stat.mzxid);
    return state.exists && state.mzxid == value.stat.mzxid && state.czxid == value.stat.czxid &&
           state.version == value.stat.version && state.data == value.data;
}

void ValueCheck::on_value(ValueView& view, const VersionedValue& value) {
    if (value.stat.mzxid <= view.mzxid) {
        verdict_.fail(
            view.who + ": received the value of " + std::to_string(value.stat.mzxid) +
            " after that of " + std::to_string(view.mzxid)
        );
    }
    view.mzxid = value.stat.mzxid;
    if (!was(value)) {
        verdict_.fail(view.who + ": received " + value.data + ", which never was the value");
    }
}

void ValueCheck::check_last(const ValueView& view) {
    const auto& last = chronicle_.of(path_).back();
    if (last.exists && last.mzxid != view.mzxid) {
        verdict_.fail(
            view.who + ": received the value of " + std::to_string(view.mzxid) + ", and not " +
            last.data
        );
    }
}

void ValueCheck::at_end() {
    for (const auto& call : calls_) {
        check_call(call);
    }
}

void ValueCheck::check_call(const ValueCall& call) {
    if (!call.over) {
        return fail(call, "hangs");
    }
    const auto writes = chronicle_.of_data(call.data);
    const bool unknown = call.error && call.error->outcome() == Outcome::unknown;
    if (writes.size() > 1 || (!unknown && writes.empty() == call.value.has_value())) {
        return fail(
            call,
            "was set " + std::to_string(writes.size()) + " times; it ended with: " +
                (call.error   ? call.error->message()
                 : call.value ? "success"
                              : "another value")
        );
    }
    if (!writes.empty()) {
        check_applied(call, *writes.front());
    }
}

void ValueCheck::check_applied(const ValueCall& call, const Write& write) {
    if (write.path != path_ || write.time < call.begun ||
        (!call.error && write.time > call.ended)) {
        fail(call, "was set when it was not in progress");
    }
    if (call.value && (!was(*call.value) || call.value->stat.mzxid != write.zxid)) {
        fail(call, "was set otherwise than the call has returned");
    }
    const auto& before = chronicle_.of(path_, write.zxid - 1);
    if (call.expected != 0 && before.mzxid != call.expected) {
        fail(
            call,
            "has replaced the value of " + std::to_string(before.mzxid) + ", and not that of " +
                std::to_string(call.expected)
        );
    }
}

}  // namespace kazoo::sim
