// SPDX-License-Identifier: Apache-2.0
#include "odd_maker.hpp"

#include "requests.hpp"
#include "script.hpp"

#include <array>
#include <vector>

namespace kazoo::differential {
namespace {

using codec::Opcode;

constexpr std::array negative_counts{-2, -7, -2147483647};
constexpr std::array create_ops{Opcode::create, Opcode::create2, Opcode::create_container};

/// Concatenates wire values.
class Bytes {
public:
    Bytes& number(std::int32_t value) {
        codec::Encoder(buffer_).i32(value);
        return *this;
    }
    Bytes& number64(std::int64_t value) {
        codec::Encoder(buffer_).i64(value);
        return *this;
    }
    Bytes& text(std::optional<std::string_view> value) {
        if (!value) {
            return number(-1);
        }
        codec::Encoder(buffer_).ustring(*value);
        return *this;
    }
    Bytes& raw(std::string_view bytes) {
        buffer_.append(bytes.data(), bytes.size());
        return *this;
    }
    [[nodiscard]] std::string take() const {
        return {reinterpret_cast<const char*>(buffer_.data()), buffer_.size()};
    }

private:
    base::Buffer buffer_;
};

/// A list of ACL entries, some with null fields, or an invalid count.
std::string odd_acl(Choice& choice) {
    if (choice.chance(30)) {
        return Bytes().number(choice.of(negative_counts)).take();
    }
    static constexpr std::array<std::optional<std::string_view>, 7> schemes{
        "world", "digest", "ip", "auth", "other", "", std::nullopt};
    static constexpr std::array<std::optional<std::string_view>, 4> ids{
        std::nullopt, std::nullopt, "", "anyone"};
    const auto count = static_cast<std::int32_t>(1 + choice.below(3));
    Bytes list;
    list.number(count);
    for (std::int32_t i = 0; i < count; ++i) {
        if (choice.chance(30)) {
            list.number(31).text("world").text("anyone");
        } else {
            list.number(31).text(choice.of(schemes)).text(choice.of(ids));
        }
    }
    return list.take();
}

std::string create_body(Choice& choice, const std::string& acl, std::int32_t flags) {
    return Bytes().text(choice.any_path()).text(choice.data()).raw(acl).number(flags).take();
}

std::string good_acl() {
    return Bytes().number(1).number(31).text("world").text("anyone").take();
}

MadeOp odd_create(Choice& choice) {
    return {choice.of(create_ops), create_body(choice, odd_acl(choice), 0)};
}

MadeOp odd_set_acl(Choice& choice) {
    return {Opcode::set_acl, Bytes().text(choice.path()).raw(odd_acl(choice)).number(-1).take()};
}

/// Any flags with any opcode. Outside a multi there is no negative TTL without TTL flags, because
/// it terminates Apache's server.
MadeOp odd_flags(Choice& choice, bool alone) {
    const auto flags = static_cast<std::int32_t>(choice.below(9)) - 1;
    const bool sequential = flags == 2 || flags == 3 || flags == 6;
    const std::string path = choice.path() + (sequential ? "/s-" : "");
    const auto body = Bytes().text(path).text(choice.data()).raw(good_acl()).number(flags).take();
    if (choice.chance(50)) {
        return {choice.of(create_ops), body};
    }
    static constexpr std::array<std::int64_t, 4> ttls{-1, 0, 1'000'000'000, 1L << 40};
    const std::int64_t ttl = choice.of(ttls);
    return {Opcode::create_ttl, body + Bytes().number64(alone && ttl < 0 ? 0 : ttl).take()};
}

MadeOp odd_multi(Choice& choice) {
    std::vector<MadeOp> ops;
    for (auto count = 1 + choice.below(3); count > 0; --count) {
        switch (choice.below(4)) {
            case 0:
                ops.push_back(odd_create(choice));
                break;
            case 1:
                ops.push_back(make_set_data(choice));
                break;
            default:
                ops.push_back(odd_flags(choice, false));
        }
    }
    return {Opcode::multi, multi_body(ops)};
}

/// Writes only, reads of which one has no path, or a mixture of reads and writes.
MadeOp odd_multi_read(Choice& choice) {
    std::vector<MadeOp> ops;
    const auto kind = choice.below(3);
    for (auto count = 1 + choice.below(3); count > 0; --count) {
        if (kind == 0 || (kind == 1 && choice.chance(50))) {
            ops.push_back(choice.chance(50) ? make_delete(choice) : make_set_data(choice));
        } else {
            const bool is_null = kind == 2 && choice.chance(40);
            const auto path = choice.path();
            Bytes body;
            body.text(is_null ? std::nullopt : std::optional<std::string_view>(path)).raw("\1");
            ops.push_back({choice.chance(50) ? Opcode::get_data : Opcode::get_children, body.take()}
            );
        }
    }
    return {Opcode::multi_read, multi_body(ops)};
}

MadeOp odd_set_watches(Choice& choice, bool recent) {
    recent = recent && choice.chance(50);
    Bytes body;
    body.number64(0);
    for (int lists = recent ? 5 : 3; lists > 0; --lists) {
        if (choice.chance(50)) {
            body.number(choice.of(negative_counts));
        } else {
            body.number(1).text(choice.path());
        }
    }
    return {recent ? Opcode::set_watches2 : Opcode::set_watches, body.take()};
}

}  // namespace

MadeOp make_odd(Choice& choice, const server::Profile& profile) {
    switch (choice.below(7)) {
        case 0:
            return odd_create(choice);
        case 1:
            return odd_set_acl(choice);
        case 2:
            return odd_flags(choice, true);
        case 3:
            return odd_multi(choice);
        case 4:
            return odd_multi_read(choice);
        case 5:
            return odd_set_watches(choice, profile.supports(Opcode::set_watches2));
        default:
            return {choice.chance(50) ? Opcode::create_session : Opcode::delete_container, ""};
    }
}

}  // namespace kazoo::differential
