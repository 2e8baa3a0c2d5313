// SPDX-License-Identifier: Apache-2.0
// Connections over loopback to a listener of the test.
#include "transport/tcp_transport.hpp"

#include "base/driven_loop.hpp"
#include "run_until.hpp"
#include "support/loopback.hpp"
#include "support/slow_names.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::transport {
namespace {

using testing_support::SlowNames;
using namespace std::chrono_literals;

constexpr auto tcp_patience = 10s;

class TestSink final : public Sink {
public:
    void on_resolved(std::uint64_t attempt, std::error_code, std::vector<base::Endpoint> endpoints)
        override {
        resolved.push_back(attempt);
        found = std::move(endpoints);
    }
    void on_connected(std::uint64_t) override { connected = true; }
    void on_bytes(std::uint64_t, std::span<const std::byte> bytes) override {
        received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    void on_sent(std::uint64_t) override {}
    void on_closed(std::uint64_t, std::error_code, std::string_view) override { closed = true; }

    std::vector<std::uint64_t> resolved;
    std::vector<base::Endpoint> found;
    std::string received;
    bool connected = false;
    bool closed = false;
};

class TcpTransportTest : public testing::Test {
protected:
    template <class Condition>
    bool run_until(Condition condition) {
        return transport::run_until(loop_, tcp_patience, std::move(condition));
    }

    boost::asio::io_context loop_;
    std::shared_ptr<TestSink> sink_ = std::make_shared<TestSink>();
    std::optional<TcpTransport> transport_{
        std::in_place, loop_.get_executor(), std::make_shared<Turns>(), sink_};
};

/// The names in /proc of the sockets of this process.
std::set<std::string> own_sockets() {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;  // for the iterator's own descriptor
        const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
        if (target.starts_with("socket:")) {
            names.insert(target);
        }
    }
    return names;
}

/// The open descriptors of an executed program, one per line.
std::string descriptors_of_a_child() {
    std::array<int, 2> pipe{};
    EXPECT_EQ(::pipe(pipe.data()), 0);
    const auto child = ::fork();
    if (child == 0) {
        ::dup2(pipe[1], STDOUT_FILENO);
        ::execl("/bin/ls", "ls", "-l", "/proc/self/fd", nullptr);
        ::_exit(127);
    }
    ::close(pipe[1]);
    std::string output;
    std::array<char, 4096> part{};
    for (ssize_t n = 0; (n = ::read(pipe[0], part.data(), part.size())) > 0;) {
        output.append(part.data(), static_cast<std::size_t>(n));
    }
    ::close(pipe[0]);
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    return output;
}

TEST_F(TcpTransportTest, AProgramThatIsExecutedDoesNotInheritTheConnection) {
    const auto listener = testing_support::listen_on_loopback();
    const auto before = own_sockets();
    transport_->connect(1, {"127.0.0.1", testing_support::local_port(listener)});
    auto opened = own_sockets();  // also before it is connected
    ASSERT_TRUE(run_until([&] { return sink_->connected; }));
    opened.merge(own_sockets());
    for (const auto& known : before) {
        opened.erase(known);
    }
    ASSERT_FALSE(opened.empty());
    const auto inherited = descriptors_of_a_child();
    EXPECT_NE(inherited.find("pipe:"), std::string::npos) << inherited;
    for (const auto& socket : opened) {
        EXPECT_EQ(inherited.find(socket), std::string::npos) << inherited;
    }
}

TEST_F(TcpTransportTest, AnInvalidAddressEndsTheAttempt) {
    transport_->connect(1, {"no address", 1});
    EXPECT_FALSE(sink_->closed) << "inside the call";
    EXPECT_TRUE(run_until([&] { return sink_->closed; }));
}

TEST_F(TcpTransportTest, ALookUpOutlivesADisconnect) {
    std::optional<SlowNames> slow(std::in_place);
    const auto name = SlowNames::late_name();
    transport_->resolve(1, name, 7);
    ASSERT_TRUE(slow->wait_for_look_up());
    transport_->disconnect();
    slow.reset();
    ASSERT_TRUE(run_until([&] { return !sink_->resolved.empty(); }));
    EXPECT_EQ(sink_->resolved, std::vector<std::uint64_t>{1});
    EXPECT_EQ(sink_->found, (std::vector<base::Endpoint>{{"127.0.0.1", 7}}));
}

TEST_F(TcpTransportTest, ANewLookUpReplacesTheFormerOne) {
    std::optional<SlowNames> slow(std::in_place);
    const auto name = SlowNames::late_name();
    transport_->resolve(1, name, 7);
    transport_->resolve(2, name, 8);
    transport_->resolve(3, name, 7);
    ASSERT_TRUE(slow->wait_for_look_up());
    slow.reset();
    ASSERT_TRUE(run_until([&] { return sink_->resolved.size() == 2; }));
    EXPECT_EQ(
        std::set(sink_->resolved.begin(), sink_->resolved.end()), (std::set<std::uint64_t>{2, 3})
    );
}

TEST_F(TcpTransportTest, ADestroyedTransportGetsNoAnswers) {
    std::optional<SlowNames> slow(std::in_place);
    const auto name = SlowNames::late_name();
    transport_->resolve(1, name, 7);
    transport_->resolve(2, "127.0.0.1", 7);
    ASSERT_TRUE(slow->wait_for_look_up());
    transport_.reset();
    slow.reset();
    TcpTransport other(loop_.get_executor(), std::make_shared<Turns>(), sink_);
    other.resolve(3, "localhost", 7);
    ASSERT_TRUE(run_until([&] { return !sink_->resolved.empty() && sink_->resolved.back() == 3; }));
    EXPECT_NE(sink_->resolved.front(), 1U);
}

TEST_F(TcpTransportTest, AddressesAreNotLookedUp) {
    transport_->resolve(1, "::1", 7);
    ASSERT_TRUE(run_until([&] { return !sink_->resolved.empty(); }));
    EXPECT_EQ(sink_->found, (std::vector<base::Endpoint>{{"::1", 7}}));
}

/// A connection whose thread runs the loop in place of the loop's own thread.
class DirectReadTest : public TcpTransportTest {
protected:
    void SetUp() override {
        driven_.loop = &loop_;
        driven_.running = true;
        const auto listener = testing_support::listen_on_loopback();
        transport_->connect(1, {"127.0.0.1", testing_support::local_port(listener)});
        ASSERT_TRUE(run_until([&] { return sink_->connected; }));
        peer_ = testing_support::Descriptor(::accept(listener.get(), nullptr, nullptr));
        ASSERT_GE(peer_.get(), 0);
    }
    void TearDown() override { driven_ = base::DrivenLoop(); }

