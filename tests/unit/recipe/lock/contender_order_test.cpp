// SPDX-License-Identifier: Apache-2.0
// The names of contenders and their order: the formats, foreign names, the wrap, the last number.
#include "recipe/lock/contender_order.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/threading.hpp>

#include <gtest/gtest.h>

#include <regex>

namespace kazoo::detail::recipe {
namespace {

using Place = Standing::Place;
using Names = std::vector<std::string>;

LockNames names(LockFormat format = {}, LockKind kind = LockKind::lock) {
    return LockNames(LockOptions().format(std::move(format)), kind);
}
std::string kazoo_lock(const std::string& number) {
    return "0123456789abcdef0123456789abcdef__lock__" + number;
}
std::string reader(const std::string& number) {
    return "0123456789abcdef0123456789abcdef__rlock__" + number;
}

TEST(NumberBehind, AcceptsWhatServersAppend) {
    EXPECT_EQ(number_behind("a-lock-0000000031", "-lock-"), 31);
    EXPECT_EQ(number_behind("a-lock-2147483647", "-lock-"), INT32_MAX);
    EXPECT_EQ(number_behind("a-lock--2147483648", "-lock-"), INT32_MIN);
    EXPECT_EQ(number_behind("a-lock--1000000000", "-lock-"), -1000000000);
    EXPECT_EQ(number_behind("a-lock--999999999", "-lock-"), -999999999) << "nine digits";
    EXPECT_EQ(number_behind("a-lock--000000001", "-lock-"), -1);
    EXPECT_EQ(number_behind("v10000000031", "v1"), 31) << "the marker ends in a digit";
}

TEST(NumberBehind, RefusesOtherNames) {
    for (const char* name :
         {"",
          "0000000031",
          "a-lock-",
          "a-lock-31",
          "a-lock-000000031",
          "a-lock-00000000031",
          "a-lock-2147483648",
          "a-lock--2147483649",
          "a-lock-00000000x1",
          "a-lock--00000001",
          "a-lock-+000000031",
          "a-LOCK-0000000031",
          "lock-0000000031",
          "a-lock-0000000031 "}) {
        EXPECT_EQ(number_behind(name, "-lock-"), std::nullopt) << name;
    }
}

TEST(LockNamesTest, AreThoseOfTheFormats) {
    const auto handler = std::make_shared<SequentialThreadingHandler>();
    const std::string uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
    const auto made = [&](const LockFormat& format, LockKind kind) {
        return names(format, kind).make(*handler);
    };
    const auto matches = [](const std::string& name, const std::string& form) {
        return std::regex_match(name, std::regex(form));
    };
    EXPECT_TRUE(matches(made({}, LockKind::lock), "[0-9a-f]{32}__lock__"));
    EXPECT_TRUE(matches(made({}, LockKind::read), "[0-9a-f]{32}__rlock__"));
    EXPECT_TRUE(matches(made({}, LockKind::write), "[0-9a-f]{32}__lock__"));
    EXPECT_TRUE(matches(made(LockFormat::go(), LockKind::lock), "_c_[0-9a-f]{32}-lock-"));
    const auto curator = LockFormat::curator();
    EXPECT_TRUE(matches(made(curator, LockKind::lock), "_c_" + uuid + "-lock-"));
    EXPECT_TRUE(matches(made(curator, LockKind::read), "_c_" + uuid + "-__READ__"));
    EXPECT_TRUE(matches(made(curator, LockKind::write), "_c_" + uuid + "-__WRIT__"));
    const auto latch = LockFormat::custom("_c_{uuid}-latch-");
    EXPECT_TRUE(matches(made(latch, LockKind::lock), "_c_" + uuid + "-latch-"));
    EXPECT_NE(made({}, LockKind::lock), made({}, LockKind::lock));
}

TEST(LockNamesTest, RefuseMalformedFormats) {
    for (const char* name : {"", "lock-", "{hex}", "a{uuid}", "{hex}{uuid}-", "{hex}-a/b-"}) {
        EXPECT_THROW(LockFormat::custom(name), BadArgumentsError) << name;
    }
    EXPECT_THROW(LockFormat::custom("{hex}-", "{hex}-r-"), BadArgumentsError);
    EXPECT_THROW(names(LockFormat::go(), LockKind::read), BadArgumentsError);
    EXPECT_THROW(names(LockFormat::custom("{hex}-"), LockKind::write), BadArgumentsError);
    EXPECT_THROW(LockNames(LockOptions().also(""), LockKind::lock), BadArgumentsError);
}

TEST(LockNamesTest, SayWhatBlocksWhat) {
    const std::string number = "0000000004";
    EXPECT_EQ(names().blocking_number(kazoo_lock(number)), 4);
    EXPECT_EQ(names().blocking_number(reader(number)), std::nullopt);
    EXPECT_EQ(names({}, LockKind::write).blocking_number(kazoo_lock(number)), 4);
    EXPECT_EQ(names({}, LockKind::write).blocking_number(reader(number)), 4);
    const auto read = names({}, LockKind::read);
    EXPECT_EQ(read.blocking_number(kazoo_lock(number)), 4);
    EXPECT_EQ(read.blocking_number(reader(number)), std::nullopt);
    EXPECT_EQ(read.number(reader(number)), 4);
    EXPECT_EQ(names().blocking_number("_c_1-lock-" + number), std::nullopt);
    const LockNames mixed(LockOptions().also("-lock-").also("."), LockKind::lock);
    EXPECT_EQ(mixed.blocking_number("_c_1-lock-" + number), 4);
    EXPECT_EQ(mixed.blocking_number("a." + number), 4);
    EXPECT_EQ(mixed.blocking_number("ab" + number), std::nullopt) << "literal text";
}

TEST(StandingTest, IsBehindTheNearest) {
    const Names children = {
        kazoo_lock("0000000009"),
        kazoo_lock("0000000003"),
        kazoo_lock("0000000005"),
        kazoo_lock("0000000007"),
        "foreign",
        "lease_holder",
        "x__lock__000001"};
    const auto place = standing(names(), kazoo_lock("0000000007"), children);
    EXPECT_EQ(place.place, Place::behind);
    EXPECT_EQ(place.nearest, kazoo_lock("0000000005"));
    EXPECT_EQ(standing(names(), kazoo_lock("0000000003"), children).place, Place::first);
    EXPECT_EQ(standing(names(), kazoo_lock("0000000004"), children).place, Place::missing);
}

TEST(StandingTest, OfAReaderDependsOnPrecedingWritersOnly) {
    const Names children = {
        reader("0000000001"),
        kazoo_lock("0000000002"),
        reader("0000000003"),
        kazoo_lock("0000000004")};
    const auto read = names({}, LockKind::read);
    EXPECT_EQ(standing(read, children[0], children).place, Place::first) << "no later writer";
    EXPECT_EQ(standing(read, children[2], children).nearest, children[1]);
    const auto write = names({}, LockKind::write);
    EXPECT_EQ(standing(write, children[1], children).nearest, children[0]);
    EXPECT_EQ(standing(write, children[3], children).nearest, children[2]);
}

TEST(StandingTest, OfAWriterIsBehindTheReadLockOfACuratorWriter) {
    const auto write = names(LockFormat::curator(), LockKind::write);
    // The writer 5 has taken the read lock as well, and released the write lock.
    const Names children = {"_c_1-__READ__0000000005", "_c_2-__WRIT__0000000006"};
    EXPECT_EQ(standing(write, children[1], children).nearest, children[0]);
    const auto read = names(LockFormat::curator(), LockKind::read);
    const Names both = {
        "_c_1-__WRIT__0000000005", "_c_2-__READ__0000000005", "_c_3-__READ__0000000007"};
    EXPECT_EQ(standing(read, both[2], both).nearest, both[0]);
}

TEST(StandingTest, IsCorrectAcrossTheWrap) {
    EXPECT_TRUE(is_before(INT32_MAX, INT32_MIN));
    EXPECT_FALSE(is_before(INT32_MIN, INT32_MAX));
    EXPECT_TRUE(is_before(-1, 0));
    EXPECT_TRUE(is_before(999999999, 1000000000));
    EXPECT_FALSE(is_before(7, 7));
    // Numbers that cannot be those of a counter that sticks.
    const Names children = {kazoo_lock("2147483000"), kazoo_lock("-2100000000")};
    EXPECT_EQ(standing(names(), children[1], children).nearest, children[0]);
    EXPECT_EQ(standing(names(), children[0], children).place, Place::first);
    const Names text = {kazoo_lock("-000000002"), kazoo_lock("-1000000000")};
    EXPECT_EQ(standing(names(), text[0], text).nearest, text[1]);
    EXPECT_EQ(standing(names(), text[1], text).place, Place::first);
}

TEST(StandingTest, IsDoubtfulWithNumbersOfAnExhaustedCounter) {
    const std::string last = kazoo_lock("2147483647");
    const std::string other = "f" + last;
    const auto equal = standing(names(), last, {last, other, kazoo_lock("0000000001")});
    EXPECT_EQ(equal.place, Place::doubtful);
    EXPECT_TRUE(equal.exhausted);
    EXPECT_EQ(equal.others, (Names{other, kazoo_lock("0000000001")}));
    EXPECT_EQ(standing(names(), last, {last}).place, Place::first) << "alone";
    const auto burst = kazoo_lock("-2147483648");
    EXPECT_EQ(standing(names(), burst, {burst, last}).place, Place::doubtful);
    EXPECT_EQ(standing(names(), last, {burst, last}).place, Place::doubtful);
    const auto five = kazoo_lock("0000000005");
    EXPECT_EQ(standing(names(), five, {five, "f" + five}).place, Place::doubtful) << "equal";
}

TEST(StandingTest, ByCreationComparesCzxids) {
    const std::vector<CreatedAt> others = {
        CreatedAt("a", 90), CreatedAt("b", 70), CreatedAt("c", 80), CreatedAt("d", std::nullopt)};
    const auto place = standing_by_creation(85, others);
    EXPECT_EQ(place.place, Place::behind);
    EXPECT_EQ(place.nearest, "c");
    EXPECT_EQ(standing_by_creation(60, others).place, Place::first);
}

}  // namespace
}  // namespace kazoo::detail::recipe
