// SPDX-License-Identifier: Apache-2.0
#include "recipe/discovery/service_paths.hpp"

#include <kazoo/exceptions.hpp>

namespace kazoo::detail::recipe {
namespace {

std::string child_path(
    const RecipeClient& client, const std::string& parent, std::string_view name, const char* what
) {
    const auto path = parent + "/" + std::string(name);
    if (name.empty() || name.find('/') != std::string_view::npos) {
        throw_error(Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            client.recipe(),
            path,
            std::string(what) + (name.empty() ? " is empty" : " contains a \"/\"")
        ));
    }
    return client.checked_path(path);
}

}  // namespace

std::string service_path(
    const RecipeClient& client, const std::string& base_path, std::string_view service
) {
    return child_path(client, base_path, service, "the name of the service");
}

std::string instance_path(
    const RecipeClient& client,
    const std::string& base_path,
    std::string_view service,
    std::string_view id
) {
    return child_path(client, service_path(client, base_path, service), id, "the id");
}

}  // namespace kazoo::detail::recipe
