// SPDX-License-Identifier: Apache-2.0
#include "server/tree/acl_table.hpp"

#include <functional>
#include <string_view>
#include <utility>

namespace kazoo::server {

namespace {

std::size_t hash_of(const AclList& list) noexcept {
    std::size_t hash = list.size();
    const auto mix = [&hash](std::size_t value) {
        hash ^= value + 0x9e3779b97f4a7c15U + (hash << 6U) + (hash >> 2U);
    };
    for (const Acl& acl : list) {
        mix(static_cast<std::size_t>(acl.perms));
        mix(std::hash<std::string_view>()(acl.id.scheme));
        mix(std::hash<std::string_view>()(acl.id.id));
    }
    return hash;
}

}  // namespace

AclTable::Number AclTable::acquire(const AclList& list) {
    const std::size_t hash = hash_of(list);
    const auto [first, last] = by_hash_.equal_range(hash);
    for (auto candidate = first; candidate != last; ++candidate) {
        Entry& entry = entries_[candidate->second];
        if (*entry.list == list) {
            ++entry.uses;
            return candidate->second;
        }
    }
    auto copy = std::make_shared<const AclList>(list);
    if (free_.empty()) {
        if (free_.capacity() <= entries_.size()) {
            free_.reserve(2 * entries_.size() + 1);
        }
        // In this order: if it throws, `free` must not hold a number without an entry.
        entries_.emplace_back();
        free_.push_back(static_cast<Number>(entries_.size() - 1));
    }
    const Number number = free_.back();
    by_hash_.emplace(hash, number);
    free_.pop_back();
    entries_[number] = {std::move(copy), hash, 1};
    return number;
}

void AclTable::acquire(Number number) noexcept {
    ++entries_[number].uses;
}

void AclTable::release(Number number) noexcept {
    Entry& entry = entries_[number];
    if (--entry.uses > 0) return;
    const auto [first, last] = by_hash_.equal_range(entry.hash);
    for (auto candidate = first; candidate != last; ++candidate) {
        if (candidate->second == number) {
            by_hash_.erase(candidate);
            break;
        }
    }
    entry.list.reset();
    free_.push_back(number);
}

const std::shared_ptr<const AclList>& AclTable::list(Number number) const noexcept {
    return entries_[number].list;
}

std::size_t AclTable::size() const noexcept {
    return by_hash_.size();
}

}  // namespace kazoo::server
