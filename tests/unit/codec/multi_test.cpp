// SPDX-License-Identifier: Apache-2.0
#include "codec/multi.hpp"

#include "samples.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace kazoo::codec {
namespace {

const std::string end = "ffffffff 01 ffffffff";

template <class T>
bool decodes(const std::string& hex, T& out) {
    const ExactBytes input(hex);
    Decoder in(input);
    return decode(in, out);
}

MultiRequest all_operations() {
    MultiRequest request;
    request.ops = {
        {Opcode::check, sample<CheckRequest>()},
        {Opcode::create, sample<CreateRequest>()},
        {Opcode::create2, sample<CreateRequest>()},
        {Opcode::create_container, sample<CreateRequest>()},
        {Opcode::create_ttl, sample<CreateTtlRequest>()},
        {Opcode::delete_, sample<DeleteRequest>()},
        {Opcode::set_data, sample<SetDataRequest>()},
        {Opcode::get_data, sample<GetDataRequest>()},
        {Opcode::get_children, sample<GetChildrenRequest>()}};
    return request;
}

MultiResponse all_results() {
    MultiResponse response;
    response.results = {
        {Opcode::check, 0, {}},
        {Opcode::create, 0, sample<CreateReply>()},
        {Opcode::create2, 0, sample<Create2Reply>()},
        {Opcode::delete_, 0, {}},
        {Opcode::set_data, 0, sample<StatReply>()},
        {Opcode::get_data, 0, sample<GetDataReply>()},
        {Opcode::get_children, 0, sample<GetChildrenReply>()},
        MultiResult::error(-101)};
    return response;
}

template <class T>
void expect_round_trip(const T& original) {
    const auto bytes = encoded(original);
    const ExactBytes input(bytes.span());
    Decoder in(input);
    T decoded;
    ASSERT_TRUE(decode(in, decoded));
    EXPECT_EQ(in.remaining(), 0U);
    EXPECT_TRUE(decoded == original) << to_string(decoded);

    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const ExactBytes cut(bytes.span().first(size));
        Decoder in_cut(cut);
        EXPECT_FALSE(decode(in_cut, decoded)) << size << " of " << bytes.size();
    }
}

TEST(MultiTest, EveryOperationRoundTripsAndNeedsItsEnd) {
    expect_round_trip(all_operations());
}

TEST(MultiTest, EveryResultRoundTripsAndNeedsItsEnd) {
    expect_round_trip(all_results());
}

TEST(MultiTest, AnEmptyMultiIsItsEnd) {
    EXPECT_EQ(encoded_hex(MultiRequest{}), "ffffffff01ffffffff");
    EXPECT_EQ(encoded_hex(MultiResponse{}), "ffffffff01ffffffff");
    MultiRequest request = all_operations();
    ASSERT_TRUE(decodes(end, request));
    EXPECT_TRUE(request.ops.empty());
    MultiResponse response = all_results();
    ASSERT_TRUE(decodes(end, response));
    EXPECT_TRUE(response.results.empty());
}

TEST(MultiTest, ResultsAreReadByTheirOwnType) {
    const std::string path = "00000002 2f61";
    const std::string stat = encoded_hex(ZnodeStat{});
    MultiResponse response;
    ASSERT_TRUE(decodes(
        "00000001 00 00000000" + path + "0000000f 00 00000000" + path + stat + end, response
    ));
    ASSERT_EQ(response.results.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<CreateReply>(response.results[0].body));
    EXPECT_TRUE(std::holds_alternative<Create2Reply>(response.results[1].body));
}

TEST(MultiTest, MoreResultsThanExpectedAreMalformed) {
    const auto bytes = encoded(all_results());
    const auto count = all_results().results.size();
    MultiResponse response;
    Decoder enough(bytes.span());
    EXPECT_TRUE(decode(enough, response, count));
    Decoder fewer(bytes.span());
    EXPECT_FALSE(decode(fewer, response, count - 1));
    EXPECT_FALSE(fewer.ok());
    EXPECT_EQ(response.results.size(), count - 1) << "no memory is taken for the others";
}

