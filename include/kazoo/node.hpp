/// What reads of nodes return, and the data that writes take.
#pragma once

#include <kazoo/security.hpp>
#include <kazoo/stat.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace kazoo {

/// The data of a write: a view of bytes, only looked at during the call. Made from any string or
/// span of bytes; `std::nullopt` writes null data, which is not the same as empty data.
class DataView {
public:
    DataView() noexcept : bytes_(std::string_view()) {}
    DataView(std::nullopt_t) noexcept {}
    DataView(std::string_view bytes) noexcept : bytes_(bytes) {}
    DataView(const std::string& bytes) noexcept : bytes_(bytes) {}
    DataView(const char* text) noexcept : bytes_(text) {}
    DataView(std::span<const std::byte> bytes) noexcept
        : bytes_(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())) {}

    [[nodiscard]] const std::optional<std::string_view>& bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_ ? bytes_->size() : 0; }

private:
    std::optional<std::string_view> bytes_;
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

template <>
struct std::tuple_size<kazoo::NodeData> : std::integral_constant<std::size_t, 2> {};
template <std::size_t i>
struct std::tuple_element<i, kazoo::NodeData> {
    using type = std::conditional_t<i == 0, std::string, kazoo::ZnodeStat>;
};
