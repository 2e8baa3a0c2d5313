// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace kazoo::detail::recipe {

/// What the node `lease_holder` says, in the version 1 that kazoo writes.
struct LeaseRecord {
    std::string holder;
    std::chrono::sys_seconds end;

    friend bool operator==(const LeaseRecord&, const LeaseRecord&) = default;
};

/// Returns the bytes that kazoo would write:
///
///     {"version": 1, "holder": "host-7", "end": "2026-11-22T13:30:35"}
///
/// Characters beyond ASCII are escaped. Throws BadArgumentsError if the holder is not UTF-8 or the
/// year has more than four digits.
[[nodiscard]] std::string encode_lease(const LeaseRecord& record);

/// Returns the record; nothing if it is of another version. Throws MalformedDataError with the path
/// if it is not JSON of this form.
[[nodiscard]] std::optional<LeaseRecord> decode_lease(
    std::string_view data, const std::string& path
);

}  // namespace kazoo::detail::recipe
