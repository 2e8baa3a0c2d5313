// SPDX-License-Identifier: Apache-2.0
// Clients with large requests must not delay others, nor retain memory after they are gone.
#include "embedded_fixture.hpp"
#include "support/raw_client.hpp"
#include "tool_process.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <list>
#include <string>
#include <thread>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using testing_support::RawClient;
using testing_support::ToolProcess;

/// A node with so many children that listing them takes the server milliseconds.
void make_family(KazooClient& zk, const std::string& path, int children) {
    zk.create(path);
    for (int i = 0; i < children;) {
        std::vector<AsyncResult<std::string>> made;
        for (int n = 0; n < 500; ++n, ++i) {
            const auto name = "/a-child-with-a-rather-long-name-" + std::to_string(i);
            made.push_back(zk.create_async(path + name, ""));
        }
        for (auto& result : made) result.get(patience);
    }
}

/// Lists the children of a node in a loop.
class Listing {
public:
    Listing(std::uint16_t port, std::string path) : client_(port), path_(std::move(path)) {
        client_.connect(60'000);
        thread_ = std::thread([this] {
            while (!stop_) {
                client_.request(codec::GetChildrenRequest{path_, false});
                lists_ += client_.read_frame().empty() ? 0 : 1;
            }
        });
    }
    ~Listing() {
        stop_ = true;
        thread_.join();
    }
    [[nodiscard]] int lists() const { return lists_; }

private:
    RawClient client_;
    std::string path_;
    std::atomic<bool> stop_ = false;
    std::atomic<int> lists_ = 0;
    std::thread thread_;
};

/// The median of `count` times that `call` takes.
template <class Call>
std::chrono::steady_clock::duration median_time(int count, Call&& call) {
    std::vector<std::chrono::steady_clock::duration> times;
    for (int i = 0; i < count; ++i) {
        const auto before = std::chrono::steady_clock::now();
        call();
        times.push_back(std::chrono::steady_clock::now() - before);
    }
    const auto middle = times.begin() + count / 2;
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

TEST(Turns, LargeListsOfOneClientDoNotDelayTheOthers) {
    Server server;
    StartedClient zk(server.hosts());
    make_family(zk, "/large", 50'000);
    RawClient lister(server.port());
    ASSERT_NE(lister.connect(60'000), 0);
    const auto one_list = median_time(9, [&] {
        lister.request(codec::GetChildrenRequest{"/large", false});
        ASSERT_FALSE(lister.read_frame().empty());
    });
    std::list<Listing> listing;
    for (int i = 0; i < 20; ++i) listing.emplace_back(server.port(), "/large");
    for (auto& one : listing) {
        ASSERT_TRUE(becomes_true([&] { return one.lists() > 1; }));
    }
    const auto one_exists = median_time(51, [&] { zk.exists("/large"); });
    std::vector<int> lists;
    for (auto& one : listing) lists.push_back(one.lists());
    // It would wait for a list of every other connection if these were served one by one.
    EXPECT_LT(one_exists.count(), one_list.count() * 10);
    for (auto& one : listing) {  // and every lister makes progress
        const int now = one.lists();
        EXPECT_TRUE(becomes_true([&] { return one.lists() > now; }));
    }
}

TEST(Turns, RequestsBeforeTheEndAreServed) {
    constexpr int count = 2000;  // takes many turns
    Server server;
    StartedClient zk(server.hosts());
    zk.create("/all");
    RawClient client(server.port());
    ASSERT_NE(client.connect(), 0);
    const AclList acl = open_acl_unsafe();
    base::Buffer bytes;
    for (int i = 0; i < count; ++i) {
        const auto path = "/all/" + std::to_string(i);
        codec::append_frame(
            bytes,
            codec::RequestHeader{i + 1, codec::Opcode::create},
            codec::CreateRequest{path, "", acl, 0}
        );
    }
    client.send({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    client.half_close();
    EXPECT_TRUE(client.closes());
    EXPECT_EQ(zk.get_children("/all").size(), std::size_t{count});
}

// Sanitizers keep freed memory.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// Resident memory of a process in MB.
long megabytes_of(pid_t pid) {
    std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
    long size = 0;
    long resident = 0;
    statm >> size >> resident;
    return resident * 4096 / (1 << 20);
}

TEST(Turns, MemoryIsReleasedAfterSlowReaders) {
    ToolProcess tool({"serve", "--listen", "127.0.0.1:0"});
    const auto hosts = tool.first_line();
    const auto port = static_cast<std::uint16_t>(std::stoi(hosts.substr(hosts.rfind(':') + 1)));
    StartedClient zk(hosts);
    zk.create("/big", std::string(500'000, 'x'));
    const long before = megabytes_of(tool.pid());
    {
        std::list<RawClient> slow;
        for (int i = 0; i < 60; ++i) {
            slow.emplace_back(port).connect();
            for (int n = 0; n < 30; ++n) slow.back().request(codec::GetDataRequest{"/big", false});
        }
        ASSERT_TRUE(becomes_true([&] { return megabytes_of(tool.pid()) > before + 60; }));
    }
    EXPECT_TRUE(becomes_true([&] { return megabytes_of(tool.pid()) < before + 25; }))
        << before << " MB before, " << megabytes_of(tool.pid()) << " MB after";
}

TEST(Turns, MemoryIsReleasedWhenTheTreeIsEmptied) {
    ToolProcess tool({"serve", "--listen", "127.0.0.1:0"});
    StartedClient zk(tool.first_line());
    const long before = megabytes_of(tool.pid());
    for (int cycle = 0; cycle < 3; ++cycle) {
        make_family(zk, "/large", 60'000);
        // Behind them in the heap: what is free at its end is returned without a request.
        zk.create("/small" + std::to_string(cycle));
        zk.delete_recursive("/large");
    }
    EXPECT_TRUE(becomes_true([&] { return megabytes_of(tool.pid()) < before + 25; }))
        << before << " MB before, " << megabytes_of(tool.pid()) << " MB after";
}
#endif

}  // namespace
}  // namespace kazoo::embedded_tests
