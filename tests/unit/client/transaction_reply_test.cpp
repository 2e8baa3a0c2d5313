// SPDX-License-Identifier: Apache-2.0
// How the results in a reply become those of a transaction's operations, or its failure.
#include "client/transaction_reply.hpp"

#include "transaction_samples.hpp"

#include <kazoo/exceptions.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kazoo::detail::client {
namespace {

using codec::MultiResponse;
using codec::MultiResult;
using codec::Opcode;

const Chroot none;
const Chroot app("/app");

ZnodeStat stat_of_version(std::int32_t version) {
    ZnodeStat stat;
    stat.version = version;
    return stat;
}

MultiResponse success() {
    MultiResponse response;
    response.results = {
        {Opcode::check, 0, {}},
        {Opcode::create, 0, codec::CreateReply{"/app/n"}},
        {Opcode::set_data, 0, codec::StatReply{stat_of_version(4)}},
        {Opcode::delete_, 0, {}}};
    return response;
}

MultiResponse errors(const std::vector<std::int32_t>& codes) {
    MultiResponse response;
    for (const auto code : codes) response.results.push_back(MultiResult::error(code));
    return response;
}

Error failure_of(const TransactionSteps& steps, const MultiResponse& response) {
    const auto results = read_transaction_reply(steps, bytes_of(response), app);
    return results ? Error() : results.failure();
}

TEST(TransactionReplyTest, EachOperationGetsItsValue) {
    const auto steps = steps_of_each_kind();
    const auto results = read_transaction_reply(steps, bytes_of(success()), app);
    ASSERT_TRUE(results) << results.failure();
    ASSERT_EQ(results->size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) {
        const auto& result = (*results)[i];
        EXPECT_TRUE(result.successful());
        EXPECT_TRUE(static_cast<bool>(result));
        EXPECT_EQ(result.kind(), steps.list[i].kind);
        EXPECT_EQ(result.path(), steps.list[i].path);
        EXPECT_EQ(result.error(), std::error_code());
        EXPECT_EQ(result.failure(), Error());
        EXPECT_FALSE(result.reply_lost());
    }
    EXPECT_EQ((*results)[1].created_path(), "/n") << "without the chroot";
    EXPECT_EQ((*results)[1].created_node(), std::nullopt) << "the server has sent no stat";
    EXPECT_EQ((*results)[1].stat(), std::nullopt);
    EXPECT_EQ((*results)[2].stat(), stat_of_version(4));
    EXPECT_EQ((*results)[3].stat(), std::nullopt);
    EXPECT_THROW(static_cast<void>((*results)[2].created_path()), BadArgumentsError);
}

TEST(TransactionReplyTest, ResultsOfCreatesMayContainAStat) {
    const auto steps = steps_of_each_kind();
    auto response = success();
    response.results[1] = {Opcode::create2, 0, codec::Create2Reply{"/app/n", stat_of_version(9)}};
    const auto results = read_transaction_reply(steps, bytes_of(response), app);
    ASSERT_TRUE(results) << results.failure();
    EXPECT_EQ((*results)[1].created_path(), "/n");
    EXPECT_EQ((*results)[1].created_node(), (CreatedNode{"/n", stat_of_version(9)}));
    EXPECT_EQ((*results)[1].stat(), stat_of_version(9));
}

TEST(TransactionReplyTest, AFailureNamesTheOperationAndKeepsAllResults) {
    const auto steps = steps_of_each_kind();
    const auto error = failure_of(steps, errors({0, 0, -103, -2}));
    EXPECT_EQ(error.code(), ClientErrc::transaction_failed);
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_EQ(std::string(error.operation()), "commit");
    EXPECT_EQ(error.path(), "/s");
    EXPECT_NE(error.message().find("operation 3 of 4: set_data /s: "), std::string::npos) << error;
    ASSERT_NE(error.transaction(), nullptr);
    const auto& failure = *error.transaction();
    EXPECT_EQ(failure.index(), 2U);
    EXPECT_EQ(failure.kind(), TransactionOp::set_data);
    EXPECT_EQ(failure.path(), "/s");
    EXPECT_EQ(failure.reason().code(), Errc::bad_version);
    ASSERT_EQ(failure.results().size(), 4U);
    EXPECT_EQ(failure.results()[0].error(), ClientErrc::rolled_back);
    EXPECT_EQ(failure.results()[1].error(), ClientErrc::rolled_back);
    EXPECT_EQ(failure.results()[2].error(), Errc::bad_version);
    EXPECT_EQ(failure.results()[3].error(), Errc::runtime_inconsistency);
    EXPECT_THROW(static_cast<void>(failure.results()[1].created_path()), RolledBackError);
    for (const auto& result : failure.results()) {
        EXPECT_FALSE(result.successful());
        EXPECT_EQ(result.failure().outcome(), Outcome::not_applied);
    }
}

TEST(TransactionReplyTest, NothingIsAppliedWhateverTheCodeIs) {
    const auto error = failure_of(steps_of_each_kind(), errors({-1, -2, -2, -2}));
    ASSERT_NE(error.transaction(), nullptr);
    EXPECT_EQ(error.transaction()->index(), 0U);
    EXPECT_EQ(error.transaction()->reason().code(), Errc::system_error);
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
}

TEST(TransactionReplyTest, TheMarkerIsNotAmongTheResults) {
    auto steps = steps_of_each_kind();
    steps.marker = marker_of("/m", "id");
    auto response = success();
    response.results.insert(
        response.results.begin(), {Opcode::create, 0, codec::CreateReply{"/app/m/id"}}
    );
    const auto results = read_transaction_reply(steps, bytes_of(response), app);
    ASSERT_TRUE(results) << results.failure();
    ASSERT_EQ(results->size(), 4U);
    EXPECT_EQ((*results)[1].created_path(), "/n");

    const auto behind = failure_of(steps, errors({0, 0, -110, -2, -2}));
    ASSERT_NE(behind.transaction(), nullptr);
    EXPECT_EQ(behind.transaction()->index(), 1U);
    EXPECT_FALSE(marker_exists(behind));
}

TEST(TransactionReplyTest, AFailureOfTheMarkerHasNoIndex) {
    auto steps = steps_of_each_kind();
    steps.marker = marker_of("/m", "id");
    const auto exists = failure_of(steps, errors({-110, -2, -2, -2, -2}));
    ASSERT_NE(exists.transaction(), nullptr);
    EXPECT_EQ(exists.transaction()->index(), std::nullopt);
    EXPECT_EQ(exists.transaction()->path(), "/m/id");
    EXPECT_EQ(exists.transaction()->results().size(), 4U);
    EXPECT_TRUE(marker_exists(exists));

    const auto no_parent = failure_of(steps, errors({-101, -2, -2, -2, -2}));
    EXPECT_FALSE(marker_exists(no_parent));
    EXPECT_EQ(no_parent.path(), "/m/id");
    EXPECT_EQ(no_parent.transaction()->reason().code(), Errc::no_node);

    const auto taken = id_is_taken(steps);
    EXPECT_EQ(taken.transaction()->index(), std::nullopt);
    EXPECT_EQ(taken.transaction()->reason().code(), Errc::node_exists);
    EXPECT_EQ(taken.outcome(), Outcome::not_applied);
}

TEST(TransactionReplyTest, RepliesToOtherOperationsAreProtocolErrors) {
    const auto steps = steps_of_each_kind();
    std::vector<MultiResponse> replies{errors({0, 0, 0, 0}), errors({-101}), MultiResponse()};
    replies.push_back(success());
    replies.back().results.pop_back();
    replies.push_back(success());
    replies.back().results.push_back({Opcode::check, 0, {}});
    replies.push_back(success());
    replies.back().results[1] = {Opcode::set_data, 0, codec::StatReply{}};
    replies.push_back(success());
    replies.back().results[0] = {Opcode::delete_, 0, {}};
    replies.push_back(success());
    replies.back().results[3] = MultiResult::error(-101);
    for (const auto& reply : replies) {
        const auto error = failure_of(steps, reply);
        EXPECT_EQ(error.code(), ClientErrc::protocol_error) << to_string(reply);
        EXPECT_EQ(error.outcome(), Outcome::unknown);
    }
    const auto bytes = bytes_of(success());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto cut = read_transaction_reply(steps, bytes.substr(0, size), app);
        ASSERT_FALSE(cut) << size;
        EXPECT_EQ(cut.error(), ClientErrc::protocol_error);
    }
}

