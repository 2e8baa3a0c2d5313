// SPDX-License-Identifier: Apache-2.0
#include "cli/node_path.hpp"

#include <algorithm>

namespace tool {
namespace {

/// Adds the components of a path to another one, which has no "/" at its end and is empty for "/".
void append(std::string& path, std::string_view components) {
    while (!components.empty()) {
        const std::size_t end = std::min(components.find('/'), components.size());
        const std::string_view name = components.substr(0, end);
        components.remove_prefix(std::min(end + 1, components.size()));
        if (name == "..") {
            path.erase(path.empty() ? 0 : path.rfind('/'));
        } else if (!name.empty() && name != ".") {
            path += '/';
            path += name;
        }
    }
}

}  // namespace

std::string resolve_path(std::string_view directory, std::string_view path) {
    if (path.substr(0, 5) == "zk://") {
        return std::string(path);
    }
    std::string resolved;
    if (path.substr(0, 1) != "/") {
        append(resolved, directory);
    }
    append(resolved, path);
    const bool keeps_slash = path.size() > 1 && path.back() == '/';
    return resolved.empty() || keeps_slash ? resolved + '/' : resolved;
}

}  // namespace tool
