// SPDX-License-Identifier: Apache-2.0
// Failed allocations below the driver, in its environment, its transport and its sink: each
// allocation fails in turn, once or several times. Every request completes once, and the session
// continues.
#include "codec/connect.hpp"
#include "codec/frame.hpp"
#include "codec/requests.hpp"
#include "codec/watches.hpp"
#include "driver/driver.hpp"
#include "support/allocations/allocations.hpp"
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace kazoo::driver {
namespace {

using codec::Opcode;
using testing_support::Exposed;
using testing_support::Party;
using testing_support::Shortage;
using testing_support::Spared;
using namespace std::chrono_literals;

/// Stands for the allocation that a real component would make.
void need_memory() {
    ::operator delete(::operator new(100));  // a new expression might be optimized away
}

struct Network {
    using Answers = std::deque<std::function<void(transport::Sink&)>>;

    Answers answers;  // on the connection
    Answers lookups;  // independent of the connection
    std::uint64_t attempt = 0;
    bool handshake_sent = false;
    bool connected = false;
    int set_watches = 0;
};

/// A transport with a server that answers every request in order.
class ServingTransport final : public transport::Transport {
public:
    ServingTransport(Network& network, std::weak_ptr<transport::Sink> sink)
        : network_(network), sink_(std::move(sink)) {}
    ~ServingTransport() override { disconnect(); }

    void resolve(std::uint64_t attempt, const std::string&, std::uint16_t) override {
        need_memory();
        const Spared server;
        network_.lookups.push_back([attempt](transport::Sink& sink) {
            std::vector<base::Endpoint> found;
            {
                const Spared server_itself;
                found.push_back({"10.0.0.1", 2181});
            }
            sink.on_resolved(attempt, {}, std::move(found));
        });
    }
    void connect(std::uint64_t attempt, const base::Endpoint&) override {
        need_memory();
        const Spared server;
        network_.attempt = attempt;
        network_.handshake_sent = false;
        network_.connected = true;
        network_.answers.push_back([attempt](transport::Sink& sink) { sink.on_connected(attempt); }
        );
    }
    bool send(base::Buffer& bytes) override {
        need_memory();
        const Spared server;
        EXPECT_TRUE(network_.connected);
        base::Buffer answers;
        codec::FrameReader reader(1 << 20);
        reader.feed(bytes.span());
        for (auto item = reader.next(); item.kind == codec::FrameItem::Kind::frame;
             item = reader.next()) {
            answer(item.bytes, answers);
        }
        auto all = std::make_shared<base::Buffer>(std::move(answers));
        network_.answers.push_back([all, attempt = network_.attempt](transport::Sink& sink) {
            sink.on_sent(attempt);
            sink.on_bytes(attempt, all->span());
        });
        bytes.clear();
        return false;
    }
    void disconnect() override {
        const Spared server;
        network_.answers.clear();
        network_.connected = false;
    }

private:
    void answer(std::span<const std::byte> frame, base::Buffer& out) {
        if (!std::exchange(network_.handshake_sent, true)) {
            codec::ConnectResponse welcome;
            welcome.timeout_ms = 10'000;
            welcome.session_id = 7;
            welcome.passwd.value = "0123456789abcdef";
            codec::append_frame(out, welcome);
            return;
        }
        codec::RequestHeader header;
        codec::Decoder decoder(frame);
        EXPECT_TRUE(codec::decode(decoder, header));
        network_.set_watches += header.type == Opcode::set_watches ? 1 : 0;
        codec::ReplyHeader reply;
        reply.xid = header.xid;
        reply.zxid = 5;
        if (header.type == Opcode::sync) {
            codec::append_frame(out, reply, codec::RequestHeader{1, header.type});
        } else {
            codec::append_frame(out, reply);
        }
    }

    Network& network_;
    std::weak_ptr<transport::Sink> sink_;
};

class ServingWorld final : public Environment {
public:
    [[nodiscard]] TimePoint now() const noexcept override { return now_; }
    void post(Task task) override {
        need_memory();
        const Spared environment;
        tasks_.push_back(std::move(task));
    }
    /// Never allocates: a environment reserves the memory for its timer.
    void set_timer(TimePoint when, Task task) override {
        timer_at_ = when;
        timer_ = std::move(task);
    }
    void clear_timer() override { timer_ = nullptr; }
    std::unique_ptr<transport::Transport> make_transport(std::weak_ptr<transport::Sink> sink
    ) override {
        need_memory();
        const Spared environment;
        sink_ = sink;
        return std::make_unique<ServingTransport>(network, std::move(sink));
    }

    /// Runs the next task, or the timer if there is none. Returns false if there is neither.
    bool step() {
        if (!tasks_.empty()) {
            auto task = std::move(tasks_.front());
            tasks_.pop_front();
            const Exposed driver;
            task();
            task = nullptr;
            return true;
        }
        auto& answers = network.lookups.empty() ? network.answers : network.lookups;
        if (!answers.empty()) {
            auto answer = std::move(answers.front());
            answers.pop_front();
            if (const auto sink = sink_.lock()) {
                const Exposed driver;
                answer(*sink);
            }
            return true;
        }
        if (timer_) {
            now_ = std::max(now_, timer_at_);
            auto timer = std::exchange(timer_, nullptr);
            const Exposed driver;
            timer();
            return true;
        }
        return false;
    }
    void forget_all() {
        timer_ = nullptr;
        tasks_.clear();
    }

    Network network;

private:
    TimePoint now_{1h};
    TimePoint timer_at_{};
    Task timer_;
    std::deque<Task> tasks_;
    std::weak_ptr<transport::Sink> sink_;
};

struct Owner final : EventSink, std::enable_shared_from_this<Owner> {
    explicit Owner(std::shared_ptr<Environment> environment)
        : driver(std::move(environment), *this) {}
    void on_event(session::Event& event) override {
        need_memory();
        const Spared sink;
        if (auto* const reply = std::get_if<session::ReplyEvent>(&event)) {
            const auto& name = static_cast<Party&>(*reply->request).name;
            ++replies[name];
            errors[name] = reply->error;
            EXPECT_TRUE(reply->error || !reply->body.empty());
            if (!reply->body.empty()) {  // the bytes are valid
                EXPECT_EQ(std::to_integer<int>(reply->body.back()), 9);
            }
            reply->request = {};
        } else if (auto* const watch = std::get_if<session::WatchFired>(&event)) {
            EXPECT_EQ(watch->watchers.size(), 1U);
            watched.push_back(watch->type);
        } else if (auto* const state = std::get_if<session::StateEvent>(&event)) {
            states.push_back(state->state);
        }
    }
    void on_finished() override {
        need_memory();
        ++finished;
    }
    std::shared_ptr<void> keep_alive() override { return shared_from_this(); }

    std::map<std::string, int> replies;
    std::map<std::string, std::error_code> errors;
    std::vector<EventType> watched;
    std::vector<KeeperState> states;
    Driver driver;
    int finished = 0;
};

class DriverMemoryTest : public testing::Test {
protected:
    void TearDown() override { environment_->forget_all(); }

    template <class Done>
    bool run_until(Done&& done) {
        for (int steps = 0; steps < 1000; ++steps) {
            if (done()) {
                return true;
            }
            if (!environment_->step()) {
                return done();
            }
        }
        return done();
    }
    bool start() {
        try {
            const Exposed driver;
            owner_->driver.start(testing_support::script_config());
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        }
    }
    bool ask(const std::string& name, bool watch = false) {
        session::RequestSpec call;
        call.op = Opcode::sync;
        call.request = detail::make_ref<Party>(name);
        call.deadline = environment_->now() + 1h;
        if (watch) {
            call.watcher = detail::make_ref<Party>("w" + name);
            call.watch_path = "/a/path/that/is/longer/than/a/short/string";
        }
        codec::SyncRequest request;
        request.path = "/a";
        try {
            const Exposed driver;
            const auto accepted = owner_->driver.submit(call, request);
            EXPECT_FALSE(accepted.error);
        } catch (const std::bad_alloc&) {
            return false;
        }
        asked_.push_back(name);
        return true;
    }
    void close() {
        const Exposed driver;
        owner_->driver.with_session([](session::Session& session, TimePoint now) {
            session.close(now);
            return 0;
        });
    }
    bool all_completed() {
        return std::all_of(asked_.begin(), asked_.end(), [this](const auto& name) {
            return owner_->replies[name] > 0;
        });
    }
    /// Runs a session with failing allocations; returns whether one failed.
    bool live(long nth, long length) {
        bool met = false;
        {
            const Shortage shortage(nth, length);
            if (start()) {
                ask("one");
                ask("two", true);
                EXPECT_TRUE(run_until([this] { return all_completed(); }));
                ask("three");
                EXPECT_TRUE(run_until([this] { return all_completed(); }));
            }
            met = shortage.met();
        }
        if (owner_->states.empty()) {
            EXPECT_TRUE(start()) << "a start that failed cannot be repeated";
        }
        EXPECT_TRUE(ask("after"));
        EXPECT_TRUE(run_until([this] { return all_completed(); }));
        EXPECT_FALSE(owner_->errors["after"]) << owner_->errors["after"].message();
        close();
        EXPECT_TRUE(run_until([this] { return owner_->finished > 0; })) << "never closed";
        EXPECT_EQ(owner_->finished, 1);
        for (const auto& name : asked_) {
            EXPECT_EQ(owner_->replies[name], 1) << name;
            if (const auto error = owner_->errors[name]) {
                EXPECT_EQ(error, ClientErrc::out_of_memory) << name;
            }
        }
        EXPECT_LE(owner_->watched.size(), 1U);
        return met;
    }

    const Spared test_itself_;
    std::shared_ptr<ServingWorld> environment_ = std::make_shared<ServingWorld>();
    std::shared_ptr<Owner> owner_ = std::make_shared<Owner>(environment_);
    std::vector<std::string> asked_;
};

class DriverShortageTest : public DriverMemoryTest, public testing::WithParamInterface<long> {};

TEST_P(DriverShortageTest, EveryRequestCompletesOnceAndTheSessionContinues) {
    for (long nth = 1; nth < 10'000; ++nth) {
        SCOPED_TRACE("allocation " + std::to_string(nth));
        environment_ = std::make_shared<ServingWorld>();
        owner_ = std::make_shared<Owner>(environment_);
        asked_.clear();
        const bool met = live(nth, GetParam());
        environment_->forget_all();
        if (HasFailure()) {
            return;
        }
        if (!met) {
            EXPECT_GT(nth, 30) << "the driver is not exposed at all";
            return;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Lengths, DriverShortageTest, testing::Values(1, 2, 5, 20));

}  // namespace
}  // namespace kazoo::driver
