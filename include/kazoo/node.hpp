/// What reads of nodes return, and the data that writes take.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/security.hpp>
#include <kazoo/stat.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

namespace detail {

template <class T>
concept ByteLike = std::is_same_v<T, char> || std::is_same_v<T, signed char> ||
    std::is_same_v<T, unsigned char> || std::is_same_v<T, char8_t> || std::is_same_v<T, std::byte>;

/// A container, span or array of bytes: what std::data and std::size take.
template <class Range>
concept ByteRange = requires(const Range& range) {
    { std::size(range) } -> std::convertible_to<std::size_t>;
    requires ByteLike<std::remove_cvref_t<decltype(*std::data(range))>>;
    requires std::is_pointer_v<decltype(std::data(range))>;
};

/// `0`, a number, a character, a truth value: not data, though the literal 0 converts to a pointer.
template <class T>
concept NumberOrNull = std::is_arithmetic_v<T> || std::is_null_pointer_v<T>;

template <class>
inline constexpr bool never = false;

}  // namespace detail

/// The data of a write: a view of bytes, only looked at during the call.
///
/// Made from strings (`std::string`, `std::string_view`, a string literal with all its characters,
/// NULs included, a `const char*` up to its first NUL) and from every contiguous container of
/// bytes: `std::vector`, `std::array`, `std::span` and arrays of `std::byte`, `char`,
/// `unsigned char` (`std::uint8_t`) or `char8_t`. `std::nullopt` writes null data, which is not the
/// same as empty data.
///
/// Refused by the compiler: numbers and `nullptr`, which are not data, and an array of `char` that
/// is not constant, because only the program knows whether it holds a text, which ends at its first
/// NUL (`std::string_view(buffer)`), or bytes (`std::span(buffer)`). A `const char*` that is null
/// makes the operation fail with BadArgumentsError.
class DataView {
public:
    DataView() noexcept : bytes_(std::string_view()) {}
    DataView(std::nullopt_t) noexcept {}
    DataView(std::string_view bytes) noexcept : bytes_(bytes) {}
    DataView(const std::string& bytes) noexcept : bytes_(bytes) {}

    /// A text that ends at its first NUL.
    template <class Pointer>
    requires(std::is_pointer_v<Pointer>&& std::is_convertible_v<Pointer, const char*>)
        DataView(Pointer text)
    noexcept
        : bytes_(text != nullptr ? std::string_view(text) : std::string_view()),
          from_null_pointer_(text == nullptr) {}

    /// A literal: its characters without the NUL that ends it. A constant array that does not end
    /// in NUL: all of it.
    template <class Char, std::size_t size>
    requires(std::is_same_v<Char, char> || std::is_same_v<Char, char8_t>)
        DataView(const Char (&text)[size])
    noexcept : bytes_(view_of(text, text[size - 1] == Char() ? size - 1 : size)) {}

    template <std::size_t size>
    DataView(char (&)[size]) noexcept {
        static_assert(
            size == 0,
            "kazoo: an array of char is a text or bytes: write std::string_view(buffer) for a text "
            "that ends at the first NUL, std::span(buffer) for all bytes of the array"
        );
    }

    template <detail::ByteRange Range>
    requires(!std::is_convertible_v<const Range&, std::string_view> && !std::is_array_v<Range>)
        DataView(const Range& bytes)
    noexcept : bytes_(view_of(std::data(bytes), std::size(bytes))) {}
    /// An array of bytes that are not characters: all of them.
    template <detail::ByteLike Byte, std::size_t size>
    requires(!std::is_same_v<Byte, char> && !std::is_same_v<Byte, char8_t>)
        DataView(const Byte (&bytes)[size])
    noexcept : bytes_(view_of(bytes, size)) {}

    template <detail::NumberOrNull T>
    DataView(T) noexcept {
        static_assert(
            detail::never<T>,
            "kazoo: a number or nullptr is not data: write a text such as std::to_string(n), or "
            "std::nullopt for null data"
        );
    }

    [[nodiscard]] const std::optional<std::string_view>& bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_ ? bytes_->size() : 0; }
    /// Whether it was made from a `const char*` that is null.
    [[nodiscard]] bool from_null_pointer() const noexcept { return from_null_pointer_; }

private:
    template <class Byte>
    static std::string_view view_of(const Byte* bytes, std::size_t size) noexcept {
        return {reinterpret_cast<const char*>(bytes), size};
    }

    std::optional<std::string_view> bytes_;
    bool from_null_pointer_ = false;
};

/// The data and stat of a node: `auto [data, stat] = zk.get("/a");`
class NodeData {
public:
    std::string data;  ///< Empty also for null data.
    ZnodeStat stat;
    bool null_data = false;  ///< The node has null data, as opposed to empty data.

    template <std::size_t i>
    auto&& get() & {
        return std::get<i>(std::tie(data, stat));
    }
    template <std::size_t i>
    auto&& get() const& {
        return std::get<i>(std::tie(data, stat));
    }
    template <std::size_t i>
    auto&& get() && {
        if constexpr (i == 0) {
            return std::move(data);
        } else {
            return std::move(stat);
        }
    }
    friend bool operator==(const NodeData&, const NodeData&) = default;
};

/// Children (names only, in no order) with the stat of their parent.
struct ChildrenAndStat {
    std::vector<std::string> children;
    ZnodeStat stat;
    friend bool operator==(const ChildrenAndStat&, const ChildrenAndStat&) = default;
};

/// A created node: its real path (with the suffix of a sequence node) and its stat.
struct CreatedNode {
    std::string path;
    ZnodeStat stat;
    friend bool operator==(const CreatedNode&, const CreatedNode&) = default;
};

/// The access list of a node with its stat.
struct AclsAndStat {
    AclList acls;
    ZnodeStat stat;
    friend bool operator==(const AclsAndStat&, const AclsAndStat&) = default;
};

}  // namespace kazoo
KAZOO_API_END

template <>
struct std::tuple_size<kazoo::NodeData> : std::integral_constant<std::size_t, 2> {};
template <std::size_t i>
struct std::tuple_element<i, kazoo::NodeData> {
    using type = std::conditional_t<i == 0, std::string, kazoo::ZnodeStat>;
};
