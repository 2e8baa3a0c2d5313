// SPDX-License-Identifier: Apache-2.0
// TreeCache with 100,000 nodes: requests and memory.
#include "tree_cache_fixture.hpp"

#include <malloc.h>

#include <cstdint>
#include <cstdio>

namespace kazoo::recipe_tests {
namespace {

constexpr int directories = 100;
constexpr int nodes_each = 999;
constexpr std::size_t nodes = 1 + directories * (1 + nodes_each);  // 100,001 with the root
constexpr std::size_t data_bytes = 20;

std::uint64_t ended(const KazooClient& client, std::string_view name) {
    const auto metrics = client.metrics();
    const auto* const operation = metrics.find(name);
    return operation != nullptr ? operation->ended() : 0;
}

void create_nodes(KazooClient& client) {
    client.create("/r", "");
    std::vector<AsyncResult<TransactionResults>> commits;
    for (int d = 0; d < directories; ++d) {
        const auto directory = "/r/directory-" + std::to_string(d);
        auto transaction = client.transaction();
        transaction.create(directory, std::string(data_bytes, 'd'));
        for (int n = 0; n < nodes_each; ++n) {
            transaction.create(
                directory + "/node-" + std::to_string(n), std::string(data_bytes, 'n')
            );
        }
        commits.push_back(transaction.commit_async());
    }
    for (const auto& commit : commits) commit.get(60s);
}

/// Returns the most requests that were under way at a time until `result` is ready.
std::size_t most_in_flight(const KazooClient& client, const AsyncResult<void>& result) {
    std::size_t most = 0;
    while (!result.wait(1ms)) {
        const auto metrics = client.metrics();
        most = std::max(most, metrics.requests_in_flight + metrics.requests_queued);
    }
    return most;
}

TEST(TreeCacheSize, LoadsAndComparesAHundredThousandNodesWithFewRequests) {
    Server server(ServerOptions().tick(1s));
    KazooClient client(
        ClientOptions().hosts(server.hosts()).connection_retry(RetryPolicy().delay(5ms))
    );
    client.start(patience);
    create_nodes(client);

    const auto heap_before = mallinfo2().uordblks;
    TreeCache cache(client, "/r");
    auto events = cache.stream(StreamFrom::now);
    cache.start();
    EXPECT_LE(most_in_flight(client, cache.initialized()), 5)
        << "four batches, and a watch or sync";
    cache.initialized().get(60s);
    const auto heap = mallinfo2().uordblks - heap_before;
    EXPECT_EQ(cache.size(), nodes);
    const auto per_node = cache.bytes() / nodes;
    std::printf(
        "TreeCache: %zu bytes per node, %zu of them data and about 8 its name; "
        "%zu bytes of the heap\n",
        per_node,
        data_bytes,
        heap / nodes
    );
    EXPECT_LT(per_node, 200);
    const auto batches = ended(client, "multi_read");
    EXPECT_LE(batches, nodes / 100 + 2 * directories) << "each node is read once";

    // One change while the client is not connected.
    for (auto event = events.next().get(patience); event->type != INITIALIZED;) {
        event = events.next().get(patience);
    }
    client.set("/r/directory-7/node-7", "changed");
    EXPECT_EQ(events.next().get(patience)->type, NODE_UPDATED);
    const auto looks_before = ended(client, "exists");
    const auto batches_before = ended(client, "multi_read");
    KazooClient other(ClientOptions().hosts(server.hosts()));
    other.start(patience);
    server.handshakes(testing::Handshake::refuse);
    server.drop_connection(client.client_id()->session_id);
    other.set("/r/directory-8/node-8", "changed");
    other.create("/r/directory-9/new", "new");
    server.handshakes(testing::Handshake::normal);
    std::string text;
    for (TreeEvent event; event.type != RESYNCED;) {
        event = events.next().get(60s).value();
        if (!event.path.empty()) text += to_string(event.type) + event.path + " ";
    }
    EXPECT_EQ(text, "NODE_UPDATED/r/directory-8/node-8 NODE_ADDED/r/directory-9/new ");
    EXPECT_LE(ended(client, "exists") - looks_before, nodes + 1) << "one stat of each node";
    EXPECT_LE(ended(client, "multi_read") - batches_before, 6) << "unchanged nodes are not read";
}

}  // namespace
}  // namespace kazoo::recipe_tests
