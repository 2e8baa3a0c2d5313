// SPDX-License-Identifier: Apache-2.0
#include "base/fork_guard.hpp"
#include "base/signal_masked_thread.hpp"
#include "testing/disruption.hpp"
#include "testing/harness_servers.hpp"
#include "testing/loop_runner.hpp"
#include "testing/state_watch.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/logger.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/testing/test_harness.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace kazoo::testing {
namespace {

/// Returns a name that no other harness has: 128 random bits.
std::string unique_name() {
    std::random_device source;
    std::string name = "kazootests-";
    for (int i = 0; i < 4; ++i) {
        std::array<char, 9> digits{};
        std::snprintf(digits.data(), digits.size(), "%08x", static_cast<unsigned>(source()));
        name += digits.data();
    }
    return name;
}

[[noreturn]] void refuse(const char* operation, const char* detail) {
    throw_error(Error(ClientErrc::configuration).operation(operation).detail(detail));
}

/// An `_async` function under way.
struct Background {
    std::thread thread;
    std::shared_ptr<StateWatch> watch;
    std::shared_ptr<std::atomic<bool>> done;
};

}  // namespace

class TestHarness::Impl {
public:
    explicit Impl(HarnessOptions options)
        : options_(std::move(options)),
          servers_(options_),
          chroot_(join_chroot(servers_.hosts().chroot)),
          hosts_(to_string(Hosts(servers_.hosts().hosts, chroot_))),
          loop_(options_.run_loop(), options_.client_options().handler()) {
        servers_.restore();
        use_nodes([](KazooClient& zk) { zk.ensure_path("/"); });
    }
    ~Impl() { end_background(); }  // tear_down() has done it, unless it threw std::bad_alloc
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    [[nodiscard]] bool in_forked_child() const noexcept { return fork_.in_child(); }
    [[nodiscard]] const std::string& hosts() const noexcept { return hosts_; }
    [[nodiscard]] const std::string& chroot() const noexcept { return chroot_; }
    [[nodiscard]] Duration timeout() const noexcept { return options_.timeout(); }
    [[nodiscard]] LoopRunner& loop() noexcept { return loop_; }
    [[nodiscard]] bool embedded() const noexcept { return servers_.are_embedded(); }

    ServerControl& server();
    KazooClient& client();
    KazooClient& make_client() { return make_client(options_.client_options()); }
    KazooClient& make_client(ClientOptions options);
    void disrupt(Disruption what, KazooClient& client, Duration timeout);
    AsyncResult<void> disrupt_async(Disruption what, KazooClient& client, Duration timeout);
    void tear_down();

private:
    static std::string join_chroot(const std::string& parent) {
        return parent + '/' + unique_name();
    }
    void require_usable(const char* operation) const {
        if (torn_down_) {
            refuse(operation, "the harness has been torn down; make a new one");
        }
    }
    void end_background() noexcept;
    void forget_finished();
    void stop_clients();
    template <class Use>
    void use_nodes(Use&& use);

    const HarnessOptions options_;
    HarnessServers servers_;
    const std::string chroot_;
    const std::string hosts_;  // with the chroot
    LoopRunner loop_;
    std::vector<std::unique_ptr<KazooClient>> clients_;  // in the order in which they were made
    KazooClient* default_client_ = nullptr;              // one of them
    std::vector<Background> background_;
    bool torn_down_ = false;
    const base::ForkGuard fork_;
};

/// Passes a client to `use` that works in the chroot and has the rights of the harness. It has a
/// handler of its own, so that it does not need the test's event loop.
template <class Use>
void TestHarness::Impl::use_nodes(Use&& use) {
    KazooClient zk(ClientOptions()
                       .hosts(hosts_)
                       .auth_data(servers_.auth_data())
                       .call_timeout(timeout())
                       .logger(Logger::none()));
    zk.start(timeout());
    use(zk);
}

ServerControl& TestHarness::Impl::server() {
    require_usable("server");
    if (!embedded()) {
        refuse("server", "the servers of this harness are external and cannot be controlled");
    }
    return servers_.embedded().front();
}

KazooClient& TestHarness::Impl::client() {
    if (default_client_ == nullptr) {
        auto& zk = make_client();
        zk.start_async();
        loop_.run([&] { zk.start(timeout()); });
        default_client_ = &zk;
    }
    return *default_client_;
}

KazooClient& TestHarness::Impl::make_client(ClientOptions options) {
    require_usable("make_client");
    options.hosts(hosts_);
    if (!options.handler()) {
        options.handler(options_.client_options().handler());
    }
    return *clients_.emplace_back(std::make_unique<KazooClient>(std::move(options)));
}

void TestHarness::Impl::disrupt(Disruption what, KazooClient& client, Duration timeout) {
    require_usable(operation_of(what));
    // With a loop, this blocks on another thread.
    const auto handler = loop_.has_loop() ? nullptr : client.handler();
    if (handler) {
        handler->sleep(Duration::zero());  // throws where blocking is refused, before any effect
    }
    const auto watch = std::make_shared<StateWatch>(handler);
    loop_.run([&] { testing::disrupt(what, client, servers_, watch, timeout); });
}

