// SPDX-License-Identifier: Apache-2.0
#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <stdexcept>
#include <string>

namespace {

using kazoo::ClientErrc;
using kazoo::Errc;
using kazoo::Error;
using kazoo::Outcome;
using kazoo::Promise;
using namespace std::chrono_literals;

const Error no_node(Errc::no_node, Outcome::not_applied, "get", "/a", "detail");

TEST(AsyncResultError, IsThrownWithItsOwnTypeByEveryGetter) {
    Promise<int> promise;
    const auto result = promise.result();
    EXPECT_TRUE(promise.set_exception(no_node));
    EXPECT_TRUE(result.ready());
    EXPECT_FALSE(result.successful());
    EXPECT_EQ(result.value(), nullptr);
    EXPECT_TRUE(result.wait(0s));
    EXPECT_THROW(result.get(), kazoo::NoNodeError);
    EXPECT_THROW(result.get(1s), kazoo::NoNodeError);
    EXPECT_THROW(result.get_nowait(), kazoo::NoNodeError);
    EXPECT_THROW(promise.result().get(), kazoo::NoNodeError);
    EXPECT_THROW(promise.result().get(1s), kazoo::NoNodeError);
}

TEST(AsyncResultError, OfAResultWithoutValue) {
    Promise<> promise;
    promise.set_exception(no_node);
    EXPECT_THROW(promise.result().get(), kazoo::NoNodeError);
    EXPECT_EQ(promise.result().result().error(), Errc::no_node);
}

TEST(AsyncResultError, CarriesAllItsParts) {
    Promise<int> promise;
    const auto result = promise.result();
    promise.set_exception(no_node);
    try {
        result.get();
        FAIL() << "no exception";
    } catch (const kazoo::KazooException& error) {
        EXPECT_EQ(error.error(), no_node);
    }
    ASSERT_FALSE(result.result().has_value());
    EXPECT_EQ(result.result().failure(), no_node);
}

TEST(AsyncResultError, IsTheSameObjectEveryTime) {
    Promise<int> promise;
    const auto result = promise.result();
    promise.set_exception(no_node);
    EXPECT_NE(result.exception(), nullptr);
    EXPECT_EQ(result.exception(), result.exception());
    EXPECT_EQ(result.exception(), promise.result().exception());
}

TEST(AsyncResultError, MayBeAnException) {
    Promise<int> promise;
    promise.set_exception(kazoo::NoAuthError());
    EXPECT_THROW(promise.result().get(), kazoo::NoAuthError);
    EXPECT_EQ(promise.result().result().error(), Errc::no_auth);
}

TEST(AsyncResultError, MayBeAnExceptionPointer) {
    Promise<int> promise;
    const auto given = std::make_exception_ptr(kazoo::BadVersionError());
    promise.set_exception(given);
    EXPECT_EQ(promise.result().exception(), given);
    EXPECT_EQ(promise.result().result().error(), Errc::bad_version);
}

TEST(AsyncResultError, MayBeForeign) {
    Promise<int> promise;
    promise.set_exception(std::logic_error("my own mistake"));
    EXPECT_THROW(promise.result().get(), std::logic_error);
    const auto failure = promise.result().result().failure();
    EXPECT_EQ(failure.code(), ClientErrc::foreign_exception);
    EXPECT_EQ(failure.outcome(), Outcome::unknown);
    EXPECT_NE(failure.detail().find("my own mistake"), std::string::npos);
}

TEST(AsyncResultError, NeedNotBeAStandardException) {
    Promise<int> promise;
    promise.set_exception(std::make_exception_ptr(42));
    EXPECT_THROW(promise.result().get(), int);
    EXPECT_EQ(promise.result().result().error(), ClientErrc::foreign_exception);
}

TEST(AsyncResultError, OfWaitingSaysThatTheOperationContinues) {
    Promise<int> promise;
    try {
        promise.result().get(1ms);
        FAIL() << "no exception";
    } catch (const kazoo::KazooTimeoutError& error) {
        EXPECT_EQ(error.outcome(), Outcome::unknown);
        EXPECT_NE(std::string(error.what()).find("continues"), std::string::npos);
    }
    EXPECT_FALSE(promise.result().ready());
}

}  // namespace
