// SPDX-License-Identifier: Apache-2.0
#include "server/tree/quota.hpp"

#include <kazoo/paths.hpp>

#include <charconv>

namespace kazoo::server {

namespace {

constexpr std::string_view quota_root = "/zookeeper/quota";
constexpr std::string_view limits_leaf = "/zookeeper_limits";
constexpr std::string_view stats_leaf = "/zookeeper_stats";

std::int64_t wrapping_sum(std::int64_t one, std::int64_t other) noexcept {
    return static_cast<std::int64_t>(
        static_cast<std::uint64_t>(one) + static_cast<std::uint64_t>(other)
    );
}

/// Returns -1 if the text is not a number.
std::int64_t number_or_none(std::string_view text) noexcept {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stopped == end ? number : -1;
}

/// Calls `use(key, number)` for each pair of "key=number,key=number;...". A second "=" and what
/// follows it in a field is ignored: newer clients use it to hide new keys from older servers.
template <class Use>
void for_each_number(std::string_view text, Use&& use) {
    while (!text.empty()) {
        const std::size_t end = text.find_first_of(",;");
        const std::string_view field = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const std::size_t equals = field.find('=');
        if (equals != std::string_view::npos) {
            const std::string_view value = field.substr(equals + 1);
            use(field.substr(0, equals), number_or_none(value.substr(0, value.find('='))));
        }
    }
}

/// Returns <path> of "/zookeeper/quota<path><leaf>", or nullopt.
std::optional<std::string_view> subject(std::string_view path, std::string_view leaf) noexcept {
    if (!path.starts_with(quota_root) || !path.ends_with(leaf) ||
        path.size() < quota_root.size() + leaf.size()) {
        return std::nullopt;
    }
    path.remove_suffix(leaf.size());
    path.remove_prefix(quota_root.size());
    if (!path.empty() && path.front() != '/') return std::nullopt;
    return path;
}

}  // namespace

void Usage::add(std::int64_t nodes, std::int64_t data_bytes) noexcept {
    count = wrapping_sum(count, nodes);
    bytes = wrapping_sum(bytes, data_bytes);
}

std::string Usage::print() const {
    return "count=" + std::to_string(count) + ",bytes=" + std::to_string(bytes);
}

Usage Usage::parse(std::string_view text) {
    Usage usage;
    usage.count = -1;
    usage.bytes = -1;
    for_each_number(text, [&](std::string_view key, std::int64_t number) {
        if (key == "count") {
            usage.count = number;
        } else if (key == "bytes") {
            usage.bytes = number;
        }
    });
    return usage;
}

HardLimits HardLimits::parse(std::string_view text) {
    HardLimits limits;
    for_each_number(text, [&](std::string_view key, std::int64_t number) {
        if (key == "countHardLimit") {
            limits.count = number;
        } else if (key == "byteHardLimit") {
            limits.bytes = number;
        }
    });
    return limits;
}

bool HardLimits::allow(const Usage& used, const Usage& more) const noexcept {
    const bool count_fits =
        more.count == 0 || count < 0 || wrapping_sum(used.count, more.count) <= count;
    const bool bytes_fit =
        more.bytes == 0 || bytes < 0 || wrapping_sum(used.bytes, more.bytes) <= bytes;
    return count_fits && bytes_fit;
}

Usage Usage::of(const Node& top) {
    Usage usage;
    for (const Node* node = &top; node != nullptr; node = next_below(top, node)) {
        usage.add(1, static_cast<std::int64_t>(node->data_size()));
    }
    return usage;
}

std::optional<std::string_view> Quotas::limited_by(std::string_view path) noexcept {
    return subject(path, limits_leaf);
}

std::optional<std::string_view> Quotas::counted_by(std::string_view path) noexcept {
    return subject(path, stats_leaf);
}

std::string Quotas::usage_path(std::string_view subtree) {
    std::string path(quota_root);
    return path.append(subtree).append(stats_leaf);
}

std::string Quotas::limits_path(std::string_view subtree) {
    std::string path(quota_root);
    return path.append(subtree).append(limits_leaf);
}

void Quotas::on_node_added(std::string_view path) {
    const auto subtree = limited_by(path);
    if (subtree && !subtree->empty()) {
        subtrees_.emplace(*subtree);
    }
}

Quotas::Entry Quotas::on_node_removed(std::string_view path) noexcept {
    const auto subtree = limited_by(path);
    const auto found = subtree ? subtrees_.find(*subtree) : subtrees_.end();
    return found == subtrees_.end() ? Entry() : subtrees_.extract(found);
}

std::optional<std::string_view> Quotas::subtree_of(std::string_view path) const noexcept {
    if (subtrees_.empty()) return std::nullopt;
    for (; path.size() > 1; path = parent_path(path)) {
        const auto found = subtrees_.find(path);
        if (found != subtrees_.end()) return *found;
    }
    return std::nullopt;
}

}  // namespace kazoo::server
