// SPDX-License-Identifier: Apache-2.0
#include "generator.hpp"

#include "choice.hpp"
#include "intentional_differences.hpp"
#include "multi_maker.hpp"
#include "odd_maker.hpp"
#include "requests.hpp"

#include <array>

namespace kazoo::differential {
namespace {

using codec::Opcode;

constexpr std::array watcher_types{1, 2, 3, 3, 4, 5, 0, 6};

class Generator {
public:
    Generator(std::uint64_t seed, const server::Profile& profile)
        : profile_(profile), choice_(seed) {}

    Step next() {
        if (!choice_.chance(70)) {
            slot_ = choice_.below(slots);
        }
        Step step = client().connected ? connected_step() : reconnect();
        step.slot = slot_;
        if (step.kind == Step::Kind::request && !profile_.supports(step.op) && !is_odd(step)) {
            step.alone = step.closes = true;
        }
        if (step.closes) {
            client().connected = false;
        }
        return step;
    }

private:
    struct Client {
        bool connected = false;
        bool has_session = false;
        bool closed_session = false;  // its current session was closed
    };
    using Make = Step (Generator::*)();
    struct Weighted {
        unsigned weight;
        Make make;
    };

    Client& client() { return clients_[slot_]; }

    Step connected_step() {
        static constexpr std::array kinds{
            Weighted{190, &Generator::create},
            Weighted{100, &Generator::delete_},
            Weighted{100, &Generator::set_data},
            Weighted{230, &Generator::read},
            Weighted{35, &Generator::set_acl},
            Weighted{80, &Generator::multi},
            Weighted{30, &Generator::multi_read},
            Weighted{40, &Generator::add_watch},
            Weighted{35, &Generator::check_or_remove_watches},
            Weighted{30, &Generator::set_watches},
            Weighted{18, &Generator::auth},
            Weighted{25, &Generator::about_the_session},
            Weighted{12, &Generator::header_alone},
            Weighted{12, &Generator::configuration},
            Weighted{25, &Generator::damaged},
            Weighted{40, &Generator::odd},
            Weighted{6, &Generator::refused},
            Weighted{4, &Generator::not_a_frame},
            Weighted{14, &Generator::leave},
            Weighted{6, &Generator::take_over},
        };
        static constexpr unsigned total = [] {
            unsigned sum = 0;
            for (const auto& kind : kinds) sum += kind.weight;
            return sum;
        }();
        auto at = choice_.below(total);
        std::size_t kind = 0;
        while (at >= kinds[kind].weight) {
            at -= kinds[kind++].weight;
        }
        return (this->*kinds[kind].make)();
    }

    template <class... Records>
    static Step request(Opcode op, const Records&... records) {
        Step step;
        step.op = op;
        step.body = bytes_of(records...);
        return step;
    }

    Step create() {
        const auto made = make_create(choice_);
        return request_of(made);
    }
    static Step request_of(const MadeOp& made) {
        Step step;
        step.op = made.op;
        step.body = made.body;
        return step;
    }
    Step delete_() { return request_of(make_delete(choice_)); }
    Step set_data() { return request_of(make_set_data(choice_)); }

    Step set_acl() {
        const auto path = choice_.any_path();
        codec::SetAclRequest record;
        record.path = path;
        record.acl = path == root_placeholder ? choice_.mild_acl() : choice_.acl();
        record.version = choice_.version();
        Step step = request(Opcode::set_acl, record);
        step.alone = true;  // Apache checks requests pipelined behind it against the old ACL
        return step;
    }

    Step read() {
        static constexpr std::array ops{
            Opcode::exists,
            Opcode::exists,
            Opcode::get_data,
            Opcode::get_children,
            Opcode::get_children2,
            Opcode::get_acl,
            Opcode::get_all_children_number,
            Opcode::sync};
        const auto op = choice_.of(ops);
        const auto path = choice_.any_path();
        if (op == Opcode::get_acl || op == Opcode::get_all_children_number || op == Opcode::sync) {
            codec::GetAclRequest record;
            record.path = path;
            return request(op, record);
        }
        codec::ExistsRequest record;
        record.path = path;
        record.watch = choice_.chance(45);
        return request(op, record);
    }

    Step multi() { return request_of(make_multi(choice_)); }
    Step multi_read() { return request_of(make_multi_read(choice_)); }

