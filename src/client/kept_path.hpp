// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace kazoo::detail::client {

/// The path of an operation, which its errors show. In place if it is as short as paths usually
/// are, so that an operation needs no memory for it. Constant.
class KeptPath {
public:
    /// Copies the path. Throws std::bad_alloc.
    explicit KeptPath(std::string_view path) : size_(path.size()) {
        char* at = inside_.data();
        if (size_ > inside_.size()) {
            outside_ = std::make_unique<char[]>(size_);
            at = outside_.get();
        }
        if (size_ > 0) {
            std::memcpy(at, path.data(), size_);
        }
    }
    [[nodiscard]] std::string_view view() const noexcept {
        return {outside_ ? outside_.get() : inside_.data(), size_};
    }

private:
    static constexpr std::size_t usual_size = 64;

    std::size_t size_;
    std::unique_ptr<char[]> outside_;      // null: the path is in inside_
    std::array<char, usual_size> inside_;  // uninitialised beyond size_
};

}  // namespace kazoo::detail::client
