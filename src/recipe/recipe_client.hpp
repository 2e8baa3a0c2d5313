// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/client.hpp>
#include <kazoo/client_ref.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace kazoo::detail::recipe {

/// The client of a recipe, which the user may move, stop or destroy at any time. A value;
/// thread-safe.
class RecipeClient {
public:
    /// `recipe`: the name of the public class, for messages; a string literal.
    RecipeClient(const KazooClient& client, const char* recipe) noexcept
        : ref_(client), recipe_(recipe) {}

    /// Returns `function(KazooClient&)`, which begins an operation and returns its AsyncResult.
    /// Throws ConnectionClosedError if the client has been destroyed, and what `function` throws.
    template <class Function>
    [[nodiscard]] std::invoke_result_t<Function&, KazooClient&> call(Function&& function) const {
        std::invoke_result_t<Function&, KazooClient&> result{};
        const bool exists = ref_.with([&](KazooClient& client) { result = function(client); });
        if (!exists) {
            throw_destroyed();
        }
        return result;
    }

    /// Returns the id of the present session; 0 if there is none.
    [[nodiscard]] std::int64_t session() const noexcept;
    /// Returns `path` as the client normalises it. Throws BadArgumentsError, with the name of the
    /// recipe as the operation, if it is malformed or "/": the nodes of a recipe need a parent.
    [[nodiscard]] std::string checked_path(std::string_view path) const;
    /// Writes a line to the log of the client; without memory for it there is none.
    void log(LogLevel level, std::string_view path, std::string_view text) const noexcept;

    [[nodiscard]] const ClientRef& ref() const noexcept { return ref_; }
    [[nodiscard]] const char* recipe() const noexcept { return recipe_; }
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return ref_.handler();
    }

private:
    [[noreturn]] void throw_destroyed() const;

    ClientRef ref_;
    const char* recipe_;
};

}  // namespace kazoo::detail::recipe
