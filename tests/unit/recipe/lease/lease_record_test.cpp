// SPDX-License-Identifier: Apache-2.0
// The bytes of a lease, which Python's kazoo writes and reads.
#include "recipe/lease/lease_record.hpp"

#include <kazoo/exceptions.hpp>

#include <gtest/gtest.h>

namespace kazoo::detail::recipe {
namespace {

using namespace std::chrono_literals;

const std::chrono::sys_seconds a_time =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 13h + 30min + 5s;

TEST(LeaseRecordTest, IsEncodedAsByPython) {
    EXPECT_EQ(
        encode_lease({"h1", a_time}),
        R"({"version": 1, "holder": "h1", "end": "2026-11-22T13:30:05"})"
    );
    EXPECT_EQ(
        encode_lease({"\xC3\xA4 \"\\/\n\x7F \xF0\x9F\x98\x80", a_time}),
        R"({"version": 1, "holder": "\u00e4 \"\\/\n\u007f \ud83d\ude00", )"
        R"("end": "2026-11-22T13:30:05"})"
    );
}

TEST(LeaseRecordTest, IsDecodedWhateverTheFormOfTheJson) {
    const LeaseRecord record{"\xC3\xA4", a_time};
    EXPECT_EQ(decode_lease(encode_lease(record), "/l"), record);
    EXPECT_EQ(
        decode_lease(
            R"({"end":"2026-11-22T13:30:05","more":[1,{}],"holder":"\u00E4","version":1})", "/l"
        ),
        record
    );
}

TEST(LeaseRecordTest, AnotherVersionIsNoRecord) {
    EXPECT_EQ(decode_lease(R"({"version": 2, "until": 7})", "/l"), std::nullopt);
    EXPECT_EQ(decode_lease(R"({"version": "1"})", "/l"), std::nullopt);
}

TEST(LeaseRecordTest, OtherDataAreMalformed) {
    for (const char* data : {
             "",
             "no JSON",
             "[]",
             "{}",
             R"({"version": 1, "holder": "a"})",
             R"({"version": 1, "end": "2026-11-22T13:30:05"})",
             R"({"version": 1, "holder": 1, "end": "2026-11-22T13:30:05"})",
             R"({"version": 1, "holder": "a", "end": "2026-11-22T13:30:05Z"})",
             R"({"version": 1, "holder": "a", "end": "2026-11-22 13:30:05"})",
             R"({"version": 1, "holder": "a", "end": "2026-02-30T13:30:05"})",
             R"({"version": 1, "holder": "a", "end": "2026-11-22T24:30:05"})",
             R"({"version": 1, "holder": "a", "end": "2026-11-22T1x:30:05"})",
         }) {
        EXPECT_THROW(static_cast<void>(decode_lease(data, "/l")), MalformedDataError) << data;
    }
}

TEST(LeaseRecordTest, WhatPythonCannotReadIsRefused) {
    EXPECT_THROW(static_cast<void>(encode_lease({"\xFF", a_time})), BadArgumentsError);
    EXPECT_THROW(
        static_cast<void>(encode_lease({"h", a_time + std::chrono::years(9000)})), BadArgumentsError
    );
}

}  // namespace
}  // namespace kazoo::detail::recipe