TEST(MultiTest, ErrorResultsCarryTheirCode) {
    MultiResponse response;
    ASSERT_TRUE(decodes("ffffffff 00 ffffff9b ffffff9b" + end, response));
    ASSERT_EQ(response.results.size(), 1U);
    EXPECT_EQ(response.results[0].type, Opcode::error);
    EXPECT_EQ(response.results[0].err, -101);
    EXPECT_TRUE(response.results[0] == MultiResult::error(-101));
}

TEST(MultiTest, RefusesForeignTypes) {
    const std::string body = "00000002 2f61 00000000 00000000 00000000";
    const std::vector<std::int32_t> operations{1, 2, 4, 5, 8, 13, 15, 19, 21};
    const std::vector<std::int32_t> results{-1, 1, 2, 4, 5, 8, 13, 15};
    const auto contains = [](const std::vector<std::int32_t>& list, std::int32_t number) {
        return std::find(list.begin(), list.end(), number) != list.end();
    };
    for (std::int32_t type = -12; type <= 120; ++type) {
        const std::string header = encoded_hex(MultiHeader{Opcode{type}, false, 0});
        MultiRequest request;
        MultiResponse response;
        if (!contains(operations, type)) {
            EXPECT_FALSE(decodes(header + body + end, request)) << type;
        }
        if (!contains(results, type)) {
            EXPECT_FALSE(decodes(header + body + end, response)) << type;
        }
    }
}

TEST(MultiTest, ARefusedListFailsTheDecoder) {
    const ExactBytes input("00000003 00 ffffffff 00000002 2f61 00" + end);
    Decoder in(input);
    MultiRequest request;
    EXPECT_FALSE(decode(in, request));
    EXPECT_FALSE(in.ok());
}

TEST(MultiTest, ABrokenOperationFailsTheList) {
    MultiRequest request;
    EXPECT_FALSE(decodes("0000000d 00 ffffffff 7fffffff 2f61 00000000" + end, request));
    EXPECT_FALSE(decodes("0000000d 00 ffffffff fffffffe 2f61 00000000" + end, request));
}

TEST(MultiTest, SurvivesAnyNumberAnywhere) {
    const auto operations = encoded(all_operations());
    const auto results = encoded(all_results());
    const auto try_all = [](const base::Buffer& bytes, auto decoded) {
        for (std::size_t offset = 0; offset + 4 <= bytes.size(); ++offset) {
            for (const std::int32_t number : {-1, -2, INT32_MAX, 0, 1, 15, 0x01000000}) {
                base::Buffer changed;
                changed.append(bytes.data(), bytes.size());
                changed.patch_i32(offset, number);
                const ExactBytes input(changed.span());
                Decoder in(input);
                if (!decode(in, decoded)) continue;
                auto again = decoded;
                const ExactBytes reencoded(encoded(decoded).span());
                Decoder in_again(reencoded);
                ASSERT_TRUE(decode(in_again, again)) << to_string(decoded);
                ASSERT_TRUE(again == decoded) << to_string(decoded);
            }
        }
    };
    try_all(operations, MultiRequest{});
    try_all(results, MultiResponse{});
}

#ifndef NDEBUG
TEST(MultiDeathTest, TypesMustMatchTheirRecords) {
    base::Buffer out;
    Encoder encoder(out);
    MultiRequest request;
    request.ops.push_back({Opcode::check, DeleteRequest{"/a", -1}});
    EXPECT_DEATH(encode(encoder, request), "");
    MultiResponse response;
    response.results.push_back({Opcode::set_data, 0, {}});
    EXPECT_DEATH(encode(encoder, response), "");
}
#endif

}  // namespace
}  // namespace kazoo::codec