AsyncResult<void> TestHarness::Impl::disrupt_async(
    Disruption what, KazooClient& client, Duration timeout
) {
    const auto promise = std::make_shared<Promise<void>>(client.handler());
    try {
        require_usable(operation_of(what));
        forget_finished();
        const auto watch = std::make_shared<StateWatch>(nullptr);
        const auto done = std::make_shared<std::atomic<bool>>(false);
        promise->on_cancel([watch] { watch->cancel(); });
        background_.reserve(background_.size() + 1);  // nothing throws once the thread runs
        auto thread = base::start_masked_thread(
            "kazoo-harness",
            [this, what, &client, timeout, promise, watch, done] {
                try {
                    testing::disrupt(what, client, servers_, watch, timeout);
                    promise->set();
                } catch (...) {
                    promise->set_exception(std::current_exception());
                }
                *done = true;
            }
        );
        background_.push_back({std::move(thread), watch, done});
    } catch (...) {
        promise->set_exception(std::current_exception());
    }
    return promise->result();
}

void TestHarness::Impl::forget_finished() {
    std::erase_if(background_, [](Background& one) {
        if (*one.done) {
            one.thread.join();
        }
        return !one.thread.joinable();
    });
}

void TestHarness::Impl::end_background() noexcept {
    for (auto& one : background_) {
        one.watch->cancel();
    }
    for (auto& one : background_) {
        one.thread.join();
    }
    background_.clear();
}

/// The newest first: clients that were made later may depend on what earlier ones have created.
void TestHarness::Impl::stop_clients() {
    default_client_ = nullptr;
    while (!clients_.empty()) {
        // Destroyed in the same step, because the destructor waits as stop() does.
        const auto client = std::make_shared<std::unique_ptr<KazooClient>>();
        *client = std::move(clients_.back());
        clients_.pop_back();
        loop_.run([client] {
            (*client)->stop();
            client->reset();
        });
    }
}

void TestHarness::Impl::tear_down() {
    if (torn_down_) {
        return;
    }
    torn_down_ = true;
    std::exception_ptr first;
    const auto attempt = [&first](auto&& step) {
        try {
            step();
        } catch (...) {
            if (!first) {
                first = std::current_exception();
            }
        }
    };
    end_background();
    attempt([&] { servers_.restore(); });
    attempt([&] { stop_clients(); });
    if (!servers_.owned()) {
        attempt([&] { use_nodes([](KazooClient& zk) { zk.delete_recursive("/"); }); });
    }
    if (first) {
        std::rethrow_exception(first);
    }
}

TestHarness::TestHarness(HarnessOptions options) {
    if (options.timeout() <= HarnessOptions::milliseconds::zero()) {
        refuse("TestHarness", "timeout must be more than zero");
    }
    impl_ = std::make_unique<Impl>(std::move(options));
}

TestHarness::~TestHarness() {
    if (impl_->in_forked_child()) {
        static_cast<void>(impl_.release());  // the parent's clients, threads and nodes
        return;
    }
    try {
        impl_->tear_down();
    } catch (const std::exception& error) {
        try {
            Logger().log(LogLevel::error, std::string("TestHarness: ") + error.what());
        } catch (const std::bad_alloc&) {
            Logger().log(LogLevel::error, "TestHarness: out of memory");
        }
    }
}

void TestHarness::tear_down() {
    impl_->tear_down();
}

const std::string& TestHarness::hosts() const noexcept {
    return impl_->hosts();
}

const std::string& TestHarness::chroot() const noexcept {
    return impl_->chroot();
}

bool TestHarness::embedded() const noexcept {
    return impl_->embedded();
}

ServerControl& TestHarness::server() {
    return impl_->server();
}

KazooClient& TestHarness::client() {
    return impl_->client();
}

KazooClient& TestHarness::make_client() {
    return impl_->make_client();
}

KazooClient& TestHarness::make_client(ClientOptions options) {
    return impl_->make_client(std::move(options));
}

void TestHarness::start(KazooClient& client) {
    if (runs_loop()) {
        client.start_async();  // in this thread, so that the loop has work when it runs
    }
    impl_->loop().run([&] { client.start(timeout()); });
}

void TestHarness::stop(KazooClient& client) {
    impl_->loop().run([&] { client.stop(); });
}

void TestHarness::lose_connection(KazooClient& client, std::optional<AnyDuration> limit) {
    impl_->disrupt(Disruption::lost_connection, client, limit ? limit->value() : timeout());
}

void TestHarness::expire_session(KazooClient& client, std::optional<AnyDuration> limit) {
    impl_->disrupt(Disruption::expired_session, client, limit ? limit->value() : timeout());
}

AsyncResult<void> TestHarness::lose_connection_async(
    KazooClient& client, std::optional<AnyDuration> limit
) {
    return impl_->disrupt_async(
        Disruption::lost_connection, client, limit ? limit->value() : timeout()
    );
}

AsyncResult<void> TestHarness::expire_session_async(
    KazooClient& client, std::optional<AnyDuration> limit
) {
    return impl_->disrupt_async(
        Disruption::expired_session, client, limit ? limit->value() : timeout()
    );
}

bool TestHarness::wait_for(
    const std::function<bool()>& predicate, std::optional<AnyDuration> limit
) {
    return impl_->loop().wait(
        predicate, detail::later(Clock::now(), limit ? limit->value() : timeout())
    );
}

bool TestHarness::runs_loop() const noexcept {
    return impl_->loop().has_loop();
}

Duration TestHarness::timeout() const noexcept {
    return impl_->timeout();
}

}  // namespace kazoo::testing
