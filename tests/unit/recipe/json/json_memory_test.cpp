// SPDX-License-Identifier: Apache-2.0
// JSON from nodes is read while memory is short: each allocation fails once, and all behind it.
#include "recipe/lease/lease_record.hpp"
#include "support/allocations/allocations.hpp"

#include <kazoo/recipes/service_instance.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <new>
#include <string>

namespace kazoo::detail::recipe {
namespace {

using testing_support::Shortage;

/// Calls `read` until it succeeds. Returns how often it has thrown std::bad_alloc.
template <class Read>
int failures_of(Read read, long length) {
    for (int failures = 0;; ++failures) {
        const Shortage shortage(failures + 1, length);
        try {
            read();
            return failures;
        } catch (const std::bad_alloc&) {
        }
    }
}

constexpr long to_the_end = std::numeric_limits<int>::max();

TEST(JsonMemory, AnInstanceIsReadOrFails) {
    std::string nested;
    for (int i = 0; i < 100; ++i) {
        nested += R"([{"key of an object":)";
    }
    nested += "1";
    for (int i = 0; i < 100; ++i) {
        nested += "}]";
    }
    const std::string text =
        R"({"name":"n\u0061me that is longer than a small string","id":"i","payload":)" + nested +
        R"(,"address":"an address that is longer, too","port":80,"uriSpec":{"parts":[)"
        R"({"value":"a part that is longer than a small string","variable":true},)"
        R"({"value":"://","variable":false}],"more":)" +
        nested + R"(},"unknown":)" + nested + "}";
    const auto read = [&] { static_cast<void>(ServiceInstance::from_json(text, "/i")); };
    EXPECT_GT(failures_of(read, 1), 10);
    EXPECT_GT(failures_of(read, to_the_end), 10);
}

TEST(JsonMemory, ALeaseIsReadOrFails) {
    const std::string text =
        R"({"version":1,"more":[[{"a":[1,2]}],{"b":{}}],"end":"2026-11-22T13:30:05",)"
        R"("holder":"h\u0061lder whose name is longer than a small string"})";
    const auto read = [&] { static_cast<void>(decode_lease(text, "/l")); };
    EXPECT_GT(failures_of(read, 1), 3);
    EXPECT_GT(failures_of(read, to_the_end), 3);
}

}  // namespace
}  // namespace kazoo::detail::recipe
