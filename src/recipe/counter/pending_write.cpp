// SPDX-License-Identifier: Apache-2.0
#include "recipe/counter/pending_write.hpp"

namespace kazoo::detail::recipe {

WriteFate fate_of(const PendingWrite& write, const std::optional<NodeData>& now) noexcept {
    const auto& before = write.before.stat;
    if (!now || now->stat.czxid != before.czxid) {
        return WriteFate::undecidable;
    }
    if (now->stat.version == before.version) {
        return WriteFate::open;
    }
    // The same data may have been written by another process.
    const bool others = now->stat.version == next_version(before.version) &&
                        (now->null_data || now->data != write.data);
    return others ? WriteFate::superseded : WriteFate::undecidable;
}

}  // namespace kazoo::detail::recipe
