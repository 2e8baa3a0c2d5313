// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

class PathView;

namespace detail {

/// Types that the compiler would convert to a null `const char*`, or that look as if it did.
template <class T>
concept NoPath = std::is_arithmetic_v<T> || std::is_null_pointer_v<T>;

/// Types that convert to a std::string_view, but for those above and PathView itself.
template <class T>
concept PathText = std::is_convertible_v<T, std::string_view> &&
                   !std::is_same_v<std::remove_cvref_t<T>, PathView> &&
                   !NoPath<std::remove_cvref_t<T>>;

}  // namespace detail

/// The path of a node as a parameter: a std::string_view, used only during the call.
///
/// Made from everything that converts to std::string_view: `std::string`, a string literal, a
/// `const char*`. `nullptr` and numbers do not compile. A `const char*` variable that is null is
/// detected at run time: operations and check_path() fail with BadArgumentsError; the other
/// functions in `<kazoo/paths.hpp>` treat it as an empty path.
class PathView : public std::string_view {
public:
    /// An empty path.
    constexpr PathView() noexcept : std::string_view("") {}
    /// The `size` characters from `path` on. `path` may be null if `size` is 0.
    constexpr PathView(const char* path, std::size_t size) noexcept
        : PathView(std::string_view(path, size)) {}

    /// From a text. What a temporary string holds must outlive the call, as it does in one.
    template <detail::PathText Text>
    constexpr PathView(Text&& path) noexcept(std::is_nothrow_convertible_v<Text, std::string_view>)
        : std::string_view(view_of(std::forward<Text>(path))) {}

    /// Does not compile: numbers and nullptr are no paths.
    template <detail::NoPath T>
    constexpr PathView(T) noexcept {
        static_assert(
            !detail::NoPath<T>,
            "kazoo: a number or nullptr is not a path: write a text such as \"/a\""
        );
    }

    /// Returns true if this was made from a null `const char*`.
    [[nodiscard]] constexpr bool from_null_pointer() const noexcept { return data() == nullptr; }

private:
    // Only a path made from a null pointer has no data: an empty view, which may have none either,
    // becomes an empty text. Converted to std::string_view, a path keeps this difference.
    template <class Text>
    static constexpr std::string_view view_of(Text&& path
    ) noexcept(std::is_nothrow_convertible_v<Text, std::string_view>) {
        if constexpr (std::is_pointer_v<std::remove_cvref_t<Text>>) {
            return path != nullptr ? std::string_view(path) : std::string_view();
        } else {
            const std::string_view view = std::forward<Text>(path);
            return view.data() != nullptr ? view : std::string_view("");
        }
    }
};

}  // namespace kazoo
KAZOO_API_END
