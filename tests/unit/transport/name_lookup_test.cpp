// SPDX-License-Identifier: Apache-2.0
// Concurrent lookups of a name share one lookup; hanging names delay only their own lookups.
#include "transport/name_lookup.hpp"

#include "run_until.hpp"
#include "support/slow_names.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::transport {
namespace {

using testing_support::SlowNames;
using namespace std::chrono_literals;

constexpr auto patience = 10s;

/// The owner of a lookup, with its result.
struct Requester {
    Requester(boost::asio::io_context& loop, const std::string& host)
        : lookup(std::make_shared<NameLookup>(
              loop.get_executor(),
              [this](std::error_code failed, const NameLookup::Addresses& found) {
                  ++answers;
                  error = failed;
                  addresses = found.size();
              }
          )) {
        lookup->start(host);
    }

    int answers = 0;
    std::error_code error;
    std::size_t addresses = 0;
    std::shared_ptr<NameLookup> lookup;
};

class NameLookupTest : public testing::Test {
protected:
    Requester& ask(const std::string& host) {
        return *requesters_.emplace_back(std::make_unique<Requester>(loop_, host));
    }
    /// Runs the loop until the lookup is complete.
    bool answered(const Requester& requester) {
        return run_until(loop_, patience, [&] { return requester.answers > 0; }) &&
               requester.answers == 1;
    }

    boost::asio::io_context loop_;
    std::vector<std::unique_ptr<Requester>> requesters_;
    std::optional<SlowNames> slow_{std::in_place};
    const std::string late_name_ = SlowNames::late_name();
};

TEST_F(NameLookupTest, HangingNamesDoNotDelayOthers) {
    constexpr int dead = 200;
    for (int i = 0; i < dead; ++i) {
        ask(SlowNames::name(i));
    }
    ASSERT_TRUE(slow_->wait_for_look_up(dead));
    auto& localhost = ask("localhost");
    ASSERT_TRUE(answered(localhost));
    EXPECT_FALSE(localhost.error) << localhost.error.message();
    EXPECT_GT(localhost.addresses, 0U);
    EXPECT_EQ(slow_->under_way(), dead);
}

TEST_F(NameLookupTest, ConcurrentRequestsForANameShareALookUp) {
    for (int i = 0; i < 150; ++i) {
        ask(late_name_);
    }
    ASSERT_TRUE(slow_->wait_for_look_up());
    requesters_.erase(requesters_.begin());  // the first one may be gone before the result
    EXPECT_EQ(slow_->begun(), 1);
    slow_.reset();
    for (const auto& requester : requesters_) {
        ASSERT_TRUE(answered(*requester));
        EXPECT_FALSE(requester->error);
        EXPECT_EQ(requester->addresses, 1U);
    }
}

TEST_F(NameLookupTest, ANameIsLookedUpAnewAfterAnAnswer) {
    const auto& first = ask(SlowNames::host);
    ASSERT_TRUE(slow_->wait_for_look_up());
    slow_.reset();
    ASSERT_TRUE(answered(first));
    EXPECT_TRUE(first.error);
    slow_.emplace();
    ask(SlowNames::host);
    EXPECT_TRUE(slow_->wait_for_look_up());
}

TEST_F(NameLookupTest, ADestroyedLookUpCallsNothing) {
    ask(late_name_);
    ASSERT_TRUE(slow_->wait_for_look_up());
    requesters_.clear();
    slow_.reset();
    auto& next = ask("localhost");
    EXPECT_TRUE(answered(next));
}

TEST_F(NameLookupTest, ALoopMayEndWhileANameHangs) {
    {
        boost::asio::io_context brief;
        const Requester requester(brief, late_name_);
        ASSERT_TRUE(slow_->wait_for_look_up());
    }
    auto& other = ask(late_name_);
    slow_.reset();
    EXPECT_TRUE(answered(other));
}

TEST_F(NameLookupTest, AnUnknownNameIsAnError) {
    slow_.reset();
    auto& requester = ask("1.slow.invalid");
    ASSERT_TRUE(answered(requester));
    EXPECT_TRUE(requester.error);
    EXPECT_EQ(requester.addresses, 0U);
}

}  // namespace
}  // namespace kazoo::transport
