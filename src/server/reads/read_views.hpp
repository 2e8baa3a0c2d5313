// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/encoder.hpp"
#include "codec/public_types.hpp"
#include "codec/record.hpp"
#include "server/reads/reads.hpp"
#include "server/tree/permitted_node.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kazoo::server {

// Views of the tree that are encoded into replies without a copy in between; the codec's own reply
// records own their fields. Also the permission check that all reads share.

struct DataView {
    const std::optional<std::string>& data;
};
inline void encode(codec::Encoder& out, const DataView& view) {
    if (view.data) {
        out.ustring(*view.data);
    } else {
        out.i32(-1);
    }
}

struct ChildrenView {
    const Node& parent;
};
inline void encode(codec::Encoder& out, const ChildrenView& view) {
    if (out.count(view.parent.children.size())) {
        for (const Node* child : view.parent.children) {
            out.ustring(child->name());
        }
    }
}

template <class List>
struct ListView {
    const List& list;
};
template <class List>
void encode(codec::Encoder& out, const ListView<List>& view) {
    codec::detail::encode_value(out, view.list);
}

struct NumberView {
    std::int32_t number;
};
inline void encode(codec::Encoder& out, const NumberView& view) {
    out.i32(view.number);
}

/// Finds a node for a read, which requires READ permission.
inline NodeOrError find_readable(const ReadContext& context, std::string_view path) {
    return find_permitted(context.tree, path, Permissions::read, context.identities);
}

}  // namespace kazoo::server
