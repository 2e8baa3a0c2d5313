// SPDX-License-Identifier: Apache-2.0
// Results of a multi_read, and when the client sends single reads instead.
#include "client/multi_read_support.hpp"
#include "client/multi_reads.hpp"
#include "transaction_samples.hpp"

#include <kazoo/exceptions.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace kazoo::detail::client {
namespace {

using codec::MultiResponse;
using codec::MultiResult;
using codec::Opcode;

const Chroot none;
const Reads reads{
    {MultiReadOp::get, "/a"},
    {MultiReadOp::get, "/a/../b"},
    {MultiReadOp::get_children, "/c"},
    {MultiReadOp::get, "/null"},
    {MultiReadOp::get_children, "/absent"}};

MultiResponse reply() {
    codec::GetDataReply data;
    data.data = "x";
    data.stat.version = 3;
    codec::GetDataReply null_data;
    MultiResponse response;
    response.results = {
        {Opcode::get_data, 0, data},
        {Opcode::get_children, 0, codec::GetChildrenReply{{"one", "two"}}},
        {Opcode::get_data, 0, null_data},
        MultiResult::error(-101)};
    return response;
}

Result<MultiReadResults> results_of(const MultiResponse& response) {
    return read_multi_read_reply(reads, malformed_reads(reads, none), bytes_of(response));
}

TEST(MultiReadReplyTest, EachReadHasItsOwnValueOrError) {
    const auto results = results_of(reply());
    ASSERT_TRUE(results) << results.failure();
    ASSERT_EQ(results->size(), reads.size());
    const auto& [data, malformed, children, null_data, absent] =
        std::tie((*results)[0], (*results)[1], (*results)[2], (*results)[3], (*results)[4]);
    EXPECT_EQ(data.node().data, "x");
    EXPECT_EQ(data.node().stat.version, 3);
    EXPECT_FALSE(data.node().null_data);
    EXPECT_EQ(malformed.error(), Errc::bad_arguments);
    EXPECT_EQ(malformed.failure().outcome(), Outcome::not_sent);
    EXPECT_EQ(malformed.path(), "/a/../b");
    EXPECT_EQ(children.children(), (std::vector<std::string>{"one", "two"}));
    EXPECT_TRUE(null_data.node().null_data);
    EXPECT_EQ(absent.error(), Errc::no_node);
    EXPECT_EQ(absent.failure().path(), "/absent");
    EXPECT_EQ(std::string(absent.failure().operation()), "get_children");
    EXPECT_THROW(static_cast<void>(absent.children()), NoNodeError);
    EXPECT_THROW(static_cast<void>(data.children()), BadArgumentsError);
    EXPECT_THROW(static_cast<void>(children.node()), BadArgumentsError);
    EXPECT_TRUE(data.successful());
    EXPECT_FALSE(absent.successful());
}

TEST(MultiReadReplyTest, RepliesToOtherReadsAreProtocolErrors) {
    std::vector<MultiResponse> replies(3, reply());
    replies[0].results.pop_back();
    replies[1].results.push_back(MultiResult::error(-101));
    std::swap(replies[2].results[0], replies[2].results[1]);
    for (const auto& response : replies) {
        const auto results = results_of(response);
        ASSERT_FALSE(results);
        EXPECT_EQ(results.error(), ClientErrc::protocol_error);
        EXPECT_EQ(results.failure().outcome(), Outcome::not_applied) << "reads change nothing";
    }
    const auto bytes = bytes_of(reply());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(
            read_multi_read_reply(reads, malformed_reads(reads, none), bytes.substr(0, size))
        ) << size;
    }
}

TEST(MultiReadReplyTest, MalformedPathsAloneNeedNoReply) {
    const Reads malformed{{MultiReadOp::get, "/.."}, {MultiReadOp::get, std::nullopt}};
    const auto results = read_multi_read_reply(malformed, malformed_reads(malformed, none), "");
    ASSERT_TRUE(results);
    ASSERT_EQ(results->size(), 2U);
    EXPECT_EQ(results->front().error(), Errc::bad_arguments);
    EXPECT_EQ(results->back().error(), Errc::bad_arguments) << "a null pointer";
}

const Error refused(Errc::unimplemented, Outcome::not_applied);
const Error lost(Errc::connection_loss, Outcome::not_applied);

TEST(MultiReadSupportTest, EndsWithARefusal) {
    MultiReadSupport support;
    EXPECT_TRUE(support.expected());
    support.answered();
    EXPECT_TRUE(support.failed(refused)) << "another server may be older";
    EXPECT_FALSE(support.expected());
    support.answered();
    EXPECT_FALSE(support.expected()) << "the answer to an earlier request";
}

TEST(MultiReadSupportTest, EndsWithTwoLossesBeforeAnyAnswer) {
    MultiReadSupport support;
    EXPECT_TRUE(support.failed(lost));
    EXPECT_TRUE(support.expected()) << "there may be other reasons";
    EXPECT_TRUE(support.failed(lost));
    EXPECT_FALSE(support.expected());
    EXPECT_TRUE(support.failed(lost)) << "of a request sent before";
}

TEST(MultiReadSupportTest, LossesMeanNothingOnceAServerHasAnswered) {
    MultiReadSupport support;
    EXPECT_TRUE(support.failed(lost));
    support.answered();
    EXPECT_FALSE(support.failed(lost));
    EXPECT_FALSE(support.failed(lost));
    EXPECT_TRUE(support.expected());
}

TEST(MultiReadSupportTest, OtherErrorsAreThoseOfTheCall) {
    MultiReadSupport support;
    for (const auto& error :
         {Error(Errc::connection_loss, Outcome::not_sent),
          Error(Errc::operation_timeout, Outcome::not_applied),
          Error(ClientErrc::cancelled, Outcome::not_applied),
          Error(Errc::session_expired, Outcome::not_applied),
          Error(ClientErrc::request_too_large, Outcome::not_sent)}) {
        EXPECT_FALSE(support.failed(error)) << error;
    }
    EXPECT_TRUE(support.expected());
}

}  // namespace
}  // namespace kazoo::detail::client
