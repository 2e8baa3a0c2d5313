// SPDX-License-Identifier: Apache-2.0
// Random sessions: users, clocks, networks and servers, derived from a seed. SessionScript checks
// them throughout.
#include "support/session_script.hpp"
#include "values/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing_support::Recovery;
using testing_support::RequestOptions;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

class Life {
public:
    explicit Life(std::uint64_t seed) : random_(seed), script_(config()) {}

    void run() {
        script_.start();
        for (auto steps = random_.below(150); steps > 0; --steps) {
            random_.below(2) == 0 ? user() : network();
        }
        script_.finish(pick({Recovery::resumed, Recovery::expired, Recovery::none}));
    }

private:
    template <class T>
    T pick(std::initializer_list<T> from) {
        return from.begin()[random_.below(from.size())];
    }
    bool one_in(std::uint64_t n) { return random_.below(n) == 0; }
    std::string path() { return pick<std::string>({"/", "/a", "/a/b", "/c"}); }
    std::string new_name() { return "n" + std::to_string(++names_); }
    std::string watcher() { return "w" + std::to_string(random_.below(3)); }

    Config config() {
        auto config = script_config();
        config.hosts = {{"zk1", 2181}, {"zk2", 2181}};
        config.randomize_hosts = true;
        config.read_only = one_in(2);
        config.asks_for_hosts = asks_for_hosts_ = one_in(4);
        config.seed = random_.next();
        config.first_xid = one_in(2) ? 1 : 0x7ffffff0;
        config.limits.requests = 1 + random_.below(30);
        if (one_in(2)) {
            config.limits.in_flight_requests = random_.below(6);
            config.limits.in_flight_bytes = random_.below(200);
        }
        config.limits.watches = 1 + random_.below(10);
        config.set_watches_bytes = 1 + random_.below(50);
        if (one_in(3)) {
            config.auth = {{"digest", "a:b"}};
        }
        if (one_in(4)) {
            config.session_id = 77;
        }
        return config;
    }

    void ask() {
        const auto op = pick(
            {Opcode::get_data,
             Opcode::set_data,
             Opcode::exists,
             Opcode::sync,
             Opcode::add_watch,
             Opcode::remove_watches}
        );
        RequestOptions how;
        how.path = path();
        how.reserved = one_in(10);
        how.resend = pick({Resend::nothing, Resend::unsent, Resend::reads, Resend::independent});
        if (op == Opcode::remove_watches) {
            how.removes = pick<WatchKinds>(
                {data_kinds,
                 only(WatchKind::child),
                 data_kinds | only(WatchKind::child),
                 only(WatchKind::persistent),
                 only(WatchKind::recursive)}
            );
            script_.ask(new_name(), op, how);
            return;
        }
        if (one_in(3)) {
            how.deadline = script_.now() + milliseconds(random_.below(9000));
        }
        if (op == Opcode::add_watch || (op != Opcode::set_data && one_in(2))) {
            how.watcher = watcher();
            how.kind = op == Opcode::add_watch ? pick({WatchKind::persistent, WatchKind::recursive})
                                               : pick({WatchKind::data, WatchKind::child});
        }
        script_.ask(new_name(), op, how);
    }

    void change_hosts() {
        std::vector<HostPort> hosts{{"zk3", 2181}, {"zk4", 2181}};
        if (one_in(2)) {
            return script_.session().set_hosts(std::move(hosts), one_in(2));
        }
        if (one_in(2)) {
            hosts = {{"zk1", 2181}, {"zk2", 2181}, {"zk3", 2181}};
        }
        script_.session().change_hosts(std::move(hosts), one_in(2), script_.now());
        script_.settle();
    }

