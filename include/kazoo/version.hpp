// SPDX-License-Identifier: Apache-2.0
/// The version of this library.
#pragma once

#include <kazoo/detail/export.hpp>

KAZOO_API_BEGIN
namespace kazoo {

/// The version as numbers, for use in conditions. Semantic versioning: the major number increases
/// with incompatible changes of the public headers; before 1.0 the minor number does.
inline constexpr int library_version_major = 0;
inline constexpr int library_version_minor = 1;
inline constexpr int library_version_patch = 0;
/// The version as text: "major.minor.patch".
inline constexpr const char* library_version = "0.1.0";

}  // namespace kazoo
KAZOO_API_END
