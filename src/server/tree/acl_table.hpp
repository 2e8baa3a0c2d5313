// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/security.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

namespace kazoo::server {

/// The ACLs of a tree, each distinct list stored once. Nodes refer to a list by number, and the
/// table counts the uses. Not thread-safe.
class AclTable {
public:
    using Number = std::uint32_t;

    /// Adds a use of this list, which is stored if it is new, and returns its number.
    Number acquire(const AclList& list);
    /// Adds a use of a list that is in use already.
    void acquire(Number number) noexcept;
    /// Removes a use. After the last one the list is dropped and its number may be reused; copies
    /// of the shared_ptr stay valid. Does not allocate.
    void release(Number number) noexcept;
    /// The reference is valid while the number is in use.
    [[nodiscard]] const std::shared_ptr<const AclList>& list(Number number) const noexcept;
    /// Number of distinct lists in use.
    [[nodiscard]] std::size_t size() const noexcept;

private:
    struct Entry {
        std::shared_ptr<const AclList> list;
        std::size_t hash = 0;
        std::size_t uses = 0;
    };

    std::deque<Entry> entries_;  // a deque, because list() returns references
    std::vector<Number> free_;   // unused numbers; capacity for all, for release()
    std::unordered_multimap<std::size_t, Number> by_hash_;
};

}  // namespace kazoo::server