TEST(TransactionReplyTest, ErrorsSayWhatIsMissing) {
    TransactionSteps steps;
    steps.list = {create_step("/n", CreateOptions().ttl(std::chrono::seconds(1)))};
    const auto unimplemented = failure_of(steps, errors({-6}));
    EXPECT_NE(unimplemented.message().find("extendedTypesEnabled"), std::string::npos);
    const auto no_chroot = failure_of(steps, errors({-101}));
    EXPECT_NE(no_chroot.message().find("the chroot /app does not exist"), std::string::npos)
        << no_chroot;
    EXPECT_NE(std::string(transaction_needs(steps)).find("3.5.3"), std::string::npos);
    EXPECT_STREQ(transaction_needs(steps_of_each_kind()), "");
}

TEST(TransactionReplyTest, ResultsWithoutReplyLackWhatOnlyTheReplyContains) {
    auto steps = steps_of_each_kind();
    steps.list.push_back(create_step("/q-", CreateOptions().sequence()));
    const auto results = results_without_reply(steps);
    ASSERT_EQ(results.size(), 5U);
    for (const auto& result : results) {
        EXPECT_TRUE(result.successful());
        EXPECT_TRUE(result.reply_lost());
        EXPECT_EQ(result.stat(), std::nullopt);
    }
    EXPECT_EQ(results[1].created_path(), "/n");
    EXPECT_EQ(results[4].created_path(), "") << "the digits are unknown";
}

TEST(TransactionReplyTest, ExceptionsHaveTheResults) {
    const auto error = failure_of(steps_of_each_kind(), errors({0, -110, -2, -2}));
    try {
        throw_error(error);
    } catch (const TransactionFailedError& failed) {
        EXPECT_EQ(failed.transaction().index(), 1U);
        EXPECT_EQ(failed.transaction().results().size(), 4U);
        EXPECT_EQ(error_from(std::current_exception()).transaction(), error.transaction());
    }
    const TransactionFailedError without;
    EXPECT_EQ(without.transaction().index(), std::nullopt);
    EXPECT_TRUE(without.transaction().results().empty());
    EXPECT_EQ(without.outcome(), Outcome::not_applied);
}

}  // namespace
}  // namespace kazoo::detail::client
