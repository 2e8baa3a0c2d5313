// SPDX-License-Identifier: Apache-2.0
// The server of `kazoo ui` with its routes and a client, whose allocations fail: over the life of a
// connection each fails once, on whichever thread; and in a route, all those behind each. The
// process does not end, each request gets a reply or sees its connection closed, and the page can
// be used again at once.
#include "support/allocations/allocations.hpp"
#include "support/child_process.hpp"
#include "support/wait_until.hpp"
#include "ui/api/feed.hpp"
#include "ui/api/routes.hpp"
#include "ui/http/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <csignal>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace tool::ui;
using kazoo::testing_support::ChildProcess;
using kazoo::testing_support::Exposed;
using kazoo::testing_support::Shortage;
using kazoo::testing_support::Spared;
using kazoo::testing_support::wait_until;
using namespace std::chrono_literals;

using std::chrono::milliseconds;

constexpr auto patience = 20s;

/// The page without its files and its token.
class Api final : public Application {
public:
    explicit Api(SharedContext context) : context_(std::move(context)) {}

    std::optional<Reply> refusal(const Head&) override { return std::nullopt; }
    bool is_event_stream(const Head& head) override { return head.target.path == "/api/events"; }
    kazoo::AsyncResult<Reply> handle(Request request) override {
        const long nth = routes_fail_from.load();
        if (nth == 0) {
            return answer(context_, std::move(request));
        }
        const Shortage shortage(nth, std::numeric_limits<int>::max());
        const MetAtEnd at_end{shortage, met};
        return answer(context_, std::move(request));
    }
    std::string take_event() override { return context_->changes->take(); }
    std::string gap_event() override { return Changes::gap(); }

    std::atomic<long> routes_fail_from{0};  ///< the first allocation that fails; 0: none does
    std::atomic<bool> met{false};           ///< whether one has failed in the last route

private:
    struct MetAtEnd {
        const Shortage& shortage;
        std::atomic<bool>& met;
        ~MetAtEnd() { met = shortage.met(); }
    };

    SharedContext context_;
};

class UiMemory : public testing::Test {
protected:
    UiMemory() {
        zk_.emplace(kazoo::ClientOptions().hosts(zookeeper_.first_line()));
        zk_->start(patience);
        zk_->create("/node", "data");
        context_ = std::make_shared<Context>(*zk_, "servers", true);
        context_->read_only = false;
        context_->changes = std::make_shared<Changes>([this] { server_.wake(); });
        api_.emplace(context_);
        following_ = follow_tree(context_);
        loop_ = std::thread([this] { server_.run(*api_); });
        EXPECT_TRUE(wait_until([this] { return context_->feed == Feed::live; }, patience));
    }
    ~UiMemory() override {
        following_.cancel();
        zk_->stop();
        std::raise(SIGTERM);
        loop_.join();
    }

    /// Returns the connection on which a request was sent.
    std::unique_ptr<asio::ip::tcp::socket> sent(
        const std::string& line, const std::string& body = ""
    ) {
        auto socket = std::make_unique<asio::ip::tcp::socket>(io_);
        socket->connect({asio::ip::address_v4::loopback(), server_.port()});
        const std::string head = line + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n" +
                                 "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
        boost::system::error_code closed;
        asio::write(*socket, asio::buffer(head + body), closed);
        return socket;
    }
    /// Reads until a text has arrived or the connection is closed. Returns what has arrived.
    static std::string received(asio::ip::tcp::socket& socket, const std::string& until) {
        std::string text;
        boost::system::error_code error;
        while (!error && (until.empty() || text.find(until) == std::string::npos)) {
            pollfd readable{socket.native_handle(), POLLIN, 0};
            if (::poll(&readable, 1, static_cast<int>(milliseconds(patience).count())) != 1) {
                ADD_FAILURE() << "neither a reply nor a closed connection";
                break;
            }
            char block[4096];
            const std::size_t size = socket.read_some(asio::buffer(block), error);
            text.append(block, size);
        }
        return text;
    }
    /// Returns the status of the reply; 0 if the connection was closed.
    int status_of(const std::string& line, const std::string& body = "") {
        const std::string text = received(*sent(line, body), "");
        return text.size() > 12 ? std::stoi(text.substr(9, 3)) : 0;
    }

    /// Makes a request again and again, each time with the next allocation failing: `attempt`
    /// returns the status, and whether any has failed.
    template <class Attempt>
    void expect_survival(const std::string& line, const std::string& body, Attempt attempt) {
        ASSERT_EQ(status_of(line, body), 200) << line;
        int failed = 0;
        bool met = true;
        for (long nth = 1; met; ++nth) {
            int status = 0;
            std::tie(status, met) = attempt(nth);
            EXPECT_TRUE(status == 0 || status == 200 || status >= 500) << line << ": " << status;
            failed += status == 200 ? 0 : 1;
            const auto works = [&] { return status_of(line, body) == 200; };
            ASSERT_TRUE(wait_until(works, patience)) << line << " after allocation " << nth;
        }
        EXPECT_GT(failed, 0);
    }

    const Spared spared_;
    asio::io_context io_;
    ChildProcess zookeeper_{{KAZOO_TOOL, "serve", "--listen", "127.0.0.1:0"}};
    HttpServer server_{0, HttpLimits()};
    std::optional<kazoo::KazooClient> zk_;
    SharedContext context_;
    std::optional<Api> api_;
    kazoo::AsyncResult<void> following_;
    std::thread loop_;
};

constexpr const char* lines[][2] = {
    {"GET /api/status", ""},
    {"GET /api/node?path=/node", ""},
    {"POST /api/stats", R"({"paths": ["/", "/node"]})"},
};

TEST_F(UiMemory, RequestsFailOrSucceed) {
    for (const auto& [line, body] : lines) {
        expect_survival(line, body, [&, line = line, body = body](long nth) {
            const Shortage shortage(nth);
            const int status = status_of(line, body);
            return std::pair(status, shortage.met());
        });
    }
}

TEST_F(UiMemory, RoutesFailOrSucceed) {
    for (const auto& [line, body] : lines) {
        expect_survival(line, body, [&, line = line, body = body](long nth) {
            api_->routes_fail_from = nth;
            const int status = status_of(line, body);
            api_->routes_fail_from = 0;
            return std::pair(status, api_->met.load());
        });
    }
}

TEST_F(UiMemory, EventsArriveOrTheStreamEnds) {
    bool met = true;
    for (long nth = 1; met; ++nth) {
        const auto stream = sent("GET /api/events");
        ASSERT_NE(received(*stream, "\r\n\r\n").find("200 OK"), std::string::npos);
        if (nth == 1) {
            // Or a gap, if the one of the new session has not been sent yet.
            context_->changes->add("CREATED", "/settled");
            received(*stream, "\"changes\"");
        }
        std::string text;
        {
            const Shortage shortage(nth);
            {
                const Exposed change;
                context_->changes->add("CHANGED", "/node");
            }
            text = received(*stream, "\"changes\"");
            met = shortage.met();
        }
        const bool arrived = text.find("/node") != std::string::npos ||
                             text.find("\"gap\":true") != std::string::npos;
        EXPECT_TRUE(arrived || text.find("data:") == std::string::npos) << text;
        EXPECT_TRUE(met || arrived);
    }
    EXPECT_EQ(status_of("GET /api/status"), 200);
}

}  // namespace
