// SPDX-License-Identifier: Apache-2.0
// LeaseClock against a model of an ensemble, in random runs: a client, a follower and the leader,
// connected by links that keep the order of packets, delay them as they like, and stand still for a
// while in one direction or both.
//
//     client  <-->  follower: notes the session, answers reads and pings
//                       <-->  leader: asks for reports twice in a tick, confirms syncs, expires
#include "session/lease_clock.hpp"
#include "values/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace kazoo::session {
namespace {

using namespace std::chrono_literals;

enum class Link { to_follower, to_client, to_leader, from_leader };
/// What the client takes for a proof, to see that the model can refute it.
enum class Belief { lease_clock, pings };

class LeaseModel {
public:
    LeaseModel(std::uint64_t seed, Belief belief) : random_(seed), belief_(belief) {
        constexpr std::array ticks{200ms, 500ms, 1000ms, 2000ms};
        constexpr std::array timeouts{2, 2, 3, 5, 10};
        constexpr std::array delays{1ms, 5ms, 30ms, 100ms};
        tick_ = ticks[below(ticks.size())];
        timeout_ = timeouts[below(timeouts.size())] * tick_;
        delay_ = delays[below(delays.size())];
        clock_.asked(now_);
        clock_.connected(timeout_);
        if (below(4) > 0) {
            clock_.use(now_);
        }
    }

    /// Returns whether the leader expired the session while the client was certain of it.
    [[nodiscard]] bool run() {
        const auto end = now_ + 12 * timeout_;
        in(up_to(50ms), [this] { touch(); });
        in(up_to(tick_ / 2), [this] { ask_for_report(); });
        in(0ms, [this] { ping(); });
        in(up_to(timeout_), [this] { work(); });
        in(up_to(timeout_), [this] { part(); });
        in(0ms, [this] { look_at_clock(); });
        while (!refuted_ && !events_.empty() && events_.begin()->first.first <= end) {
            auto event = events_.extract(events_.begin());
            now_ = event.key().first;
            event.mapped()();
        }
        return refuted_;
    }
    [[nodiscard]] bool expired() const { return expired_; }
    [[nodiscard]] std::uint64_t certain() const { return certain_; }

private:
    struct Request {
        TimePoint sent;
        bool confirmed = false;  // needs the leader
        bool sync_of_clock = false;
        bool ready = false;
    };
    using Shared = std::shared_ptr<Request>;

    [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_.next() % limit; }
    [[nodiscard]] milliseconds up_to(milliseconds most) {
        return milliseconds(below(static_cast<std::uint64_t>(most.count()) + 1));
    }
    void in(milliseconds time, std::function<void()> what) { at(now_ + time, std::move(what)); }
    void at(TimePoint when, std::function<void()> what) {
        events_.emplace(std::pair(when, ++last_event_), std::move(what));
    }
    void send(Link link, std::function<void()> arrive) {
        auto& free = free_[static_cast<std::size_t>(link)];
        const auto delay = below(50) == 0 ? up_to(timeout_ * 2 / 3) : up_to(2 * delay_);
        free = std::max(free, now_ + 1ms + delay);
        at(free, std::move(arrive));
    }

    // The leader.

    void touch() {
        if (expired_) {
            return;
        }
        const auto since = std::chrono::floor<milliseconds>(now_ + timeout_).time_since_epoch();
        expiry_ = TimePoint((since / tick_ + 1) * tick_);
        at(expiry_, [this] { expire(); });
    }
    /// It takes a moment until a session that is over is closed on the servers.
    void expire() {
        if (expired_ || now_ < expiry_) {
            return;
        }
        expired_ = true;
        look();
        in(below(2) * up_to(30ms), [this] { send(Link::from_leader, [this] { open_ = false; }); });
    }
    void ask_for_report() {
        send(Link::from_leader, [this] {
            if (std::exchange(heard_, false)) {
                send(Link::to_leader, [this] { touch(); });
            }
        });
        in(tick_ / 2, [this] { ask_for_report(); });
    }

    // The follower.

