// SPDX-License-Identifier: Apache-2.0
// Clients that wait for the callbacks of their handler.
#include "support/manual_handler.hpp"

#include <kazoo/detail/backlog.hpp>
#include <kazoo/promise.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::detail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::ManualHandler;
using namespace std::chrono_literals;

class BacklogWaitsTest : public testing::Test {
protected:
    /// The tasks that wait in the handler own results, which own the handler.
    void TearDown() override { handler->run(); }

    /// Waits with this limit for tasks; its name is recorded once it is woken.
    class Client final : public BacklogWaiter {
    public:
        Client(std::size_t tasks, std::function<void()> woken) noexcept
            : BacklogWaiter(tasks, 1000), woken_(std::move(woken)) {}
        void wake() noexcept override { woken_(); }

    private:
        const std::function<void()> woken_;
    };

    std::shared_ptr<BacklogWaiter> wait(const std::string& name, std::size_t tasks) {
        auto client = std::make_shared<Client>(tasks, [this, name] {
            woken.push_back(name + (Backlog::is_blocked(*handler) ? " blocked" : ""));
        });
        Backlog::wait(*handler, client);
        return client;
    }
    /// Makes this many callbacks wait.
    void fill(int callbacks) {
        for (int i = 0; i < callbacks; ++i) {
            Promise<int> promise(handler);
            promise.result().rawlink([](const AsyncResult<int>&) {});
            promise.set(1);
        }
    }

    const std::shared_ptr<ManualHandler> handler = std::make_shared<ManualHandler>();
    std::vector<std::string> woken;
};

TEST_F(BacklogWaitsTest, WakesAClientOnceFewerCallbacksWaitThanItsLimit) {
    Backlog::add(*handler, 0);
    Backlog::add(*handler, 0);
    wait("two", 2);
    wait("one", 1);
    EXPECT_THAT(woken, IsEmpty());
    Backlog::begun(*handler);
    EXPECT_THAT(woken, ElementsAre("two"));
    Backlog::begun(*handler);
    EXPECT_THAT(woken, ElementsAre("two", "one"));
}

TEST_F(BacklogWaitsTest, ACallbackSeesThatOthersWereWokenBeforeIt) {
    Promise<int> promise(handler);
    promise.result().rawlink([&](const AsyncResult<int>&) { woken.emplace_back("callback"); });
    promise.set(1);
    wait("one", 1);
    handler->run();
    EXPECT_THAT(woken, ElementsAre("one", "callback"));
}

TEST_F(BacklogWaitsTest, WakesAClientOnceForEachWait) {
    fill(1);
    const auto client = wait("a", 2);
    Backlog::wait(*handler, client);
    wait("b", 2);
    handler->run();
    EXPECT_THAT(woken, ElementsAre("a", "b"));
    fill(1);
    handler->run();
    EXPECT_THAT(woken, ElementsAre("a", "b"));
    fill(1);
    Backlog::wait(*handler, client);
    handler->run();
    EXPECT_THAT(woken, ElementsAre("a", "b", "a"));
}

TEST_F(BacklogWaitsTest, BytesCountUntilTheCallbackHasRun) {
    Backlog::add(*handler, 1000);
    wait("a", 5);
    Backlog::begun(*handler);
    EXPECT_THAT(woken, IsEmpty());
    Backlog::done(*handler, 1000);
    EXPECT_THAT(woken, ElementsAre("a"));
}

TEST_F(BacklogWaitsTest, ACallbackThatBlocksWakesAll) {
    fill(2);
    wait("a", 1);
    wait("b", 1);
    const Promise<int> never(handler);
    {
        const LaneScope watch_function(*handler, Lane::callback);
        EXPECT_FALSE(never.result().wait(1ms));
    }
    EXPECT_THAT(woken, ElementsAre("a blocked", "b blocked"));
    EXPECT_FALSE(Backlog::is_blocked(*handler));
    EXPECT_FALSE(never.result().wait(1ms)) << "which is no lane";
}

TEST_F(BacklogWaitsTest, AHandlerMayEndWhileClientsWait) {
    std::weak_ptr<BacklogWaiter> last;
    {
        const auto other = std::make_shared<ManualHandler>();
        constexpr int many = 100'000;
        for (int i = 0; i < many; ++i) {
            const auto client = std::make_shared<Client>(1, [] {});
            Backlog::wait(*other, client);
            last = client;
        }
        EXPECT_FALSE(last.expired());
    }
    EXPECT_TRUE(last.expired());
}

}  // namespace
}  // namespace kazoo::detail
