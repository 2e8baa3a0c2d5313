#include "server/tree/acl_table.hpp"

#include <deque>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

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

struct AclTable::Impl {
    struct Entry {
        std::shared_ptr<const AclList> list;
        std::size_t hash = 0;
        std::size_t uses = 0;
    };
    std::deque<Entry> entries;  // a deque, because list() returns references
    std::vector<Number> free;   // unused numbers; capacity for all, for release()
    std::unordered_multimap<std::size_t, Number> by_hash;
};

AclTable::AclTable() : impl_(std::make_unique<Impl>()) {}
AclTable::~AclTable() = default;
AclTable::AclTable(AclTable&&) noexcept = default;
AclTable& AclTable::operator=(AclTable&&) noexcept = default;

AclTable::Number AclTable::acquire(const AclList& list) {
    const std::size_t hash = hash_of(list);
    const auto [first, last] = impl_->by_hash.equal_range(hash);
    for (auto candidate = first; candidate != last; ++candidate) {
        Impl::Entry& entry = impl_->entries[candidate->second];
        if (*entry.list == list) {
            ++entry.uses;
            return candidate->second;
        }
    }
    auto copy = std::make_shared<const AclList>(list);
    if (impl_->free.empty()) {
        if (impl_->free.capacity() <= impl_->entries.size()) {
            impl_->free.reserve(2 * impl_->entries.size() + 1);
        }
        // In this order: if it throws, `free` must not hold a number without an entry.
        impl_->entries.emplace_back();
        impl_->free.push_back(static_cast<Number>(impl_->entries.size() - 1));
    }
    const Number number = impl_->free.back();
    impl_->by_hash.emplace(hash, number);
    impl_->free.pop_back();
    impl_->entries[number] = {std::move(copy), hash, 1};
    return number;
}

void AclTable::acquire(Number number) noexcept {
    ++impl_->entries[number].uses;
}

void AclTable::release(Number number) noexcept {
    Impl::Entry& entry = impl_->entries[number];
    if (--entry.uses > 0) return;
    const auto [first, last] = impl_->by_hash.equal_range(entry.hash);
    for (auto candidate = first; candidate != last; ++candidate) {
        if (candidate->second == number) {
            impl_->by_hash.erase(candidate);
            break;
        }
    }
    entry.list.reset();
    impl_->free.push_back(number);
}

const std::shared_ptr<const AclList>& AclTable::list(Number number) const noexcept {
    return impl_->entries[number].list;
}

std::size_t AclTable::size() const noexcept {
    return impl_->by_hash.size();
}

}  // namespace kazoo::server
