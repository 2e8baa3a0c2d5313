// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/errors.hpp>
#include <kazoo/state.hpp>

#include <cstdint>
#include <optional>
#include <system_error>

namespace kazoo::codec {

// The numbers on the wire that stand for values of the public API, and their conversion.

/// The type of a notification (WatcherEvent::type). Servers send no other numbers.
enum class WatchEventType : std::int32_t {
    created = 1,
    deleted = 2,
    data_changed = 3,
    children_changed = 4,
};

/// Returns the public form of a WatchEventType; nothing for a number that is none.
[[nodiscard]] std::optional<EventType> event_type(std::int32_t number) noexcept;

/// The kind of node that a request creates (`flags` of CreateRequest). The numbers are not bits in
/// general, although `ephemeral_sequence` happens to be the sum of two others.
enum class CreateMode : std::int32_t {
    persistent = 0,
    ephemeral = 1,
    sequence = 2,
    ephemeral_sequence = 3,
    container = 4,
    ttl = 5,
    ttl_sequence = 6,
};

/// Returns the mode of a node that is neither a container nor has a time to live.
[[nodiscard]] CreateMode create_mode(bool ephemeral, bool sequence) noexcept;

/// Converts the error of a ReplyHeader, which may be a number that Errc does not list: it is kept,
/// and compares unequal to every enumerator. 0 is no error.
[[nodiscard]] constexpr Errc errc(std::int32_t number) noexcept {
    return static_cast<Errc>(number);
}
[[nodiscard]] constexpr std::int32_t number(Errc code) noexcept {
    return static_cast<std::int32_t>(code);
}
[[nodiscard]] constexpr std::int32_t number(CreateMode mode) noexcept {
    return static_cast<std::int32_t>(mode);
}

// Of the `flags` of a request, which a client may set to any number.

[[nodiscard]] constexpr bool is_create_mode(std::int32_t flags) noexcept {
    return flags >= number(CreateMode::persistent) && flags <= number(CreateMode::ttl_sequence);
}
[[nodiscard]] constexpr bool is_ephemeral_mode(std::int32_t flags) noexcept {
    return flags == number(CreateMode::ephemeral) ||
           flags == number(CreateMode::ephemeral_sequence);
}
[[nodiscard]] constexpr bool is_sequence_mode(std::int32_t flags) noexcept {
    return flags == number(CreateMode::sequence) ||
           flags == number(CreateMode::ephemeral_sequence) ||
           flags == number(CreateMode::ttl_sequence);
}
[[nodiscard]] constexpr bool is_ttl_mode(std::int32_t flags) noexcept {
    return flags == number(CreateMode::ttl) || flags == number(CreateMode::ttl_sequence);
}

}  // namespace kazoo::codec
