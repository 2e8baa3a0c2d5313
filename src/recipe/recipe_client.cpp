// SPDX-License-Identifier: Apache-2.0
#include "recipe/recipe_client.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <exception>

namespace kazoo::detail::recipe {

std::int64_t RecipeClient::session() const noexcept {
    std::int64_t session = 0;
    ref_.with([&](KazooClient& client) { session = client.session_id(); });
    return session;
}

std::string RecipeClient::checked_path(std::string_view path) const {
    auto checked = check_path(path);
    if (!checked) {
        throw_error(Error(checked.failure()).operation(recipe_).path(std::string(path)));
    }
    if (*checked == "/") {
        throw_error(Error(Errc::bad_arguments, Outcome::not_sent)
                        .operation(recipe_)
                        .path(std::string(path))
                        .detail("a recipe needs a node of its own, not the root"));
    }
    return std::move(*checked);
}

void RecipeClient::log(LogLevel level, std::string_view path, std::string_view text)
    const noexcept {
    try {
        const auto& logger = ref_.logger();
        if (logger.enabled(level)) {
            std::string line(recipe_);
            line += " of ";
            line += path;
            line += ": ";
            line += text;
            logger.log(level, line);
        }
    } catch (const std::exception&) {
        // No memory for the line.
    }
}

void RecipeClient::throw_destroyed() const {
    throw_error(Error(
        ClientErrc::connection_closed,
        Outcome::not_sent,
        recipe_,
        {},
        "the client has been destroyed"
    ));
}

}  // namespace kazoo::detail::recipe