    void user() {
        switch (random_.below(20)) {
            case 0:
                script_.add_auth(new_name(), pick<std::string>({"a:b", "c:d"}));
                break;
            case 1:
                change_hosts();
                break;
            case 2:
            case 3:
                if (const auto& open = script_.open_requests(); !open.empty()) {
                    const auto which = static_cast<std::ptrdiff_t>(random_.below(open.size()));
                    script_.cancel(std::string(*std::next(open.begin(), which)));
                }
                break;
            case 4:
                if (one_in(20)) {
                    script_.close();
                } else if (!asks_for_hosts_ || one_in(2)) {
                    script_.wait_for_room(new_name());
                } else {
                    script_.refresh_hosts(new_name(), one_in(2));
                }
                break;
            case 5:
            case 6:
            case 7:
                script_.pass(milliseconds(random_.below(one_in(4) ? 9000 : 300)));
                break;
            case 8:
                script_.pause(milliseconds(random_.below(one_in(4) ? 9000 : 300)));
                break;
            default:
                ask();
        }
    }

    void network() {
        if (script_.asks_for_hosts() && one_in(2)) {
            return one_in(3) ? script_.hosts_given({}, "none")
                             : script_.hosts_given({{"zk1", 2181}, {"zk2", 2181}}, {}, one_in(2));
        }
        const auto late = script_.lookups();
        if (!late.empty() && one_in(8)) {
            const auto& host = late[static_cast<std::size_t>(random_.below(late.size()))];
            return one_in(4) ? script_.unresolved_late(host) : script_.resolved_late(host);
        }
        switch (script_.network()) {
            case SessionScript::Network::idle:
                script_.pass(milliseconds(random_.below(1000)));
                break;
            case SessionScript::Network::resolving:
                one_in(6) ? script_.unresolved() : script_.resolved({"10.0.0.1", "10.0.0.2"});
                break;
            case SessionScript::Network::connecting:
                one_in(6) ? script_.closed() : script_.connected();
                break;
            case SessionScript::Network::open:
                one_in(2) ? server() : probe();
        }
    }

    void probe() {
        switch (script_.probing()) {
            case SessionScript::Network::resolving:
                one_in(6) ? script_.probe_resolved({})
                          : script_.probe_resolved({"10.0.0.1", "10.0.0.3"});
                break;
            case SessionScript::Network::connecting:
                script_.probe_answered(pick<std::string_view>({"ro", "rw", "", "nonsense"}));
                break;
            default:
                server();
        }
    }

    void server() {
        script_.servers_are_read_only(one_in(3));
        script_.deliver_in_pieces(random_.below(40));
        switch (random_.below(one_in(4) ? 9 : 40)) {
            case 0:
                script_.closed();
                break;
            case 1:
                garbage();
                break;
            case 2:
                script_.reply({static_cast<std::int32_t>(random_.below(40)), 9, 0});
                break;
            case 3:
                if (script_.next_xid() != 0) {
                    script_.answer(pick({-4, -101, -110, -112, -118, -121, -124, -5}), zxid_);
                }
                break;
            case 4:
                script_.restored(pick({0, -4, -5}));
                break;
            case 5:
                script_.answer_auth(one_in(5) ? -115 : 0);
                break;
            case 6:
            case 7:
                script_.notify(static_cast<std::int32_t>(random_.below(6)), path(), ++zxid_);
                break;
            default:
                script_.serve_one();
        }
    }

    void garbage() {
        std::vector<std::byte> bytes(1 + random_.below(60));
        std::generate(bytes.begin(), bytes.end(), [this] {
            return static_cast<std::byte>(one_in(2) ? 0 : random_.below(256));
        });
        script_.bytes(bytes);
        // Further bytes would be taken for the rest of an incomplete frame.
        if (script_.network() == SessionScript::Network::open) {
            script_.closed();
        }
    }

    base::Random random_;
    int names_ = 0;
    bool asks_for_hosts_ = false;
    std::int64_t zxid_ = 1;
    SessionScript script_;
};

class SessionRandomTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(SessionRandomTest, EveryRequestAndWatchIsNotified) {
    constexpr std::uint64_t lives = 250;
    for (auto seed = GetParam() * lives; seed < (GetParam() + 1) * lives; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Life(seed).run();
        if (HasFailure()) {
            return;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SessionRandomTest, testing::Range<std::uint64_t>(1, 5));

}  // namespace
}  // namespace kazoo::session
