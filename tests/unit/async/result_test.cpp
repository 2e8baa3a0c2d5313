// SPDX-License-Identifier: Apache-2.0
#include <kazoo/exceptions.hpp>
#include <kazoo/result.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace {

using kazoo::ClientErrc;
using kazoo::Errc;
using kazoo::Error;
using kazoo::Outcome;
using kazoo::Result;

TEST(ResultOfValue, HoldsAValue) {
    Result<std::string> result = std::string("a");
    ASSERT_TRUE(result);
    EXPECT_TRUE(result.has_value());
    EXPECT_EQ(result.value(), "a");
    EXPECT_EQ(*result, "a");
    EXPECT_EQ(result->size(), 1U);
    EXPECT_EQ(result.error(), std::error_code());
    *result += "b";
    EXPECT_EQ(std::as_const(result).value(), "ab");
}

TEST(ResultOfValue, HoldsAFailure) {
    const Error failure(Errc::no_node, Outcome::not_applied, "get", "/a");
    const Result<std::string> result = failure;
    EXPECT_FALSE(result);
    EXPECT_EQ(result.error(), Errc::no_node);
    EXPECT_EQ(result.failure(), failure);
    try {
        (void)result.value();
        FAIL() << "nothing was thrown";
    } catch (const kazoo::NoNodeError& e) {
        EXPECT_EQ(e.error(), failure);
    }
}

TEST(ResultOfValue, ConvertsFromAnErrorCode) {
    const Result<int> server = Errc::no_auth;
    EXPECT_EQ(server.failure(), Error(Errc::no_auth));
    const Result<int> client = ClientErrc::cancelled;
    EXPECT_THROW((void)client.value(), kazoo::CancelledError);
}

TEST(ResultOfValue, ReturnsAFallback) {
    EXPECT_EQ(Result<int>(1).value_or(2), 1);
    EXPECT_EQ(Result<int>(Errc::no_node).value_or(2), 2);
    const Result<std::string> failed = Errc::no_node;
    EXPECT_EQ(failed.value_or("fallback"), "fallback");
}

TEST(ResultOfValue, MovesItsValueOut) {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
    Result<std::unique_ptr<int>> moved = std::move(result);
    EXPECT_EQ(*moved.value(), 7);
    const std::unique_ptr<int> taken = std::move(moved).value();
    EXPECT_EQ(*taken, 7);
    const std::unique_ptr<int> other =
        Result<std::unique_ptr<int>>(Errc::no_node).value_or(std::make_unique<int>(8));
    EXPECT_EQ(*other, 8);
}

TEST(ResultOfValue, MovesItsFailureOut) {
    Result<int> result = Error(Errc::no_node).path("/a");
    const Error failure = std::move(result).failure();
    EXPECT_EQ(failure.path(), "/a");
}

TEST(ResultOfNothing, IsSuccessOrFailure) {
    const Result<void> success;
    EXPECT_TRUE(success);
    EXPECT_NO_THROW(success.value());
    EXPECT_FALSE(success.error());
    const Result<void> failure = Error(Errc::not_empty).path("/a");
    EXPECT_FALSE(failure);
    EXPECT_EQ(failure.error(), Errc::not_empty);
    EXPECT_EQ(failure.failure().path(), "/a");
    EXPECT_THROW(failure.value(), kazoo::NotEmptyError);
}

static_assert(!std::is_convertible_v<Result<int>, bool>, "a test of success must be visible");
static_assert(!std::is_copy_constructible_v<Result<std::unique_ptr<int>>>);
static_assert(std::is_nothrow_move_constructible_v<Result<std::string>>);

}  // namespace
