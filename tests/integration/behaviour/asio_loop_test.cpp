// SPDX-License-Identifier: Apache-2.0
// The Asio handler in a program that runs its own loop.
#include "support/handler_fixture.hpp"

#include <kazoo/kazoo.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <memory>
#include <thread>

namespace kazoo::behaviour {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

class AsioLoop : public testing::Test {
protected:
    ClientOptions options() {
        return ClientOptions()
            .hosts(shared_server().hosts())
            .handler(std::make_shared<SequentialAsioHandler>(context_));
    }
    boost::asio::io_context context_;
};

TEST_F(AsioLoop, ASingleThreadedProgramNeedsNoOtherThread) {
    KazooClient zk(options());
    const int threads = thread_count();
    const auto main_thread = std::this_thread::get_id();
    std::vector<std::string> told;
    const auto tell = [&](const char* what) {
        EXPECT_EQ(std::this_thread::get_id(), main_thread);
        EXPECT_EQ(thread_count(), threads);
        told.emplace_back(what);
    };
    zk.add_listener([&](KazooState state) {
        tell(to_string(state));
        if (state != KazooState::CONNECTED) return;
        zk.get_children_async("/").rawlink([&](const auto&) {
            tell("children");
            zk.stop();
            tell("stopping");
        });
    });
    zk.start_async();
    EXPECT_GT(context_.run_for(10s), 0U);
    EXPECT_TRUE(context_.stopped()) << "the loop runs out of work once the client has stopped";
    EXPECT_EQ(told, (std::vector<std::string>{"CONNECTED", "children", "stopping", "LOST"}));
    EXPECT_EQ(zk.client_state(), KeeperState::CLOSED);
}

TEST_F(AsioLoop, BlockingOnTheLoopsThreadIsRefused) {
    KazooClient zk(options());
    std::vector<std::error_code> codes;
    boost::asio::post(context_, [&] {
        codes.push_back(code_of([&] { zk.start(1s); }));
        const auto event = zk.start_async();
        codes.push_back(code_of([&] { event.wait(1s); }));
        codes.push_back(code_of([&] { zk.exists("/"); }));
        codes.push_back(code_of([&] { zk.exists_async("/").wait(1s); }));
        codes.push_back(code_of([&] { zk.handler()->sleep(1s); }));
        zk.stop();
    });
    EXPECT_LT(time_of([&] { context_.run_for(10s); }), at_once);
    EXPECT_EQ(codes, std::vector<std::error_code>(5, ClientErrc::would_deadlock));
}

TEST_F(AsioLoop, ADestroyedLoopReleasesEverything) {
    const auto held = std::make_shared<int>(1);
    {
        boost::asio::io_context loop;
        KazooClient zk(ClientOptions()
                           .hosts(shared_server().hosts())
                           .handler(std::make_shared<SequentialAsioHandler>(loop))
                           .close_timeout(0ms));
        zk.start_async();
        while (!zk.connected()) loop.run_one_for(10s);
        zk.get_async("/").rawlink([held](const auto&) {});
    }
    EXPECT_EQ(held.use_count(), 1);
}

TEST_F(AsioLoop, OtherWorkOfTheLoopRunsBesideABusyClient) {
    KazooClient zk(options());
    int turns = 0;
    int replies = 0;
    constexpr int count = 2000;
    std::function<void()> other = [&] {
        if (++turns < count && replies < count) boost::asio::post(context_, other);
    };
    zk.start_async();
    for (int i = 0; i < count; ++i) {
        zk.exists_async("/").rawlink([&](const auto&) {
            const auto end = Clock::now() + 50us;  // callbacks that take their time
            while (Clock::now() < end) {
            }
            if (++replies == count) zk.stop();
        });
    }
    other();
    context_.run_for(10s);
    EXPECT_EQ(replies, count);
    EXPECT_GE(turns, count / 100) << "it had a turn after every hundred callbacks at least";
}

}  // namespace
}  // namespace kazoo::behaviour
