// SPDX-License-Identifier: Apache-2.0
#include <kazoo/errors.hpp>

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <type_traits>
#include <vector>

namespace {

using kazoo::ClientErrc;
using kazoo::Condition;
using kazoo::Errc;
using kazoo::Error;
using kazoo::Outcome;

std::vector<std::error_code> all_codes() {
    return {
#define KAZOO_SERVER_ERROR(enumerator, number, Class, outcome, message) Errc::enumerator,
#define KAZOO_CLIENT_ERROR(enumerator, number, Class, Base, outcome, message) \
    ClientErrc::enumerator,
#include <kazoo/detail/error_table.def>
    };
}

TEST(ErrorCodes, HaveTheNumbersOfTheProtocol) {
    EXPECT_EQ(static_cast<int>(Errc::ok), 0);
    EXPECT_EQ(static_cast<int>(Errc::connection_loss), -4);
    EXPECT_EQ(static_cast<int>(Errc::reconfig_in_process), -14);
    EXPECT_EQ(static_cast<int>(Errc::no_node), -101);
    EXPECT_EQ(static_cast<int>(Errc::node_exists), -110);
    EXPECT_EQ(static_cast<int>(Errc::session_expired), -112);
    EXPECT_EQ(static_cast<int>(Errc::session_moved), -118);
    EXPECT_EQ(static_cast<int>(Errc::quota_exceeded), -125);
    EXPECT_EQ(static_cast<int>(Errc::throttled_op), -127);
}

TEST(ErrorCodes, OnlyOkIsNotAnError) {
    EXPECT_FALSE(std::error_code(Errc::ok));
    for (const std::error_code& code : all_codes()) {
        EXPECT_TRUE(code) << code;
    }
}

TEST(ErrorCodes, HaveUniqueNamesAndMessages) {
    std::set<std::string> names;
    std::set<std::string> messages;
    for (const std::error_code& code : all_codes()) {
        EXPECT_TRUE(names.insert(kazoo::error_name(code)).second) << code;
        EXPECT_TRUE(messages.insert(code.message()).second) << code;
    }
    EXPECT_EQ(names.count(""), 0U);
    EXPECT_EQ(names.count("unknown_error"), 0U);
}

TEST(ErrorCodes, MessagesDescribeTheErrorAndTheRemedy) {
    for (const std::error_code& code : all_codes()) {
        const std::string message = code.message();
        EXPECT_NE(message.find_first_of(";:"), std::string::npos) << code << ": " << message;
        EXPECT_NE(message.back(), '.') << code;
    }
}

TEST(ErrorCodes, UnknownNumbersKeepTheirNumber) {
    const std::error_code server(-9999, kazoo::zookeeper_category());
    EXPECT_NE(server.message().find("-9999"), std::string::npos);
    EXPECT_STREQ(kazoo::error_name(server), "unknown_error");
    EXPECT_EQ(kazoo::usual_outcome(server), Outcome::unknown);
    const std::error_code client(4711, kazoo::kazoo_category());
    EXPECT_NE(client.message().find("4711"), std::string::npos);
    EXPECT_STREQ(kazoo::error_name(client), "unknown_error");
}

TEST(ErrorCodes, CategoriesHaveNames) {
    EXPECT_STREQ(kazoo::zookeeper_category().name(), "zookeeper");
    EXPECT_STREQ(kazoo::kazoo_category().name(), "kazoo");
    EXPECT_STREQ(kazoo::condition_category().name(), "kazoo.condition");
    EXPECT_NE(std::error_code(-4, kazoo::kazoo_category()), Errc::connection_loss);
}

TEST(ErrorCodes, UsualOutcomes) {
    EXPECT_EQ(kazoo::usual_outcome(Errc::no_node), Outcome::not_applied);
    EXPECT_EQ(kazoo::usual_outcome(Errc::connection_loss), Outcome::unknown);
    EXPECT_EQ(kazoo::usual_outcome(ClientErrc::queue_full), Outcome::not_sent);
    EXPECT_EQ(kazoo::usual_outcome(ClientErrc::rolled_back), Outcome::not_applied);
    EXPECT_EQ(kazoo::usual_outcome(std::make_error_code(std::errc::io_error)), Outcome::unknown);
}

// The names of the codes for which the condition holds.
std::set<std::string> codes_with(Condition condition) {
    std::set<std::string> names;
    for (const std::error_code& code : all_codes()) {
        if (code == condition) {
            names.insert(kazoo::error_name(code));
        }
    }
    return names;
}

using Names = std::set<std::string>;

TEST(Conditions, GroupTheCodes) {
    EXPECT_EQ(
        codes_with(Condition::retryable),
        Names(
            {"connection_loss",
             "operation_timeout",
             "request_timeout",
             "session_moved",
             "throttled_op",
             "reconfig_in_process",
             "not_read_only",
             "queue_full",
             "stale_read"}
        )
    );
    EXPECT_EQ(
        codes_with(Condition::session_lost),
        Names(
            {"session_expired",
             "unknown_session",
             "auth_failed",
             "session_closed_require_sasl",
             "connection_closed"}
        )
    );
    EXPECT_EQ(codes_with(Condition::connection_lost), Names({"connection_loss", "session_moved"}));
    EXPECT_EQ(
        codes_with(Condition::timeout),
        Names({"operation_timeout", "request_timeout", "wait_timeout", "lock_timeout"})
    );
}

// The message matches the outcome: a request that was not sent cannot have been applied, and one
// that may have been applied must not be repeated blindly.
TEST(ErrorMessages, FollowTheOutcome) {
    for (const std::error_code code :
         {make_error_code(Errc::connection_loss),
          make_error_code(Errc::operation_timeout),
          make_error_code(ClientErrc::cancelled)}) {
        const auto says = [&](Outcome outcome, const char* text) {
            return kazoo::Error(code, outcome).message().find(text) != std::string::npos;
        };
        for (const auto outcome : {Outcome::not_sent, Outcome::not_applied}) {
            EXPECT_TRUE(says(outcome, "nothing has changed")) << code << " " << outcome;
            EXPECT_FALSE(says(outcome, "may have been")) << code << " " << outcome;
        }
        EXPECT_TRUE(says(Outcome::unknown, "may have been applied")) << code;
        EXPECT_TRUE(says(Outcome::unknown, "read before")) << code;
        EXPECT_FALSE(says(Outcome::unknown, "nothing has changed")) << code;
    }
    using kazoo::Error;
    EXPECT_NE(
        Error(Errc::session_expired, Outcome::not_sent).message(),
        Error(Errc::session_expired, Outcome::unknown).message()
    );
}

// Message and condition must not contradict each other.
TEST(Conditions, MessagesThatAdviseToTryAgainAreRetryable) {
    for (const std::error_code& code : all_codes()) {
        if (code.message().find("try again") != std::string::npos) {
            EXPECT_EQ(code, Condition::retryable) << code;
        }
    }
}

TEST(Conditions, DoNotHoldForSuccessOrForeignCodes) {
    for (const Condition condition :
         {Condition::retryable,
          Condition::session_lost,
          Condition::connection_lost,
          Condition::timeout}) {
        EXPECT_NE(std::error_code(), condition);
        EXPECT_NE(std::error_code(Errc::ok), condition);
        EXPECT_NE(std::make_error_code(std::errc::timed_out), condition);
        EXPECT_NE(std::error_code(-4, std::generic_category()), condition);
    }
}

TEST(Conditions, HaveMessages) {
    EXPECT_EQ(make_error_condition(Condition::session_lost).message(), "the session has ended");
    EXPECT_EQ(kazoo::condition_category().message(77), "unknown condition 77");
    EXPECT_FALSE(kazoo::condition_category().equivalent(Errc::connection_loss, 77));
}

TEST(Conditions, StandardConditionsHoldToo) {
    EXPECT_EQ(std::error_code(ClientErrc::cancelled), std::errc::operation_canceled);
    EXPECT_EQ(std::error_code(ClientErrc::wait_timeout), std::errc::timed_out);
    EXPECT_EQ(std::error_code(Errc::operation_timeout), std::errc::timed_out);
    EXPECT_NE(std::error_code(Errc::no_node), std::errc::timed_out);
}

TEST(Outcomes, Print) {
    std::ostringstream out;
    out << Outcome::not_sent << ',' << Outcome::not_applied << ',' << Outcome::unknown;
    EXPECT_EQ(out.str(), "not sent,not applied,unknown");
}

static_assert(!std::is_aggregate_v<Error>);
static_assert(std::is_nothrow_move_constructible_v<Error>);

TEST(ErrorValue, DefaultIsSuccess) {
    const Error none;
    EXPECT_FALSE(none.code());
    EXPECT_EQ(none.message(), "no error");
}

TEST(ErrorValue, TakesTheUsualOutcomeOfItsCode) {
    EXPECT_EQ(Error(Errc::no_node).outcome(), Outcome::not_applied);
    EXPECT_EQ(Error(ClientErrc::forked).outcome(), Outcome::not_sent);
}

TEST(ErrorValue, ComposesOneLine) {
    const Error error(Errc::no_node, Outcome::not_applied, "get", "/a", "as seen by zk1");
    EXPECT_EQ(
        error.message(),
        "get /a: the node does not exist (for create: its parent); create it first "
        "(no_node, -101, outcome not applied): as seen by zk1"
    );
    std::ostringstream out;
    out << error;
    EXPECT_EQ(out.str(), error.message());
}

TEST(ErrorValue, OmitsUnknownParts) {
    const std::string text = std::error_code(Errc::not_empty).message();
    const std::string tail = " (not_empty, -111, outcome not applied)";
    EXPECT_EQ(Error(Errc::not_empty).message(), text + tail);
    EXPECT_EQ(Error(Errc::not_empty).operation("delete").message(), "delete: " + text + tail);
    EXPECT_EQ(Error(Errc::not_empty).path("/a").message(), "/a: " + text + tail);
}

TEST(ErrorValue, MessageIsOneShortLineForAnyPath) {
    const Error error = Error(Errc::no_node).path("/a\n\x7f" + std::string(1'000'000, 'x'));
    const std::string message = error.message();
    EXPECT_EQ(message.rfind("/a\\x0a\\x7fxxx", 0), 0U) << message.substr(0, 30);
    EXPECT_LT(message.size(), 1000U);
    EXPECT_EQ(error.path().size(), 1'000'004U);
}

TEST(ErrorValue, SettersChainOnNamedAndTemporaryErrors) {
    Error named(Errc::no_auth);
    named.operation("set").path("/a").detail("d").outcome(Outcome::unknown);
    const Error temporary =
        Error(Errc::no_auth).outcome(Outcome::unknown).detail("d").path("/a").operation("set");
    EXPECT_EQ(named, temporary);
    EXPECT_EQ(named, Error(Errc::no_auth, Outcome::unknown, "set", "/a", "d"));
}

TEST(ErrorValue, ComparesEverything) {
    const Error error(Errc::no_auth, Outcome::unknown, "set", "/a", "d");
    EXPECT_NE(error, Error(Errc::no_node, Outcome::unknown, "set", "/a", "d"));
    EXPECT_NE(error, Error(Errc::no_auth, Outcome::not_sent, "set", "/a", "d"));
    EXPECT_NE(error, Error(Errc::no_auth, Outcome::unknown, "get", "/a", "d"));
    EXPECT_NE(error, Error(Errc::no_auth, Outcome::unknown, "set", "/b", "d"));
    EXPECT_NE(error, Error(Errc::no_auth, Outcome::unknown, "set", "/a", "e"));
}

}  // namespace