    [[nodiscard]] bool send(std::string_view text) {
        base::Buffer bytes;
        bytes.append(text.data(), text.size());
        driven_.sent = false;
        return transport_->send(bytes);
    }
    void answer(std::string_view text) {
        ASSERT_EQ(::send(peer_.get(), text.data(), text.size(), 0), ssize_t(text.size()));
    }
    void run_ready() {
        loop_.restart();
        loop_.poll();
    }
    [[nodiscard]] bool read() {
        const auto connection = driven_.connection.lock();
        return connection != nullptr && connection->read_within(patience);
    }

    base::DrivenLoop& driven_ = *base::driven_loop();
    testing_support::Descriptor peer_;
};

TEST_F(DirectReadTest, TheReplyIsReadWithoutTheLoop) {
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(send("request"));
        ASSERT_TRUE(driven_.sent);
        answer("reply.");
        sink_->received.clear();
        ASSERT_TRUE(read());
        EXPECT_EQ(sink_->received, "reply.");
    }
    run_ready();
    EXPECT_FALSE(sink_->closed);
    answer("more");
    ASSERT_TRUE(run_until([&] { return sink_->received == "reply.more"; }));
}

TEST_F(DirectReadTest, TheLoopReadsWhatWasNotReadDirectly) {
    ASSERT_TRUE(send("request"));
    answer("first.");
    ASSERT_TRUE(read());
    answer("second.");
    ASSERT_TRUE(run_until([&] { return sink_->received == "first.second."; }));
    answer("third.");
    ASSERT_TRUE(read());
    EXPECT_EQ(sink_->received, "first.second.third.");
}

TEST_F(DirectReadTest, NothingArrivesInTime) {
    ASSERT_TRUE(send("request"));
    EXPECT_FALSE(driven_.connection.lock()->read_within(1ms));
    EXPECT_FALSE(driven_.connection.lock()->read_within(-1ms));
    EXPECT_EQ(sink_->received, "");
}

TEST_F(DirectReadTest, TheEndOfTheConnectionIsReported) {
    ASSERT_TRUE(send("request"));
    peer_ = testing_support::Descriptor();
    EXPECT_TRUE(read());
    EXPECT_TRUE(sink_->closed);
    EXPECT_FALSE(read());
    run_ready();
}

TEST_F(DirectReadTest, TheLoopReadsWhatIsLarge) {
    const std::string large(100'000, 'x');
    ASSERT_TRUE(send("request"));
    answer(large);
    ASSERT_TRUE(read());
    EXPECT_FALSE(read()) << "the loop has to read the rest";
    ASSERT_TRUE(run_until([&] { return sink_->received.size() == large.size(); }));
    EXPECT_EQ(sink_->received, large);
    for (int i = 0; i < 100 && !driven_.sent; ++i) {
        ASSERT_TRUE(send("request"));
        answer("small");
        const auto size = sink_->received.size() + 5;
        ASSERT_TRUE(driven_.sent ? read() : run_until([&] {
            return sink_->received.size() == size;
        }));
    }
    EXPECT_TRUE(driven_.sent);
}

TEST_F(DirectReadTest, OtherThreadsAndOtherLoopsDoNotReadDirectly) {
    driven_.running = false;
    ASSERT_TRUE(send("request"));
    EXPECT_FALSE(driven_.sent);
    driven_.running = true;
    driven_.loop = &driven_;
    ASSERT_TRUE(send("request"));
    EXPECT_FALSE(driven_.sent);
}

}  // namespace
}  // namespace kazoo::transport
