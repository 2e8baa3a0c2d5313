// SPDX-License-Identifier: Apache-2.0
// The driver, with a real session, a transport that the test plays, and constant time.
#include "driver/driver.hpp"

#include "codec/connect.hpp"
#include "codec/headers.hpp"
#include "codec/replies.hpp"
#include "codec/requests.hpp"
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::driver {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

/// The opcodes of the frames in one write.
using Write = std::vector<codec::Opcode>;

struct Network {
    std::weak_ptr<transport::Sink> sink;
    std::uint64_t attempt = 0;
    bool handshake_sent = false;  // the ConnectRequest, which has no header, has been written
    std::vector<Write> writes;
    bool writes_at_once = false;  // on_sent() is not called
};

class PlayedTransport final : public transport::Transport {
public:
    explicit PlayedTransport(Network& network) : network_(network) {}
    void resolve(std::uint64_t attempt, const std::string&, std::uint16_t) override {
        network_.attempt = attempt;
    }
    void connect(std::uint64_t attempt, const base::Endpoint&) override {
        network_.attempt = attempt;
        network_.handshake_sent = false;
    }
    bool send(base::Buffer& bytes) override {
        Write write;
        codec::FrameReader reader(1 << 20);
        reader.feed(bytes.span());
        for (auto item = reader.next(); item.kind == codec::FrameItem::Kind::frame;
             item = reader.next()) {
            codec::RequestHeader header;
            codec::Decoder decoder(item.bytes);
            if (std::exchange(network_.handshake_sent, true)) {
                EXPECT_TRUE(codec::decode(decoder, header));
                write.push_back(header.type);
            }
        }
        network_.writes.push_back(std::move(write));
        bytes.clear();
        return network_.writes_at_once;
    }
    void disconnect() override {}

private:
    Network& network_;
};

class StillWorld final : public Environment {
public:
    [[nodiscard]] TimePoint now() const noexcept override { return TimePoint(1h) + passed; }
    void post(Task task) override { tasks_.push_back(std::move(task)); }
    [[nodiscard]] const void* put_off_by() const noexcept override { return callback; }
    [[nodiscard]] std::size_t posted() const noexcept { return tasks_.size(); }
    void set_timer(TimePoint when, Task task) override {
        timer_at = when;
        timer_ = std::move(task);
    }
    void clear_timer() override { timer_ = nullptr; }
    std::unique_ptr<transport::Transport> make_transport(std::weak_ptr<transport::Sink> sink
    ) override {
        network.sink = std::move(sink);
        return std::make_unique<PlayedTransport>(network);
    }

    void run() {
        while (!tasks_.empty()) {
            auto task = std::move(tasks_.front());
            tasks_.pop_front();
            task();
        }
    }
    void fire() {
        passed = timer_at - TimePoint(1h);
        std::exchange(timer_, nullptr)();
        run();
    }
    void forget_all() {
        timer_ = nullptr;
        tasks_.clear();
    }

    Network network;
    Duration passed{0};
    TimePoint timer_at{};
    const void* callback = nullptr;  // in which the following calls are made

private:
    std::deque<Task> tasks_;
    Task timer_;
};

struct Owner final : EventSink, std::enable_shared_from_this<Owner> {
    explicit Owner(std::shared_ptr<Environment> environment)
        : driver(std::move(environment), *this) {}
    void on_event(session::Event& event) override {
        if (std::holds_alternative<session::ReplyEvent>(event)) {
            if (failures > 0) {
                --failures;
                throw std::bad_alloc();
            }
            replies.push_back(std::get<session::ReplyEvent>(event).error);
            on_reply(replies.size());
        }
    }
    void on_finished() override { ++finished; }
    std::shared_ptr<void> keep_alive() override { return shared_from_this(); }

    int failures = 0;  // so many replies in a row cannot be taken for want of memory
    std::vector<std::error_code> replies;
    std::function<void(std::size_t)> on_reply = [](std::size_t) {};
    Driver driver;
    int finished = 0;
};

class DriverTest : public testing::Test {
protected:
    void SetUp() override {
        owner_->driver.start(testing_support::script_config());
        environment_->run();
        sink().on_resolved(network_.attempt, {}, {{"10.0.0.1", 2181}});
        sink().on_connected(network_.attempt);
        sink().on_sent(network_.attempt);
        base::Buffer frame;
        codec::ConnectResponse welcome;
        welcome.timeout_ms = 10'000;
        welcome.session_id = 1;
        welcome.passwd.value = "0123456789abcdef";
        codec::append_frame(frame, welcome);
        sink().on_bytes(network_.attempt, frame.span());
        welcome_size_ = frame.size();
        network_.writes.clear();
    }
    void TearDown() override { environment_->forget_all(); }

    [[nodiscard]] transport::Sink& sink() const { return *network_.sink.lock(); }
    session::RequestId sync(session::RequestOwner owner = {}) {
        session::RequestSpec call;
        call.op = codec::Opcode::sync;
        call.request = std::move(owner);
        codec::SyncRequest request;
        request.path = "/a";
        const auto accepted = owner_->driver.submit(call, request);
        EXPECT_FALSE(accepted.error);
        return accepted.id;
    }
    /// The replies to requests with the xids 1 to `n`.
    static base::Buffer replies(std::int32_t n) {
        base::Buffer bytes;
        for (std::int32_t xid = 1; xid <= n; ++xid) {
            codec::append_frame(bytes, codec::ReplyHeader{xid, 1, 0}, codec::SyncReply{});
        }
        return bytes;
    }
    [[nodiscard]] std::size_t requests() const {
        return owner_->driver.look([](const session::Session& s) { return s.requests(); });
    }
    std::vector<Write> writes() {
        environment_->run();
        return std::exchange(network_.writes, {});
    }

    std::size_t welcome_size_ = 0;
    std::shared_ptr<StillWorld> environment_ = std::make_shared<StillWorld>();
    Network& network_ = environment_->network;
    std::shared_ptr<Owner> owner_ = std::make_shared<Owner>(environment_);
};

TEST_F(DriverTest, RequestsDuringAWriteShareTheNextOne) {
    sync();
    sync();
    EXPECT_THAT(writes(), ElementsAre(Write(2, codec::Opcode::sync)));
}

TEST_F(DriverTest, ARequestDoesNotWaitForTheCallbackOfAnotherThread) {
    const int one = 0;
    const int other = 0;
    environment_->callback = &one;
    sync();
    sync();
    EXPECT_EQ(environment_->posted(), 1U);
    environment_->callback = &other;  // it may return first
    sync();
    EXPECT_EQ(environment_->posted(), 2U);
    environment_->callback = nullptr;
    sync();
    sync();
    EXPECT_EQ(environment_->posted(), 3U);
    environment_->callback = &one;
    sync();
    EXPECT_EQ(environment_->posted(), 3U);
    EXPECT_THAT(writes(), ElementsAre(Write(6, codec::Opcode::sync)));
}

TEST_F(DriverTest, LeavesTheStartOfAReplyToTheTransport) {
    sync();
    writes();
    base::Buffer frame;
    codec::append_frame(frame, codec::ReplyHeader{1, 1, 0}, codec::SyncReply{});
    const auto bytes = frame.span();
    ASSERT_GT(bytes.size(), 22U);
    auto rest = sink().on_more(network_.attempt, bytes.first(10), 0);
    EXPECT_EQ(rest.size, 10U);
    EXPECT_EQ(rest.whole, bytes.size());
    rest = sink().on_more(network_.attempt, bytes.first(20), 10);
    EXPECT_EQ(rest.size, 20U);
    EXPECT_EQ(requests(), 1U);
    rest = sink().on_more(network_.attempt, bytes, 20);
    EXPECT_EQ(rest.size, 0U);
    EXPECT_EQ(rest.whole, 0U);
    EXPECT_EQ(requests(), 0U);
    const auto received = owner_->driver.look([](const session::Session& session) {
        return session.metrics().session.bytes_received;
    });
    EXPECT_EQ(received, welcome_size_ + bytes.size());
}

struct Party final : detail::RefCounted {};

/// Many replies that arrive together, and another thread between two of them.
class DriverPartsTest : public DriverTest {
protected:
    static constexpr std::size_t count = 300;

    void SetUp() override {
        DriverTest::SetUp();
        network_.writes_at_once = true;
        for (std::size_t i = 0; i < count; ++i) {
            ids_.push_back(sync(detail::make_ref<Party>()));
        }
        writes();
    }
    transport::Unread receive(std::span<const std::byte> bytes) {
        return sink().on_more(network_.attempt, bytes, 0);
    }

    std::vector<session::RequestId> ids_;
    const base::Buffer replies_ = replies(count);
};

TEST_F(DriverPartsTest, AllRepliesThatArriveTogetherAreDelivered) {
    const auto all_but_one_byte = replies_.span().first(replies_.size() - 1);
    const auto rest = receive(all_but_one_byte);
    EXPECT_EQ(owner_->replies.size(), count - 1);
    EXPECT_EQ(rest.whole, replies_.size() / count);
    EXPECT_EQ(rest.size, rest.whole - 1);
    EXPECT_EQ(requests(), 1U);
}

TEST_F(DriverPartsTest, TheSessionCanBeUsedBetweenReplies) {
    bool cancelled = false;
    owner_->on_reply = [&](std::size_t n) {
        if (n == 1) {
            cancelled = owner_->driver.with_session([&](session::Session& session, TimePoint) {
                return session.cancel(ids_.back(), ClientErrc::cancelled);
            });
            sync();
        }
    };
    receive(replies_.span());
    EXPECT_TRUE(cancelled);
    EXPECT_EQ(owner_->replies.size(), count);
    EXPECT_EQ(std::ranges::count(owner_->replies, ClientErrc::cancelled), 1);
    EXPECT_THAT(writes(), ElementsAre(Write(1, codec::Opcode::sync)));
}

TEST_F(DriverPartsTest, NothingIsReadOfAConnectionThatEndsBetweenReplies) {
    owner_->on_reply = [&](std::size_t n) {
        if (n == 1) {
            EXPECT_TRUE(owner_->driver.with_session([](session::Session& session, TimePoint now) {
                return session.drop_connection(now);
            }));
        }
    };
    const auto rest = receive(replies_.span());
    EXPECT_EQ(rest.size, 0U);
    EXPECT_LT(owner_->replies.size(), count);
    EXPECT_EQ(requests(), count - owner_->replies.size());  // they wait for the next connection
}

// There is memory again for the next attempt to deliver, but the rest of the bytes has been
// dropped.
TEST_F(DriverPartsTest, TheConnectionIsDroppedIfMemoryIsShortBetweenReplies) {
    constexpr int tries = 3;
    owner_->failures = tries;
    const auto attempt = network_.attempt;
    receive(replies_.span());
    EXPECT_EQ(owner_->replies.size(), count);
    EXPECT_EQ(std::ranges::count(owner_->replies, std::error_code()), 4);
    EXPECT_EQ(std::ranges::count(owner_->replies, ClientErrc::out_of_memory), count - 4);
    environment_->fire();
    EXPECT_GT(network_.attempt, attempt);
}

TEST_F(DriverTest, LeavesNothingOfAConnectionThatHasEnded) {
    const std::array<std::byte, 5> bytes{};
    const auto rest = sink().on_more(network_.attempt + 1, bytes, 0);
    EXPECT_EQ(rest.size, 0U);
    EXPECT_EQ(rest.whole, 0U);
}

// A transport has one buffer, which a second write would overwrite.
TEST_F(DriverTest, OneWriteAtATime) {
    sync();
    EXPECT_THAT(writes(), ElementsAre(Write(1, codec::Opcode::sync)));
    sync();
    sync();
    EXPECT_THAT(writes(), IsEmpty());
    sink().on_sent(network_.attempt);
    EXPECT_THAT(writes(), ElementsAre(Write(2, codec::Opcode::sync)));
    sink().on_sent(network_.attempt);
    EXPECT_THAT(writes(), IsEmpty());
}

TEST_F(DriverTest, AWriteThatIsCompleteAtOnceDelaysNoOther) {
    network_.writes_at_once = true;
    for (int i = 0; i < 3; ++i) {
        sync();
        EXPECT_THAT(writes(), ElementsAre(Write(1, codec::Opcode::sync)));
    }
}

TEST_F(DriverTest, AnUnfinishedWriteIsDroppedWithItsConnection) {
    sync();
    EXPECT_THAT(writes(), ElementsAre(Write(1, codec::Opcode::sync)));
    sink().on_closed(network_.attempt, std::make_error_code(std::errc::connection_reset), {});
    environment_->fire();  // ends the back-off pause
    sink().on_resolved(network_.attempt, {}, {{"10.0.0.1", 2181}});
    sink().on_connected(network_.attempt);
    EXPECT_EQ(writes().size(), 1U);  // the ConnectRequest
}

TEST_F(DriverTest, TheTimerIsSetAgainAfterItHasFired) {
    std::vector<Write> pings;
    const auto before = environment_->now();
    while (pings.size() < 1 && environment_->now() < before + 5s) {
        environment_->fire();
        for (auto& write : writes()) pings.push_back(std::move(write));
    }
    EXPECT_THAT(pings, ElementsAre(Write(1, codec::Opcode::ping)));
    EXPECT_GT(environment_->timer_at, environment_->now());
}

TEST_F(DriverTest, FinishesOnceAndReleasesEverything) {
    owner_->driver.with_session([](session::Session& session, TimePoint now) {
        session.close(now);
        return 0;
    });
    EXPECT_THAT(writes(), ElementsAre(Write(1, codec::Opcode::close_session)));
    const auto last = network_.sink.lock();
    last->on_closed(network_.attempt, std::make_error_code(std::errc::connection_reset), {});
    last->on_sent(network_.attempt);
    environment_->run();
    EXPECT_EQ(owner_->finished, 1);
}

}  // namespace
}  // namespace kazoo::driver