    Step add_watch() {
        const auto path = choice_.chance(5) ? "/" : choice_.any_path();
        codec::AddWatchRequest record;
        record.path = path;
        record.mode = choice_.chance(4) ? 7 : static_cast<std::int32_t>(choice_.below(2));
        return request(Opcode::add_watch, record);
    }

    Step check_or_remove_watches() {
        const auto path = choice_.any_path();
        codec::CheckWatchesRequest record;
        record.path = path;
        record.watcher_type = choice_.of(watcher_types);
        return request(choice_.chance(40) ? Opcode::check_watches : Opcode::remove_watches, record);
    }

    Step set_watches() {
        std::vector<std::string> paths(12);
        std::array<std::vector<std::string_view>, 5> lists;
        for (auto& path : paths) {
            path = choice_.any_path();
            lists[choice_.below(lists.size())].push_back(path);
        }
        codec::SetWatchesRequest old;
        old.data_watches = lists[0];
        old.exist_watches = lists[1];
        old.child_watches = lists[2];
        codec::SetWatches2Request now;
        now.data_watches = lists[0];
        now.exist_watches = lists[1];
        now.child_watches = lists[2];
        now.persistent_watches = lists[3];
        now.persistent_recursive_watches = lists[4];
        Step step = choice_.chance(50) ? request(Opcode::set_watches, old)
                                       : request(Opcode::set_watches2, now);
        step.zxid_back = static_cast<std::int64_t>(choice_.below(40));
        if (choice_.chance(30)) {
            step.xid = codec::set_watches_xid;
        }
        return step;
    }

    Step auth() {
        static constexpr std::array<std::string_view, 6> credentials{
            "u1:p1", "u1:p1", "u2:p2", "u1:wrong", "no colon", ""};
        codec::AuthRequest record;
        record.scheme = choice_.chance(10) ? "ip" : "digest";
        record.auth = {choice_.of(credentials)};
        bool refused = choice_.chance(7);
        if (refused) {
            static constexpr std::array<std::string_view, 4> schemes{"world", "super", "x", "sasl"};
            record.scheme = choice_.of(schemes);
        } else if (choice_.chance(5)) {
            record.auth = {std::string_view("super:secret")};
        }
        Step step = request(Opcode::auth, record);
        step.xid = choice_.chance(90) ? codec::auth_xid : 77;
        step.alone = true;
        step.closes = refused;
        return step;
    }

    Step about_the_session() {
        if (choice_.chance(30)) {
            return request(Opcode::who_am_i);
        }
        const auto prefix = choice_.any_path();
        codec::GetEphemeralsRequest record;
        record.prefix_path = std::string_view(root_placeholder);
        if (choice_.chance(60)) {  // often one that ends within a name
            const auto cut = !prefix.empty() && choice_.chance(60) ? 1 : 0;
            record.prefix_path = std::string_view(prefix).substr(0, prefix.size() - cut);
        }
        return request(Opcode::get_ephemerals, record);
    }

    Step header_alone() {
        if (choice_.chance(30)) {
            codec::SaslRequest record;
            record.token.value = "";
            Step step = request(Opcode::sasl, record);
            step.alone = true;
            return step;
        }
        Step step = request(Opcode::ping);
        step.xid = choice_.chance(70) ? codec::ping_xid : 5;
        return step;
    }

    /// A valid request that has been damaged.
    Step damaged() {
        Step step = connected_step();
        if (step.kind != Step::Kind::request || step.closes || step.alone || step.body.empty()) {
            return step;
        }
        switch (choice_.below(4)) {
            case 0:
                step.body.resize(choice_.below(step.body.size()));
                break;
            case 1:
                step.body += "some more";
                break;
            case 2:  // the first string is null
                step.body.replace(0, std::min<std::size_t>(4, step.body.size()), 4, '\xff');
                break;
            default:  // its length is negative or exceeds the frame
                step.body[choice_.below(2) * 3] = '\x81';
        }
        if (step.zxid_back && step.body.size() < 8) {
            step.zxid_back.reset();
        }
        return step;
    }

    Step odd() {
        Step step = request_of(make_odd(choice_, profile_));
        step.alone = step.op == Opcode::set_acl || is_odd(step);
        if (step.op == Opcode::set_watches || step.op == Opcode::set_watches2) {
            step.zxid_back = static_cast<std::int64_t>(choice_.below(40));
        }
        return step;
    }

