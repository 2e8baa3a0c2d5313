// SPDX-License-Identifier: Apache-2.0
// How CreateOptions become an opcode and flags, and which options are refused.
#include "client/create_request.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace kazoo::detail::client {
namespace {

using codec::Opcode;
using namespace std::chrono_literals;

void expect_request(const CreateOptions& options, Opcode op, std::int32_t flags) {
    EXPECT_EQ(refusal_of_options(options), std::nullopt);
    EXPECT_EQ(create_opcode(options, false), op);
    EXPECT_EQ(codec::number(create_mode_of(options)), flags);
}

TEST(CreateRequestTest, EachKindOfNodeHasItsOpcodeAndFlags) {
    expect_request(CreateOptions(), Opcode::create, 0);
    expect_request(CreateOptions().ephemeral(), Opcode::create, 1);
    expect_request(CreateOptions().sequence(), Opcode::create, 2);
    expect_request(CreateOptions().ephemeral().sequence(), Opcode::create, 3);
    expect_request(CreateOptions().container(), Opcode::create_container, 4);
    expect_request(CreateOptions().ttl(1ms), Opcode::create_ttl, 5);
    expect_request(CreateOptions().ttl(1h).sequence(), Opcode::create_ttl, 6);
}

TEST(CreateRequestTest, OnlyPlainNodesHaveARequestWithoutStat) {
    EXPECT_EQ(create_opcode(CreateOptions(), true), Opcode::create2);
    EXPECT_EQ(create_opcode(CreateOptions().container(), true), Opcode::create_container);
    EXPECT_EQ(create_opcode(CreateOptions().ttl(1ms), true), Opcode::create_ttl);
}

TEST(CreateRequestTest, ContradictionsAreRefused) {
    for (const auto& options :
         {CreateOptions().ttl(1ms).ephemeral(),
          CreateOptions().ttl(1ms).container(),
          CreateOptions().container().ephemeral(),
          CreateOptions().container().sequence()}) {
        const auto error = refusal_of_options(options);
        ASSERT_TRUE(error);
        EXPECT_EQ(error->code(), Errc::bad_arguments);
        EXPECT_EQ(error->outcome(), Outcome::not_sent);
        EXPECT_NE(error->detail(), "");
    }
}

TEST(CreateRequestTest, TheTimeToLiveHas40Bits) {
    const std::chrono::milliseconds longest((std::int64_t{1} << 40) - 1);
    EXPECT_FALSE(refusal_of_options(CreateOptions().ttl(longest)));
    EXPECT_TRUE(refusal_of_options(CreateOptions().ttl(longest + 1ms)));
    EXPECT_TRUE(refusal_of_options(CreateOptions().ttl(0ms)));
    EXPECT_TRUE(refusal_of_options(CreateOptions().ttl(-1ms)));
    EXPECT_TRUE(refusal_of_options(CreateOptions().ttl(std::chrono::hours::max())));
}

TEST(CreateRequestTest, SaysWhatServersNeed) {
    EXPECT_STREQ(needs_text(Opcode::create), "");
    EXPECT_NE(std::string(needs_text(Opcode::create2)).find("3.5"), std::string::npos);
    EXPECT_NE(std::string(needs_text(Opcode::create_container)).find("3.5.1"), std::string::npos);
    EXPECT_NE(
        std::string(needs_text(Opcode::create_ttl)).find("extendedTypesEnabled"), std::string::npos
    );
}

}  // namespace
}  // namespace kazoo::detail::client
