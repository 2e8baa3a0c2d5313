// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "values/random.hpp"

#include <kazoo/security.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace kazoo::differential {

/// The values that scripts consist of; each function makes a random choice.
class Choice {
public:
    explicit Choice(std::uint64_t seed) noexcept : random_(seed) {}

    [[nodiscard]] std::uint64_t below(std::uint64_t limit) noexcept { return random_.below(limit); }
    [[nodiscard]] bool chance(unsigned percent) noexcept { return below(100) < percent; }
    template <class T, std::size_t n>
    [[nodiscard]] const T& of(const std::array<T, n>& items) noexcept {
        return items[below(n)];
    }

    /// The path of a node that may exist.
    std::string path();
    /// Any path, valid or not.
    std::string any_path();
    std::string bad_path();
    /// Mostly -1 or small.
    std::int32_t version();
    std::optional<std::string_view> data();
    /// An ACL that lets every client use the node.
    AclList mild_acl();
    /// Any ACL, including restrictive and invalid ones.
    AclList acl();

private:
    base::Random random_;
};

}  // namespace kazoo::differential
