// SPDX-License-Identifier: Apache-2.0
/// The data of nodes: what read operations return and what write operations take.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/security.hpp>
#include <kazoo/stat.hpp>

#include <concepts>
#include <cstddef>
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

/// A contiguous range of bytes, with std::data() and std::size().
template <class Range>
concept ByteRange = requires(const Range& range) {
    { std::size(range) } -> std::convertible_to<std::size_t>;
    requires ByteLike<std::remove_cvref_t<decltype(*std::data(range))>>;
    requires std::is_pointer_v<decltype(std::data(range))>;
};

/// A pointer to text that ends at its first NUL.
template <class T>
concept TextPointer = std::is_pointer_v<T> && std::is_convertible_v<T, const char*>;

/// A type of characters; arrays of them are text.
template <class T>
concept Character = std::is_same_v<T, char> || std::is_same_v<T, char8_t>;

/// A type of bytes that are not characters; arrays of them are bytes.
template <class T>
concept PlainByte = ByteLike<T> && !Character<T>;

/// A contiguous container or span of bytes. Excludes texts and arrays, which are converted in other
/// ways.
template <class Range>
concept ByteContainer =
    ByteRange<Range> && !std::is_convertible_v<const Range&, std::string_view> &&
    !std::is_array_v<Range>;

/// Types that must not become data. Without a constructor for them the literal 0 would convert to a
/// null `const char*`.
template <class T>
concept NumberOrNull = std::is_arithmetic_v<T> || std::is_null_pointer_v<T>;

/// False, but only once the template is instantiated: for static_assert.
template <class>
inline constexpr bool never = false;

}  // namespace detail

/// A view of the bytes to write to a node: the `data` parameter of create and set.
///
///     zk.set("/a", "text");                      // 4 bytes
///     zk.set("/a", std::vector<std::byte>{...});
///     zk.set("/a", std::nullopt);                // null data
///
/// Converts implicitly from
/// - `std::string`, `std::string_view`;
/// - a string literal: all its characters, embedded NULs included, without the terminating NUL;
/// - `const char*`: the characters up to the first NUL;
/// - contiguous containers and arrays of `std::byte`, `char`, `unsigned char` (`std::uint8_t`) or
///   `char8_t`, such as `std::vector`, `std::array` and `std::span`: all bytes;
/// - `std::nullopt`: null data, which ZooKeeper distinguishes from empty data.
///
/// Does not compile with
/// - numbers and `nullptr`, which are usually mistakes;
/// - a non-const array of `char`, because it may hold text or bytes: pass
///   `std::string_view(buffer)` for text up to the first NUL, `std::span(buffer)` for all bytes.
///
/// Does not own the bytes. Operations copy them during the call, so the source may be changed as
/// soon as an asynchronous call has returned. An operation with data made from a null `const char*`
/// fails with BadArgumentsError, one that exceeds ClientLimits::request_bytes with
/// RequestTooLargeError. A value type; distinct objects may be used from different threads.
class DataView {
public:
    /// Empty data.
    DataView() noexcept : bytes_(std::string_view()) {}
    /// Null data.
    DataView(std::nullopt_t) noexcept {}
    /// All characters.
    DataView(std::string_view bytes) noexcept : bytes_(bytes) {}
    DataView(const std::string& bytes) noexcept : bytes_(bytes) {}

    /// Text that ends at its first NUL. A null pointer is detected when an operation is called; see
    /// from_null_pointer().
    template <detail::TextPointer Pointer>
    DataView(Pointer text) noexcept
        : bytes_(text != nullptr ? std::string_view(text) : std::string_view()),
          from_null_pointer_(text == nullptr) {}

    /// A string literal, without its terminating NUL, or a constant array of characters that does
    /// not end in NUL: all characters.
    template <detail::Character Char, std::size_t size>
    DataView(const Char (&text)[size]) noexcept
        : bytes_(view_of(text, text[size - 1] == Char() ? size - 1 : size)) {}

    /// Does not compile: ambiguous, as explained above.
    template <std::size_t size>
    DataView(char (&)[size]) noexcept {
        static_assert(
            size == 0,
            "kazoo: an array of char is a text or bytes: write std::string_view(buffer) for a text "
            "that ends at the first NUL, std::span(buffer) for all bytes of the array"
        );
    }

    /// A contiguous container or span of bytes: all bytes.
    template <detail::ByteContainer Range>
    DataView(const Range& bytes) noexcept : bytes_(view_of(std::data(bytes), std::size(bytes))) {}
    /// An array of `std::byte`, `unsigned char` or `signed char`: all bytes.
    template <detail::PlainByte Byte, std::size_t size>
    DataView(const Byte (&bytes)[size]) noexcept : bytes_(view_of(bytes, size)) {}

    /// Does not compile: numbers and nullptr are not data.
    template <detail::NumberOrNull T>
    DataView(T) noexcept {
        static_assert(
            detail::never<T>,
            "kazoo: a number or nullptr is not data: write a text such as std::to_string(n), or "
            "std::nullopt for null data"
        );
    }

    /// Returns the bytes; std::nullopt for null data. The view is valid as long as the source is.
    [[nodiscard]] const std::optional<std::string_view>& bytes() const noexcept { return bytes_; }
    /// Returns the number of bytes; 0 for null data.
    [[nodiscard]] std::size_t size() const noexcept { return bytes_ ? bytes_->size() : 0; }
    /// Returns true if this was made from a null `const char*`. Operations refuse such data.
    [[nodiscard]] bool from_null_pointer() const noexcept { return from_null_pointer_; }

private:
    template <class Byte>
    static std::string_view view_of(const Byte* bytes, std::size_t size) noexcept {
        return {reinterpret_cast<const char*>(bytes), size};
    }

    std::optional<std::string_view> bytes_;
    bool from_null_pointer_ = false;
};

/// The data of a node with its stat: the result of get. Supports structured bindings for the first
/// two members:
///
///     auto [data, stat] = zk.get("/a");
class NodeData {
public:
    std::string data;        ///< Empty for null data as well; see null_data.
    ZnodeStat stat;          ///< Belongs to the same version of the node as the data.
    bool null_data = false;  ///< True if the node has null data, as opposed to empty data.

    /// For structured bindings: member 0 is `data`, member 1 is `stat`.
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

/// The children of a node with the stat of that node (the parent).
struct ChildrenAndStat {
    /// Names without the parent's path, in no particular order.
    std::vector<std::string> children;
    ZnodeStat stat;
    friend bool operator==(const ChildrenAndStat&, const ChildrenAndStat&) = default;
};

/// A node that was created.
struct CreatedNode {
    /// The path without the chroot, including the ten digits of a sequence node.
    std::string path;
    ZnodeStat stat;
    friend bool operator==(const CreatedNode&, const CreatedNode&) = default;
};

/// The ACL of a node with its stat. ZnodeStat::aversion is the version to pass to set_acls.
struct AclsAndStat {
    AclList acls;    ///< The entries, in no particular order.
    ZnodeStat stat;  ///< The stat of the node.
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
