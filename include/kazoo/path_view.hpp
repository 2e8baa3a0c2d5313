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
/// `const char*`, which must not be null. `nullptr` and numbers do not compile.
class PathView : public std::string_view {
public:
    /// An empty path.
    constexpr PathView() noexcept = default;
    /// The `size` characters from `path` on.
    constexpr PathView(const char* path, std::size_t size) noexcept
        : std::string_view(path, size) {}

    template <detail::PathText Text>
    constexpr PathView(Text&& path) noexcept(std::is_nothrow_convertible_v<Text, std::string_view>)
        : std::string_view(static_cast<std::string_view>(std::forward<Text>(path))) {}

    template <detail::NoPath T>
    constexpr PathView(T) noexcept {
        static_assert(
            !detail::NoPath<T>,
            "kazoo: a number or nullptr is not a path: write a text such as \"/a\""
        );
    }
};

}  // namespace kazoo
KAZOO_API_END
