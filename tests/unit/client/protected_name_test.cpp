// SPDX-License-Identifier: Apache-2.0
// The names of protected nodes, and how many operations may go on in the background.
#include "client/protected_name.hpp"

#include "client/guaranteed_slots.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace kazoo::detail::client {
namespace {

constexpr std::array<std::uint64_t, 2> zeros{0, 0};
constexpr std::array<std::uint64_t, 2> ones{~std::uint64_t{0}, ~std::uint64_t{0}};

TEST(ProtectedNameTest, IsThatOfCurator) {
    const ProtectedName name("/locks/lock-", {0x0123456789abcdef, 0x0123456789abcdef});
    EXPECT_EQ(name.path(), "/locks/_c_01234567-89ab-4def-8123-456789abcdef-lock-");
    EXPECT_EQ(name.parent(), "/locks");
    EXPECT_EQ(name.prefix(), "_c_01234567-89ab-4def-8123-456789abcdef-");
}

TEST(ProtectedNameTest, HasTheVersionAndVariantOfARandomUuid) {
    EXPECT_EQ(ProtectedName("/a", zeros).path(), "/_c_00000000-0000-4000-8000-000000000000-a");
    EXPECT_EQ(ProtectedName("/a", ones).path(), "/_c_ffffffff-ffff-4fff-bfff-ffffffffffff-a");
}

TEST(ProtectedNameTest, MayConsistOfThePrefixAlone) {
    const ProtectedName in_root("/", zeros);
    EXPECT_EQ(in_root.parent(), "/");
    EXPECT_EQ(in_root.path(), "/" + std::string(in_root.prefix()));
    const ProtectedName deeper("/a/b/", zeros);
    EXPECT_EQ(deeper.parent(), "/a/b");
    EXPECT_EQ(deeper.path(), "/a/b/" + std::string(deeper.prefix()));
}

TEST(ProtectedNameTest, RecognisesItsNodeByTheIdAlone) {
    const ProtectedName name("/q/n-", zeros);
    EXPECT_TRUE(name.is_of("_c_00000000-0000-4000-8000-000000000000-n-0000000007"));
    EXPECT_FALSE(name.is_of("_c_00000000-0000-4000-8000-000000000001-n-0000000007"));
    EXPECT_FALSE(name.is_of("n-0000000007"));
    EXPECT_FALSE(name.is_of("_c_"));
}

TEST(ProtectedNameTest, MayBeUniqueAlready) {
    const ProtectedName name("/locks/a/0123__lock__");
    EXPECT_EQ(name.path(), "/locks/a/0123__lock__");
    EXPECT_EQ(name.parent(), "/locks/a");
    EXPECT_EQ(name.prefix(), "0123__lock__");
    EXPECT_TRUE(name.is_of("0123__lock__0000000007"));
    EXPECT_FALSE(name.is_of("0124__lock__0000000007"));
    EXPECT_EQ(ProtectedName("/n").parent(), "/");
    EXPECT_EQ(ProtectedName("/n").prefix(), "n");
}

TEST(GuaranteedSlotsTest, AreLimitedAndFreedWithTheirLastCopy) {
    const auto slots = std::make_shared<GuaranteedSlots>(2);
    auto first = slots->take(slots);
    auto copy = first;
    const auto second = slots->take(slots);
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(slots->take(slots));
    EXPECT_EQ(slots->used(), 2U);
    first.reset();
    EXPECT_FALSE(slots->take(slots)) << "a copy is left";
    copy.reset();
    EXPECT_TRUE(slots->take(slots));
    EXPECT_EQ(slots->used(), 1U);
}

TEST(GuaranteedSlotsTest, KeepTheirOwnerAlive) {
    auto slots = std::make_shared<GuaranteedSlots>(1);
    const std::weak_ptr<GuaranteedSlots> alive = slots;
    auto slot = slots->take(slots);
    slots.reset();
    EXPECT_FALSE(alive.expired());
    slot.reset();
    EXPECT_TRUE(alive.expired());
}

}  // namespace
}  // namespace kazoo::detail::client
