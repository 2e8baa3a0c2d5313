// SPDX-License-Identifier: Apache-2.0
#include "choice.hpp"

#include "script.hpp"

namespace kazoo::differential {
namespace {

using namespace std::string_view_literals;

constexpr std::array names{"a"sv, "b"sv, "c"sv, "d-e"sv};
constexpr std::array rare_names{
    "s-0000000000"sv,
    "s-0000000001"sv,
    "s-0000000004"sv,
    "0000000002"sv,
    "\u00e9"sv,
    "..b"sv,
    "..."sv,
    "a b"sv,
    "quota"sv};

/// Appended to the root: invalid paths, and unusual valid ones.
constexpr std::array bad_tails{
    "/"sv,
    "//a"sv,
    "/a/"sv,
    "/./a"sv,
    "/a/.."sv,
    "/a\0b"sv,
    "/\x01"sv,
    "/a\x1f"sv,
    "/a\x7f"sv,
    "/\xc2\x85"sv,
    "/\xee\x80\x80"sv,
    "/\xef\xbf\xbd"sv,
    "/\xef\xbf\xb0"sv,
    "/\xf0\x9f\x98\x80"sv,
    "/a/b/"sv,
    "/..."sv,
    "/a/."sv,
    "x/a"sv};
constexpr std::array foreign_paths{
    ""sv,
    "a"sv,
    "//"sv,
    "/zookeeper/config"sv,
    "/zookeeper/quota"sv,
    "/zookeeper/nothing"sv,
    "/no-such-root/a"sv,
    "/."sv,
    "."sv};

constexpr std::array datas{
    std::optional<std::string_view>(""sv),
    std::optional<std::string_view>("x"sv),
    std::optional<std::string_view>("some more data"sv),
    std::optional<std::string_view>("\0\xff"sv),
    std::optional<std::string_view>()};
constexpr std::array versions{0, 0, 1, 2, 3, 7, -2, 2147483647};

Acl entry(std::int32_t perms, std::string_view scheme, std::string_view id) {
    return {perms, Id(std::string(scheme), std::string(id))};
}

// Digests of u1:p1 and u2:p2.
constexpr auto digest_1 = "u1:fpT/y03U+EjItKZOSLGvjnJlyng="sv;

}  // namespace

std::string Choice::path() {
    std::string path(root_placeholder);
    constexpr std::array depths{1u, 1u, 1u, 1u, 2u, 2u, 2u, 2u, 3u, 0u};
    for (unsigned depth = of(depths); depth > 0; --depth) {
        path += '/';
        path += chance(8) ? of(rare_names) : names[below(below(names.size()) + 1)];
    }
    return path;
}

std::string Choice::bad_path() {
    if (chance(25)) {
        return std::string(of(foreign_paths));
    }
    return std::string(root_placeholder).append(of(bad_tails));
}

std::string Choice::any_path() {
    return chance(6) ? bad_path() : path();
}

std::int32_t Choice::version() {
    return chance(65) ? -1 : of(versions);
}

std::optional<std::string_view> Choice::data() {
    return of(datas);
}

AclList Choice::mild_acl() {
    switch (below(5)) {
        case 0:
            return {entry(31, "world", "anyone"), entry(1, "digest", digest_1)};
        case 1:
            return {entry(31, "ip", "127.0.0.1")};
        case 2:
            return {entry(30, "ip", "127.0.0.0/8"), entry(1, "world", "anyone")};
        case 3:
            return {entry(31, "world", "anyone"), entry(31, "world", "anyone")};
        default:
            return {entry(31, "world", "anyone")};
    }
}

AclList Choice::acl() {
    if (chance(70)) {
        return mild_acl();
    }
    switch (below(20)) {
        case 0:
        case 1:
            return {entry(31, "auth", "")};
        case 2:
            return {entry(1, "auth", "ignored"), entry(30, "world", "anyone")};
        case 3:
        case 4:
            return {entry(1, "world", "anyone")};
        case 5:
            return {entry(30, "world", "anyone"), entry(1, "digest", digest_1)};
        case 6:
            return {entry(31, "digest", digest_1)};
        case 7:
            return {entry(17, "world", "anyone"), entry(12, "digest", "u2:somebody-else")};
        case 8:
            return {entry(31, "ip", "10.0.0.0/8"), entry(13, "world", "anyone")};
        case 9:
            return {};
        case 10:
            return {entry(31, "world", "somebody")};
        case 11:
            return {entry(31, "nobody-knows", "x")};
        case 12:
            return {entry(31, "ip", chance(50) ? "127.0.0.1/33" : "nonsense")};
        case 13:
            return {entry(31, "digest", chance(50) ? "u" : "a:b:c")};
        case 14:
            return {entry(31, "digest", chance(50) ? "u:" : ":h")};
        case 15:
            return {entry(31, "super", ""), entry(31, "world", "anyone")};
        case 16:
            return {entry(0, "world", "anyone")};
        case 17:
            return {entry(99, "world", "anyone")};
        case 18:
            return {entry(31, "sasl", "bob")};
        default:
            return {entry(31, "ip", chance(50) ? "::1" : "127.0.0.1/0")};
    }
}

}  // namespace kazoo::differential
