// SPDX-License-Identifier: Apache-2.0
#include <kazoo/exceptions.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <typeinfo>

namespace {

using kazoo::ClientErrc;
using kazoo::Errc;
using kazoo::Error;
using kazoo::KazooException;
using kazoo::Outcome;
using kazoo::ZookeeperError;

// Throws the exception for the code and compares it with its row of the table.
template <class Class, class Base>
void expect_exception(const std::error_code& code) {
    const Error error(code, Outcome::unknown, "get", "/a", "why");
    bool caught = false;
    try {
        kazoo::throw_error(error);
    } catch (const std::exception& e) {
        caught = true;
        EXPECT_EQ(typeid(e), typeid(Class)) << code;
        EXPECT_EQ(e.what(), error.message());
    }
    EXPECT_TRUE(caught) << code;
    const std::exception_ptr pointer = kazoo::make_exception(error);
    EXPECT_THROW(std::rethrow_exception(pointer), Class) << code;
    EXPECT_THROW(std::rethrow_exception(pointer), Base) << code;
    EXPECT_THROW(std::rethrow_exception(pointer), KazooException) << code;
    EXPECT_THROW(std::rethrow_exception(pointer), std::runtime_error) << code;
    EXPECT_EQ(kazoo::error_from(pointer), error) << code;
    EXPECT_EQ(Class::errc, code);
    EXPECT_EQ(Class().error(), Error(code)) << code;
    static_assert(std::is_nothrow_copy_constructible_v<Class>);
}

TEST(Exceptions, OneClassForEachServerCode) {
#define KAZOO_SERVER_ERROR(enumerator, number, Class, outcome, message) \
    expect_exception<kazoo::Class, ZookeeperError>(Errc::enumerator);
#include <kazoo/detail/error_table.def>
}

TEST(Exceptions, OneClassForEachClientCode) {
#define KAZOO_CLIENT_ERROR(enumerator, number, Class, Base, outcome, message) \
    expect_exception<kazoo::Class, kazoo::Base>(ClientErrc::enumerator);
#include <kazoo/detail/error_table.def>
}

TEST(Exceptions, AliasesAreTheSameClasses) {
#define KAZOO_ERROR_ALIAS(Alias, Class)                        \
    static_assert(std::is_same_v<kazoo::Alias, kazoo::Class>); \
    EXPECT_THROW(kazoo::throw_error(Error(kazoo::Class::errc)), kazoo::Alias);
#include <kazoo/detail/error_table.def>
}

TEST(Exceptions, CarryTheErrorAndItsParts) {
    try {
        kazoo::throw_error(Error(Errc::bad_version, Outcome::not_applied, "set", "/a"));
        FAIL() << "nothing was thrown";
    } catch (const kazoo::BadVersionException& e) {
        EXPECT_EQ(e.code(), Errc::bad_version);
        EXPECT_EQ(e.outcome(), Outcome::not_applied);
        EXPECT_STREQ(e.operation(), "set");
        EXPECT_EQ(e.path(), "/a");
        EXPECT_EQ(e.error().message(), e.what());
    }
}

TEST(Exceptions, AClosedClientIsALostSessionAsInKazoo) {
    EXPECT_THROW(
        kazoo::throw_error(Error(ClientErrc::connection_closed)), kazoo::SessionExpiredException
    );
    EXPECT_THROW(kazoo::throw_error(Error(ClientErrc::rolled_back)), ZookeeperError);
}

TEST(Exceptions, UnknownServerCodesArePlainZookeeperErrors) {
    const Error error(std::error_code(-77, kazoo::zookeeper_category()));
    try {
        kazoo::throw_error(error);
        FAIL() << "nothing was thrown";
    } catch (const KazooException& e) {
        EXPECT_EQ(typeid(e), typeid(ZookeeperError));
        EXPECT_EQ(e.code().value(), -77);
        EXPECT_NE(std::string(e.what()).find("-77"), std::string::npos);
    }
}

TEST(Exceptions, ForeignCodesArePlainKazooExceptions) {
    for (const std::error_code& code :
         {std::make_error_code(std::errc::connection_refused),
          std::error_code(999, kazoo::kazoo_category())}) {
        try {
            kazoo::throw_error(Error(code));
            FAIL() << "nothing was thrown";
        } catch (const KazooException& e) {
            EXPECT_EQ(typeid(e), typeid(KazooException));
            EXPECT_EQ(e.code(), code);
        }
    }
}

TEST(ErrorFromException, KeepsTheTextOfForeignExceptions) {
    const Error error = kazoo::error_from(std::make_exception_ptr(std::out_of_range("too far")));
    EXPECT_EQ(error.code(), ClientErrc::foreign_exception);
    EXPECT_EQ(error.detail(), "too far");
}

TEST(ErrorFromException, HandlesObjectsThatAreNotExceptions) {
    const Error error = kazoo::error_from(std::make_exception_ptr(42));
    EXPECT_EQ(error.code(), ClientErrc::foreign_exception);
    EXPECT_FALSE(error.detail().empty());
    EXPECT_EQ(kazoo::error_from(nullptr), Error());
}

TEST(ErrorFromException, KeepsTheErrorOfDerivedExceptions) {
    struct Own : kazoo::NoNodeError {
        using NoNodeError::NoNodeError;
    };
    const Error error = Error(Errc::no_node).path("/a");
    EXPECT_EQ(kazoo::error_from(std::make_exception_ptr(Own(error))), error);
}

}  // namespace
