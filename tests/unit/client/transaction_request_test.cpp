// SPDX-License-Identifier: Apache-2.0
// The requests of transactions: encoding, the chroot, and what is refused before anything is sent.
#include "client/transaction_request.hpp"

#include "transaction_samples.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace kazoo::detail::client {
namespace {

using codec::Opcode;
using namespace std::chrono_literals;

constexpr std::size_t no_limit = 1u << 20;
const Chroot unchanged;
const Chroot below_app("/app");
const AclList everyone = open_acl_unsafe();

std::string text_of(const TransactionSteps& steps, const Chroot& chroot) {
    const TransactionRequest request(steps, chroot, everyone, no_limit);
    EXPECT_EQ(request.error(), std::nullopt);
    return to_string(request.body());
}

Error error_of(const TransactionSteps& steps, const Chroot& chroot = unchanged) {
    const TransactionRequest request(steps, chroot, everyone, no_limit);
    return request.error().value_or(Error());
}

TEST(TransactionRequestTest, ContainsEachOperationWithItsArguments) {
    const auto steps = steps_of_each_kind();
    const TransactionRequest request(steps, unchanged, everyone, no_limit);
    codec::MultiRequest expected;
    expected.ops = {
        {Opcode::check, codec::CheckRequest{"/c", 7}},
        {Opcode::create, codec::CreateRequest{"/n", "data", everyone, 0}},
        {Opcode::set_data, codec::SetDataRequest{"/s", "data", 3}},
        {Opcode::delete_, codec::DeleteRequest{"/d", 5}}};
    EXPECT_TRUE(request.body() == expected) << to_string(request.body());
    EXPECT_EQ(request.checksum(), "") << "there is no marker";
}

TEST(TransactionRequestTest, CreatesEveryKindOfNode) {
    const AclList own = read_acl_unsafe();
    auto with_stat = create_step("/a", CreateOptions().ephemeral().acl(own));
    with_stat.with_stat = true;
    auto null_data = create_step("/d");
    null_data.data.reset();
    TransactionSteps steps;
    steps.list = {
        with_stat,
        create_step("/q/", CreateOptions().sequence()),
        create_step("/b", CreateOptions().container()),
        create_step("/c", CreateOptions().ttl(5s).sequence()),
        null_data};
    const TransactionRequest request(steps, unchanged, everyone, no_limit);
    codec::MultiRequest expected;
    expected.ops = {
        {Opcode::create2, codec::CreateRequest{"/a", "data", own, 1}},
        {Opcode::create, codec::CreateRequest{"/q/", "data", everyone, 2}},
        {Opcode::create_container, codec::CreateRequest{"/b", "data", everyone, 4}},
        {Opcode::create_ttl, codec::CreateTtlRequest{"/c", "data", everyone, 6, 5000}},
        {Opcode::create, codec::CreateRequest{"/d", std::nullopt, everyone, 0}}};
    EXPECT_TRUE(request.body() == expected) << to_string(request.body());
}

TEST(TransactionRequestTest, PathsAreNormalisedAndGetTheChroot) {
    auto steps = steps_of_each_kind();
    steps.list[0].path = "c//x/";
    const auto text = text_of(steps, below_app);
    for (const auto* path : {"'/app/c/x'", "'/app/n'", "'/app/s'", "'/app/d'"}) {
        EXPECT_NE(text.find(path), std::string::npos) << text;
    }
}

TEST(TransactionRequestTest, AnOperationThatCannotBeSentIsIdentified) {
    auto null_pointer = step(TransactionOp::set_data, "/a");
    null_pointer.data_from_null_pointer = true;
    auto null_path = step(TransactionOp::check, "");
    null_path.path_from_null_pointer = true;
    const std::vector<TransactionStep> refused{
        null_path,
        step(TransactionOp::check, "/a/../b"),
        create_step("/a", CreateOptions().makepath()),
        create_step("/a", CreateOptions().protect()),
        create_step("/a", CreateOptions().ttl(1s).ephemeral()),
        step(TransactionOp::delete_, "/"),
        null_pointer};
    for (const auto& bad : refused) {
        auto steps = steps_of_each_kind();
        steps.list.insert(steps.list.begin() + 2, bad);
        const auto error = error_of(steps);
        EXPECT_EQ(error.code(), ClientErrc::transaction_failed) << error;
        EXPECT_EQ(error.outcome(), Outcome::not_sent);
        EXPECT_EQ(error.path(), bad.path);
        ASSERT_NE(error.transaction(), nullptr);
        const auto& failure = *error.transaction();
        EXPECT_EQ(failure.index(), 2U);
        EXPECT_EQ(failure.kind(), bad.kind);
        EXPECT_EQ(failure.path(), bad.path);
        EXPECT_EQ(failure.reason().code(), Errc::bad_arguments);
        EXPECT_EQ(failure.reason().outcome(), Outcome::not_sent);
        ASSERT_EQ(failure.results().size(), 5U);
        for (const auto& result : failure.results()) {
            EXPECT_EQ(result.failure().outcome(), Outcome::not_sent);
        }
        EXPECT_EQ(failure.results()[2].error(), Errc::bad_arguments);
        EXPECT_EQ(failure.results()[4].error(), Errc::runtime_inconsistency);
    }
}

TEST(TransactionRequestTest, TheRootOfAChrootCanBeDeleted) {
    TransactionSteps steps;
    steps.list = {step(TransactionOp::delete_, "/")};
    EXPECT_EQ(error_of(steps, below_app), Error());
}

TEST(TransactionRequestTest, TooManyBytesAreRefusedBeforeTheyAreCopied) {
    auto steps = steps_of_each_kind();
    const TransactionRequest request(steps, unchanged, everyone, 10);
    ASSERT_TRUE(request.error());
    EXPECT_EQ(request.error()->code(), ClientErrc::request_too_large);
    EXPECT_EQ(request.error()->outcome(), Outcome::not_sent);
    EXPECT_NE(request.error()->detail().find("16 bytes"), std::string::npos)
        << request.error()->detail();
}

TEST(TransactionRequestTest, TheMarkerIsCreatedFirst) {
    auto steps = steps_of_each_kind();
    steps.marker = marker_of("/m/", "id");
    const TransactionRequest request(steps, below_app, everyone, no_limit);
    ASSERT_EQ(request.error(), std::nullopt);
    ASSERT_EQ(request.body().ops.size(), 5U);
    EXPECT_EQ(request.body().ops[0].type, Opcode::create);
    const auto& marker = std::get<codec::CreateRequest>(request.body().ops[0].request);
    EXPECT_EQ(marker.path, "/app/m/id");
    EXPECT_EQ(marker.data, request.checksum());
    EXPECT_EQ(marker.flags, 0);
    EXPECT_EQ(request.checksum().size(), 16U);
}

TEST(TransactionRequestTest, AMarkerMayHaveATimeToLive) {
    auto steps = steps_of_each_kind();
    steps.marker = marker_of("/m", "id");
    steps.marker->options.ttl(1h);
    const TransactionRequest request(steps, unchanged, everyone, no_limit);
    ASSERT_EQ(request.error(), std::nullopt);
    EXPECT_EQ(request.body().ops[0].type, Opcode::create_ttl);
}

TEST(TransactionRequestTest, ChecksumsDependOnTheOperationsOnly) {
    const auto checksum = [](const TransactionSteps& steps) {
        return TransactionRequest(steps, unchanged, everyone, no_limit).checksum();
    };
    auto steps = steps_of_each_kind();
    steps.marker = marker_of("/m", "id");
    const auto first = checksum(steps);
    steps.marker = marker_of("/elsewhere", "other");
    EXPECT_EQ(checksum(steps), first);
    for (const auto change : {0, 1, 2, 3}) {
        auto changed = steps;
        auto& list = changed.list;
        change == 0   ? void(list[2].data = "date")
        : change == 1 ? void(list[0].version = 8)
        : change == 2 ? void(list[1].path = "/m")
                      : list.pop_back();
        EXPECT_NE(checksum(changed), first) << change;
    }
}

TEST(TransactionRequestTest, MarkersThatProtectNothingAreRefused) {
    const std::vector<TransactionMarker> refused{
        marker_of("/m", ""),
        marker_of("/m", "a/b"),
        marker_of("/m", ".."),
        marker_of("/m/../n", "id"),
        {"", "id", CreateOptions(), true},
        {"/m", "id", CreateOptions().ephemeral(), false},
        {"/m", "id", CreateOptions().sequence(), false},
        {"/m", "id", CreateOptions().container(), false},
        {"/m", "id", CreateOptions().makepath(), false},
        {"/m", "id", CreateOptions().protect(), false},
        {"/m", "id", CreateOptions().ttl(0ms), false}};
    for (const auto& marker : refused) {
        auto steps = steps_of_each_kind();
        steps.marker = marker;
        const auto error = error_of(steps);
        EXPECT_EQ(error.code(), ClientErrc::transaction_failed) << error;
        EXPECT_EQ(error.outcome(), Outcome::not_sent);
        ASSERT_NE(error.transaction(), nullptr);
        EXPECT_EQ(error.transaction()->index(), std::nullopt);
        EXPECT_EQ(error.transaction()->reason().code(), Errc::bad_arguments);
    }
}

}  // namespace
}  // namespace kazoo::detail::client