    void on_request(const Shared& request) {
        if (!open_) {
            return;
        }
        heard_ = true;
        unanswered_.push_back(request);
        if (request->confirmed) {
            send(Link::to_leader, [this, request] {
                send(Link::from_leader, [this, request] { answer(request); });
            });
        } else {
            answer(request);
        }
    }
    /// In the order of the requests.
    void answer(const Shared& request) {
        request->ready = true;
        while (open_ && !unanswered_.empty() && unanswered_.front()->ready) {
            send(Link::to_client, [this, answered = unanswered_.front()] { on_reply(*answered); });
            unanswered_.pop_front();
        }
    }

    // The client.

    void request(bool confirmed, bool sync_of_clock = false) {
        const auto made = std::make_shared<Request>(Request{now_, confirmed, sync_of_clock, false});
        send(Link::to_follower, [this, made] { on_request(made); });
    }
    void ping() {
        request(false);
        in(timeout_ / 3, [this] { ping(); });
    }
    void work() {
        request(below(2) == 0);
        in(up_to(below(2) == 0 ? timeout_ / 10 : timeout_), [this] { work(); });
    }
    void look_at_clock() {
        pace();
        in(timeout_ / 50, [this] { look_at_clock(); });
    }
    void pace() {
        if (clock_.wants_sync(now_)) {
            clock_.sync_sent(1, now_);
            request(true, true);
        }
    }
    void on_reply(const Request& answered) {
        if (answered.sync_of_clock) {
            clock_.answered(1);
        }
        if (answered.confirmed) {
            clock_.confirmed(answered.sent, now_);
        } else if (belief_ == Belief::pings) {
            clock_.asked(answered.sent);
            clock_.connected(timeout_);
        }
        pace();
        look();
    }
    void look() {
        const bool certain = clock_.valid_until().value() > now_;
        certain_ += certain ? 1 : 0;
        refuted_ = refuted_ || (certain && expired_);
    }

    // The network.

    void part() {
        const auto until = now_ + up_to(timeout_ * 3 / 2);
        const auto which = below(6);
        for (std::size_t link = 0; link < free_.size(); ++link) {
            const bool of_leader = link >= static_cast<std::size_t>(Link::to_leader);
            if (which == link || (which >= free_.size() && of_leader)) {
                free_[link] = std::max(free_[link], until);
            }
        }
        in(up_to(3 * timeout_), [this] { part(); });
    }

    base::Random random_;
    const Belief belief_;
    milliseconds tick_{0};
    milliseconds timeout_{0};
    milliseconds delay_{0};

    TimePoint now_{1h};
    std::map<std::pair<TimePoint, std::uint64_t>, std::function<void()>> events_;
    std::uint64_t last_event_ = 0;
    std::array<TimePoint, 4> free_{};  // by Link: nothing arrives before

    LeaseClock clock_;
    std::uint64_t certain_ = 0;  // how often it was
    bool refuted_ = false;

    bool open_ = true;    // the connection
    bool heard_ = false;  // the follower from the session, since its last report
    std::deque<Shared> unanswered_;
    TimePoint expiry_ = TimePoint::max();
    bool expired_ = false;
};

struct Runs {
    int expired = 0;
    int refuted = 0;
    std::uint64_t certain = 0;
};

Runs run(Belief belief) {
    Runs runs;
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        LeaseModel model(seed, belief);
        runs.refuted += model.run() ? 1 : 0;
        runs.expired += model.expired() ? 1 : 0;
        runs.certain += model.certain();
    }
    return runs;
}

TEST(LeaseModelTest, NoSessionExpiresWhileItIsCertain) {
    const auto runs = run(Belief::lease_clock);
    EXPECT_EQ(runs.refuted, 0);
    EXPECT_GT(runs.expired, 250);
    EXPECT_GT(runs.certain, 5'000U);
}

TEST(LeaseModelTest, PingsAreNoProof) {
    EXPECT_GT(run(Belief::pings).refuted, 50);
}

}  // namespace
}  // namespace kazoo::session
