// SPDX-License-Identifier: Apache-2.0
#include "client/protected_name.hpp"

#include "client/unique_id.hpp"

#include <cassert>

namespace kazoo::detail::client {
namespace {

constexpr std::string_view beginning = "_c_";

std::string_view parent_of(std::string_view path) {
    assert(path.starts_with('/'));
    const auto slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

ProtectedName::ProtectedName(std::string_view path, std::array<std::uint64_t, 2> random)
    : parent_(parent_of(path)), prefix_size_(beginning.size() + uuid_size + 1) {
    const auto slash = path.rfind('/');
    path_ = path.substr(0, slash + 1);
    path_ += beginning;
    path_ += uuid_text(random);
    path_ += '-';
    path_ += path.substr(slash + 1);
}

ProtectedName::ProtectedName(std::string_view path)
    : parent_(parent_of(path)), path_(path), prefix_size_(path.size() - path.rfind('/') - 1) {
    assert(prefix_size_ > 0);
}

std::string_view ProtectedName::prefix() const noexcept {
    const auto begin = parent_.size() == 1 ? 1 : parent_.size() + 1;
    return std::string_view(path_).substr(begin, prefix_size_);
}

}  // namespace kazoo::detail::client