    /// Requests between servers without a body: refused, but the connection survives.
    bool is_odd(const Step& step) const {
        return step.body.empty() &&
               (step.op == Opcode::create_session || (step.op == Opcode::delete_container &&
                                                      profile_.supports(Opcode::create_container)));
    }

    /// Reads and changes of the configuration, which a standalone server does not have.
    Step configuration() {
        static constexpr std::string_view node = "/zookeeper/config";
        if (choice_.chance(50)) {
            static constexpr std::array reads{
                Opcode::exists, Opcode::get_data, Opcode::get_children, Opcode::get_children2};
            codec::ExistsRequest record;
            record.path = node;
            record.watch = choice_.chance(45);
            return request(choice_.of(reads), record);
        }
        static constexpr std::array<std::optional<std::string_view>, 5> lists{
            std::nullopt, std::nullopt, "", "server.4=127.0.0.1:2888:3888;2181", "nonsense"};
        static constexpr std::array<std::int64_t, 4> versions{-1, -1, 0, 1L << 40};
        codec::ReconfigRequest record;
        record.joining = choice_.of(lists);
        record.leaving = choice_.chance(30) ? "4" : choice_.of(lists);
        record.new_members = choice_.of(lists);
        record.cur_config_id = choice_.of(versions);
        return request(Opcode::reconfig, record);
    }

    Step refused() {
        static constexpr std::array ops{
            Opcode{10}, Opcode{99}, Opcode{108}, Opcode{-5}, Opcode{1000}, Opcode::check};
        codec::CheckRequest record;
        record.path = root_placeholder;
        Step step = request(choice_.of(ops), record);
        step.alone = true;
        step.closes = true;
        return step;
    }

    Step not_a_frame() {
        Step step;
        step.kind = Step::Kind::bytes;
        step.alone = true;
        step.closes = true;
        switch (choice_.below(4)) {
            case 0:
                step.body.assign(4, '\0');
                break;
            case 1:
                step.body.assign(4, '\xff');
                break;
            case 2:
                step.body.assign({0, 0x10, 0, 0});
                break;
            default:
                step.body.assign({0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'});
        }
        return step;
    }

    Step leave() {
        if (choice_.chance(50)) {
            Step step = request(Opcode::close_session);
            step.alone = true;
            step.closes = true;
            client().closed_session = true;
            return step;
        }
        Step step;
        step.kind = Step::Kind::disconnect;
        step.alone = true;
        step.closes = true;
        return step;
    }

    Step take_over() { return handshake(Step::Kind::resume); }

    Step reconnect() {
        const unsigned percent = client().closed_session ? 20 : 70;
        const bool again = client().has_session && choice_.chance(percent);
        return handshake(again ? Step::Kind::resume : Step::Kind::connect);
    }

    Step handshake(Step::Kind kind) {
        static constexpr std::array timeouts{40'000, 30'000, 999'999'999};
        Step step;
        step.kind = kind;
        step.alone = true;
        step.timeout_ms = choice_.of(timeouts);
        step.seen = choice_.chance(30) ? Step::Seen::latest : Step::Seen::nothing;
        step.sends_read_only = choice_.chance(80);
        step.read_only = choice_.chance(20);
        bool fails = choice_.chance(12);
        if (fails) {
            switch (choice_.below(kind == Step::Kind::resume ? 3 : 1)) {
                case 0:
                    step.seen = Step::Seen::future;
                    // The session's existing connection survives.
                    fails = !client().connected;
                    break;
                case 1:
                    step.wrong_password = true;
                    break;
                default:
                    step.unknown_session = true;
                    fails = !client().connected;
            }
        }
        if (kind == Step::Kind::resume) {
            fails = fails || client().closed_session;
        } else if (!fails) {
            client().has_session = true;
            client().closed_session = false;
        }
        client().connected = !fails;
        return step;
    }

    server::Profile profile_;
    Choice choice_;
    std::array<Client, slots> clients_;
    std::size_t slot_ = 0;
};

}  // namespace

Script generate(std::uint64_t seed, std::size_t steps, const server::Profile& profile) {
    Generator generator(seed, profile);
    Script script;
    script.seed = seed;
    while (script.steps.size() < steps) {
        auto step = generator.next();
        if (!shows_intentional_difference(step, profile)) {
            script.steps.push_back(std::move(step));
        }
    }
    return script;
}

}  // namespace kazoo::differential
