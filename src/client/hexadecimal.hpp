// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace kazoo::detail::client {

/// Returns "0x" and the digits of a session id or zxid, as the servers write them in their logs.
inline std::string hexadecimal(std::int64_t number) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(number));
    return text;
}

}  // namespace kazoo::detail::client
