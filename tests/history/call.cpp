// SPDX-License-Identifier: Apache-2.0
#include "history/call.hpp"

namespace kazoo::history {

const char* to_string(Act act) noexcept {
    switch (act) {
        case Act::create:
            return "create";
        case Act::set:
            return "set";
        case Act::remove:
            return "delete";
        case Act::transaction:
            return "transaction";
        case Act::get:
            return "get";
        case Act::exists:
            return "exists";
        case Act::children:
            return "get_children";
        case Act::multi_read:
            return "multi_read";
        case Act::sync:
            return "sync";
        case Act::create_or_set:
            return "create_or_set";
        case Act::children_with_data:
            return "get_children_with_data";
        case Act::ensure_path:
            return "ensure_path";
        case Act::remove_tree:
            return "delete_recursive";
        case Act::remove_guaranteed:
            return "delete_guaranteed";
        case Act::applied:
            return "applied";
        case Act::forget:
            return "forget";
        case Act::add_auth:
            return "add_auth";
        case Act::command:
            return "command";
        case Act::check:
            return "check";
    }
    return "unknown";
}

bool Call::replied() const noexcept {
    if (session == 0 || !over()) {
        return false;
    }
    return !error || error == Errc::no_node || error == Errc::node_exists ||
           error == Errc::bad_version || error == Errc::not_empty ||
           error == Errc::no_children_for_ephemerals || error == Errc::not_read_only ||
           error == ClientErrc::transaction_failed;
}

void name_writes(std::vector<Part>& parts, const std::string& prefix) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto& part = parts[i];
        if ((part.act == Act::create || part.act == Act::set) && part.data.empty()) {
            part.data = prefix + "." + std::to_string(i);
        }
    }
}

std::string describe(const Call& call) {
    auto text = "client" + std::to_string(call.client) + " call " + std::to_string(call.number) +
                ", " + to_string(call.act) + " " + call.path;
    if (call.version >= 0) {
        text += " version " + std::to_string(call.version);
    }
    if (call.czxid != 0) {
        text += " czxid " + std::to_string(call.czxid);
    }
    if (call.guarded) {
        text += " (protected)";
    }
    for (const auto& part : call.parts) {
        text += std::string("; ") + to_string(part.act) + " " + part.path;
        if (part.version >= 0) {
            text += " version " + std::to_string(part.version);
        }
    }
    if (!call.marker.empty()) {
        text += "; marker " + call.marker;
    }
    if (!call.over()) {
        return text + " (not over)";
    }
    if (!call.error) {
        return text + " (good)";
    }
    return text + " (" + error_name(call.error) + ", " + kazoo::to_string(call.outcome) + ")";
}

}  // namespace kazoo::history
