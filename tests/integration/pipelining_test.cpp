// SPDX-License-Identifier: Apache-2.0
// Operations of many requests send them together: a scripted server replies to none of a kind
// before it has received all.
#include "support/fake_server.hpp"
#include "support/fault_fixture.hpp"

#include <string>
#include <vector>

namespace kazoo::testing_support {
namespace {

using codec::Opcode;

class Pipelining : public FaultTest {};

constexpr int count = 20;

codec::GetChildrenReply numbered() {
    codec::GetChildrenReply reply;
    for (int i = 0; i < count; ++i) reply.children.push_back(std::to_string(i));
    return reply;
}

FakeConnection::Request expect(FakeConnection& connection, Opcode op) {
    auto request = connection.next_operation();
    EXPECT_EQ(codec::name(request.op), codec::name(op));
    return request;
}

std::vector<FakeConnection::Request> expect_many(FakeConnection& connection, Opcode op) {
    std::vector<FakeConnection::Request> requests;
    for (int i = 0; i < count; ++i) requests.push_back(expect(connection, op));
    return requests;
}

TEST_P(Pipelining, DeleteRecursiveWorksOnAWholeLevel) {
    constexpr auto not_empty = static_cast<std::int32_t>(Errc::not_empty);
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        connection.fail(expect(connection, Opcode::delete_), not_empty);
        connection.reply(expect(connection, Opcode::get_children), numbered());
        for (const auto& request : expect_many(connection, Opcode::delete_)) {
            connection.fail(request, not_empty);
        }
        for (const auto& request : expect_many(connection, Opcode::get_children)) {
            connection.reply(request, codec::GetChildrenReply{{"leaf"}});
        }
        for (int level = 0; level < 2; ++level) {  // the leaves, then their parents
            for (const auto& request : expect_many(connection, Opcode::delete_)) {
                connection.reply(request);
            }
        }
        connection.reply(expect(connection, Opcode::delete_));
        connection.serve_all();
    });
    StartedClient zk(options_for(server.hosts()));
    const auto deletion = zk.delete_recursive_async("/t");
    EXPECT_EQ(failure_of(deletion), Error());
}

TEST_P(Pipelining, ChildrenAreReadTogether) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        connection.reply(expect(connection, Opcode::get_children), numbered());
        for (const auto& request : expect_many(connection, Opcode::get_data)) {
            connection.serve(request);
        }
        connection.serve_all();
    });
    StartedClient zk(options_for(server.hosts()));
    const auto children = zk.get_children_with_data_async("/p").get(patience);
    ASSERT_EQ(children.size(), std::size_t{count});
    EXPECT_EQ(children[7].name, "7");
    EXPECT_EQ(children[7].node.data, "good");
}

TEST_P(Pipelining, AtMostHalfOfTheRequestsAreUnderWay) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        connection.reply(expect(connection, Opcode::get_children), numbered());
        connection.serve_all();
    });
    ClientLimits limits;
    limits.requests = 4;
    StartedClient zk(options_for(server.hosts()).limits(limits));
    const auto children = zk.get_children_with_data_async("/p").get(patience);
    EXPECT_EQ(children.size(), std::size_t{count}) << "and not QueueFullError";
}

KAZOO_ON_OWN_HANDLERS(Pipelining);

}  // namespace
}  // namespace kazoo::testing_support
