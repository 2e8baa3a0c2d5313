// SPDX-License-Identifier: Apache-2.0
// Reads allocate no memory once the buffers have grown.

#include "server_node_rig.hpp"
#include "support/allocations/allocations.hpp"

#include <gtest/gtest.h>

namespace kazoo::server {
namespace {

/// Number of allocations for a batch of requests.
template <class Body>
long cost_of(int requests, const Body& body) {
    Rig rig;
    Client client = rig.client();
    client.create(1, "/a");
    base::Buffer batch;
    for (int i = 0; i < requests; ++i) {
        const auto frame = Client::frame(i, Body::opcode, body);
        batch.append(frame.data(), frame.size());
    }
    base::Buffer out;
    long cost = 0;
    for (int round = 0; round < 4; ++round) {
        out.clear();
        (void)rig.member.take_touched();
        const auto before = testing_support::all_allocations();
        rig.member.on_bytes(client.id, batch.span(), rig.now);
        rig.member.take_output(client.id, out);
        rig.member.on_sent(client.id, out.size(), rig.now);
        cost = testing_support::all_allocations() - before;
    }
    EXPECT_GE(out.size(), static_cast<std::size_t>(requests) * 20U);
    return cost;
}

TEST(ConnectionAllocationTest, ReadsTakeNone) {
    const auto expect_flat = [](const auto& body) {
        EXPECT_EQ(cost_of(1000, body), cost_of(10, body));
        EXPECT_LE(cost_of(1000, body), 2);  // for the list of touched connections
    };
    expect_flat(codec::GetDataRequest{"/a", false});
    expect_flat(codec::ExistsRequest{"/missing", false});
    expect_flat(codec::GetChildren2Request{"/", false});
}

}  // namespace
}  // namespace kazoo::server
