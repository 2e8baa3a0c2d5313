// SPDX-License-Identifier: Apache-2.0
// The snippet of docs/testing-your-application.md for Catch2, version 2 or 3.
#include "membership.hpp"

#include <kazoo/kazoo.hpp>
#include <kazoo/testing/test_harness.hpp>

#if __has_include(<catch2/catch_test_macros.hpp>)
#    include <catch2/catch_test_macros.hpp>
#else
#    define CATCH_CONFIG_MAIN  // version 2 defines main() here
#    include <catch2/catch.hpp>
#endif

//! [test_case]
TEST_CASE("a member is announced") {
    kazoo::testing::TestHarness harness;
    auto& zk = harness.client();
    const Membership member(zk, "/members/a");
    const auto is_announced = [&] { return zk.exists("/members/a"); };
    REQUIRE(harness.wait(is_announced));

    SECTION("and stays so if its connection is lost") {
        harness.lose_connection(zk);
        CHECK(is_announced());
    }
    SECTION("and again in a new session") {
        harness.expire_session(zk);
        CHECK(harness.wait(is_announced));
    }
}
//! [test_case]
