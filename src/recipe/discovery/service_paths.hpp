// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/recipe_client.hpp"

#include <string>
#include <string_view>

namespace kazoo::detail::recipe {

/// Returns the path of a service. `base_path` has been checked. Throws BadArgumentsError if the
/// name is not that of a node.
[[nodiscard]] std::string service_path(
    const RecipeClient& client, const std::string& base_path, std::string_view service
);

/// Returns the path of an instance. Throws BadArgumentsError if name or id are not those of nodes.
[[nodiscard]] std::string instance_path(
    const RecipeClient& client,
    const std::string& base_path,
    std::string_view service,
    std::string_view id
);

}  // namespace kazoo::detail::recipe
