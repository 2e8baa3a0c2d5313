// SPDX-License-Identifier: Apache-2.0
#include "history/checks/dry_run.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/paths.hpp>

namespace kazoo::history {
namespace {

std::string name_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

bool is_other(std::int32_t expected, const Snapshot& node) {
    return expected != -1 && expected != node.version;
}

}  // namespace

Snapshot& DryRun::node(std::string_view path) {
    auto at = changed_.find(path);
    if (at == changed_.end()) {
        at = changed_.emplace(path, chronicle_.of(path, zxid_)).first;
    }
    return at->second;
}

/// The name of a sequence node is not known before; it differs from all others.
std::error_code DryRun::create(const Part& part) {
    auto& parent = node(parent_path(part.path));
    if (!parent.exists) {
        return Errc::no_node;
    }
    const auto path =
        part.sequence ? part.path + "#" + std::to_string(parent.children.size()) : part.path;
    auto& created = node(path);
    if (created.exists) {
        return Errc::node_exists;
    }
    if (parent.owner != 0) {
        return Errc::no_children_for_ephemerals;
    }
    created = Snapshot();
    created.exists = true;
    created.owner = part.ephemeral ? -1 : 0;
    parent.children.insert(name_of(path));
    return {};
}

std::error_code DryRun::execute(const Part& part) {
    if (part.act == Act::create) {
        return create(part);
    }
    auto& changed = node(part.path);
    if (!changed.exists) {
        return Errc::no_node;
    }
    if (is_other(part.version, changed)) {
        return Errc::bad_version;
    }
    if (part.act == Act::set) {
        ++changed.version;
    } else if (part.act == Act::remove) {
        if (!changed.children.empty()) {
            return Errc::not_empty;
        }
        changed.exists = false;
        node(parent_path(part.path)).children.erase(name_of(part.path));
    }
    return {};
}

std::optional<Refusal> refusal_of(const Call& call, const Chronicle& chronicle, std::int64_t zxid) {
    DryRun run(chronicle, zxid);
    std::size_t position = 0;
    if (!call.marker.empty()) {
        Part marker;
        marker.act = Act::create;
        marker.path = call.marker;
        if (const auto reason = run.execute(marker)) {
            return Refusal{position, reason};
        }
        ++position;
    }
    for (const auto& part : call.parts) {
        if (const auto reason = run.execute(part)) {
            return Refusal{position, reason};
        }
        ++position;
    }
    return std::nullopt;
}

}  // namespace kazoo::history
