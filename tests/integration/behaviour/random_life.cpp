// SPDX-License-Identifier: Apache-2.0
// Random lifecycles: all calls that start or end a client, from several threads and from each lane,
// while servers come and go. tests/unit/client/lifecycle_test.cpp tests the state machine alone;
// this tests its use from threads.
#include "behaviour/suites.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <thread>

namespace kazoo::behaviour {
namespace {

/// A client that is replaced and moved while several threads use it.
class SharedClient : public std::enable_shared_from_this<SharedClient> {
public:
    using Act = std::function<void(const std::shared_ptr<SharedClient>&)>;

    SharedClient(std::function<ClientOptions()> options, Act on_change)
        : options_(std::move(options)), on_change_(std::move(on_change)) {}

    /// From now on callbacks do nothing.
    void disable_callbacks() { callbacks_disabled_ = true; }
    [[nodiscard]] bool callbacks_disabled() const { return callbacks_disabled_; }

    /// Calls `use(client)`; the client is not moved meanwhile.
    template <class Use>
    void with(Use&& use) {
        const std::shared_lock still(moving_);
        const auto client = current();
        use(*client);
    }
    /// The last user of the old client destroys it, possibly from one of its own callbacks.
    void replace() {
        auto fresh = std::make_shared<KazooClient>(options_());
        fresh->add_listener([this, weak = weak_from_this()](KazooState) {
            const auto self = weak.lock();
            if (self && !callbacks_disabled_) on_change_(self);
        });
        const std::lock_guard lock(mutex_);
        client_.swap(fresh);
    }
    /// A client may be moved only while no other thread uses it.
    void move() {
        const std::unique_lock alone(moving_, std::try_to_lock);
        if (alone) {
            auto moved = std::move(*current());
            *current() = std::move(moved);
        }
    }

private:
    std::shared_ptr<KazooClient> current() {
        const std::lock_guard lock(mutex_);
        return client_;
    }
    const std::function<ClientOptions()> options_;
    const Act on_change_;
    std::atomic<bool> callbacks_disabled_{false};
    std::shared_mutex moving_;
    std::mutex mutex_;
    std::shared_ptr<KazooClient> client_;
};

class Actor {
public:
    Actor(std::shared_ptr<SharedClient> shared, Proxy& proxy, std::uint64_t seed)
        : shared_(std::move(shared)), proxy_(proxy), random_(seed) {}

    /// `blocks`: the calling thread may block.
    void act(bool blocks) {
        switch (random_() % 12) {
            case 0:
            case 1:
                return shared_->with([](KazooClient& zk) { zk.stop(); });
            case 2:
            case 3:
                return shared_->with([](KazooClient& zk) { zk.start_async(); });
            case 4:
                return blocks ? try_start(5ms) : void();
            case 5:
                return blocks ? try_start(at_once) : void();
            case 6:
                return shared_->replace();
            case 7:
                return shared_->move();
            case 8:
                return proxy_.cut();
            case 9:
                return proxy_.restore();
            default:
                return call_back();
        }
    }

private:
    void try_start(std::chrono::milliseconds limit) {
        shared_->with([&](KazooClient& zk) {
            try {
                zk.start(limit);
            } catch (const KazooException&) {
                // Timeout, stop and exhausted retries are all possible here.
            }
        });
    }
    /// Seeds the callback's actions here, since random_ is not thread-safe.
    void call_back() {
        const auto seed = random_();
        shared_->with([&](KazooClient& zk) {
            const auto act = [shared = shared_, &proxy = proxy_, seed](const auto&) {
                if (!shared->callbacks_disabled()) Actor(shared, proxy, seed).act(false);
            };
            zk.exists_async("/").rawlink(act);
            static_cast<void>(zk.exists_async("/", Watcher(act)));
        });
    }

    const std::shared_ptr<SharedClient> shared_;
    Proxy& proxy_;
    std::mt19937_64 random_;
};

}  // namespace

TEST_P(Life, AnyOrderOfStartsStopsMovesAndEndsFromAnywhere) {
    auto& numbers = record<std::uint64_t>();
    auto& proxy = this->proxy();
    const auto shared = std::make_shared<SharedClient>(
        [this] {
            const auto few_tries = RetryPolicy().max_tries(3).delay(1ms).max_delay(5ms);
            return proxied().close_timeout(500ms).connection_retry(few_tries);
        },
        [&](const std::shared_ptr<SharedClient>& client) {
            numbers.add(0);
            Actor(client, proxy, numbers.size()).act(false);
        }
    );
    shared->replace();
    for (std::uint64_t round = 0; round < 10; ++round) {
        std::vector<std::thread> threads;
        for (std::uint64_t i = 1; i <= 3; ++i) {
            threads.emplace_back([&, seed = 10 * round + i] {
                Actor actor(shared, proxy, seed);
                for (int step = 0; step < 60; ++step) actor.act(true);
            });
        }
        for (auto& thread : threads) thread.join();
    }
    shared->disable_callbacks();
    proxy.restore();
    shared->with([](KazooClient& zk) {
        zk.stop();
        zk.start(patience);
        EXPECT_TRUE(zk.exists("/"));
        zk.stop();
        EXPECT_EQ(zk.client_state(), KeeperState::CLOSED);
    });
    shared->replace();
}

}  // namespace kazoo::behaviour
