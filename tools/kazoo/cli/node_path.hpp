// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tool {

/// Returns the absolute path for one that may be relative to `directory`. "." and ".." are
/// resolved; the parent of "/" is "/". A "/" at the end is kept, as `create --sequence` has a use
/// for it. "zk://host:port/path" is returned as it is.
std::string resolve_path(std::string_view directory, std::string_view path);

}  // namespace tool
