// SPDX-License-Identifier: Apache-2.0
#include "session/watch.hpp"

#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace kazoo::session {

Watch::Watch(Cookie function, std::string_view path) noexcept
    : owner(std::move(function)), path_size_(static_cast<std::uint32_t>(path.size())) {
    if (!path.empty()) {
        std::memcpy(static_cast<void*>(this + 1), path.data(), path.size());
    }
}

std::unique_ptr<Watch> Watch::make(Cookie owner, std::string_view path) {
    if (path.size() > std::numeric_limits<std::uint32_t>::max()) {
        throw std::bad_alloc();
    }
    return std::unique_ptr<Watch>(new (path.size()) Watch(std::move(owner), path));
}

std::unique_ptr<Watch> Watch::copy(std::string_view path) const {
    auto other = make(owner, path);
    other->order_ = order_;
    return other;
}

}  // namespace kazoo::session
