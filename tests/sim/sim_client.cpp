// SPDX-License-Identifier: Apache-2.0
#include "sim_client.hpp"

#include "client/core.hpp"
#include "defective_operations.hpp"
#include "support/digest_md5.hpp"

#include <algorithm>

namespace kazoo::sim {

namespace {

Count count_of(KazooState state) {
    switch (state) {
        case KazooState::CONNECTED:
            return Count::connects;
        case KazooState::SUSPENDED:
            return Count::losses;
        case KazooState::LOST:
            break;
    }
    return Count::expiries;
}

/// A mechanism whose credentials are missing at present.
class Missing final : public SaslMechanism {
    [[nodiscard]] std::string_view name() const noexcept override { return "MISSING"; }
    [[nodiscard]] SaslStep start() override { return SaslStep::not_ready("no ticket"); }
    [[nodiscard]] SaslStep step(std::string_view) override { return SaslStep::failed("a step"); }
};

/// Calls `function()` when the result has succeeded, within the step that completes it.
template <class T, class Function>
void at_reply(const AsyncResult<T>& result, Function function) {
    const auto completed = [function](detail::ResultStateBase& state) {
        if (state.successful()) {
            function();
        }
    };
    if (!detail::state_of(result)->link_direct(completed)) {
        completed(*detail::state_of(result));
    }
}

}  // namespace

SimClient::SimClient(
    Simulator& simulator,
    Network& network,
    DefectInjector& defect_injector,
    Recorder& recorder,
    int number,
    bool sasl
)
    : simulator_(simulator),
      recorder_(recorder),
      number_(number),
      process_(simulator, "client" + std::to_string(number)),
      host_{process_, network, static_cast<std::size_t>(number), defect_injector, nullptr, {}},
      handler_(std::make_shared<SimHandler>(host_)),
      lease_check_(simulator.verdict(), process_.name()),
      followers_(simulator, process_) {
    auto& chance = simulator.chance();
    ClientLimits limits;
    if (chance.one_in(8)) {
        limits.requests = static_cast<std::size_t>(chance.between(8, 30));
    }
    if (chance.one_in(6)) {
        limits.in_flight_requests = static_cast<std::size_t>(chance.between(1, 8));
        limits.in_flight_bytes = static_cast<std::size_t>(chance.between(20, 400));
    }
    if (chance.one_in(8)) {
        limits.watches = static_cast<std::size_t>(chance.between(2, 20));
    }
    const auto logger = Logger(
        [this](LogLevel level, std::string_view line) {
            process_.note("logs", to_string(level), line);
        },
        LogLevel::info
    );
    options_.hosts(Network::hosts(network.servers()) + recorder.chroot())
        .timeout(std::chrono::milliseconds(chance.between(2000, 10'000)))
        .close_timeout(std::chrono::milliseconds(chance.between(500, 10'000)))
        .randomize_hosts(!chance.one_in(4))
        .read_only(chance.one_in(4))
        .resend(chance.one_in(6) ? Resend::nothing : Resend::reads)
        .limits(limits)
        .logger(logger)
        .handler(handler_);
    if (sasl) {
        options_.sasl(this->sasl());
    }
    make();
}

SaslMechanismFactory SimClient::sasl() {
    return [this, digest = testing_support::digest_md5("sim", "secret")](const SaslServer& server
           ) -> std::unique_ptr<SaslMechanism> {
        simulator_.tally().add(Count::sasl_exchanges);
        if (chance().one_in(15)) {
            return std::make_unique<Missing>();
        }
        return digest(server);
    };
}

SimClient::~SimClient() = default;

void SimClient::make() {
    if (!zk_) {
        make(options_);
    }
}

void SimClient::make(ClientOptions options) {
    handover_ = 0;
    host_.cadence =
        std::make_shared<Cadence>(simulator_.verdict(), process_.name(), host_.network.servers());
    cadences_.push_back(host_.cadence);
    zk_ = std::make_unique<KazooClient>(std::move(options));
    former_.push_back(detail::core_of(*zk_));
    lease_use_.reset();
    if (chance().one_in(2)) {
        lease_use_.emplace(*zk_);
    }
    states_ = std::make_shared<StateCheck>(simulator_.verdict(), process_.name());
    zk_->add_listener([this, states = states_](KazooState state) {
        process_.note("gets state", to_string(state));
        simulator_.tally().add(count_of(state));
        states->on_state(state);
        if (state == KazooState::LOST) {
            recorder_.on_session_lost(number_);
        }
        in_listener_();
    });
}

void SimClient::start() {
    if (turn("starts", true)) {
        zk_->start_async();
    }
}

void SimClient::stop() {
    if (turn("stops", false)) {
        zk_->stop();
    }
}

void SimClient::destroy() {
    if (turn("destroys its client", false)) {
        const auto ends = std::move(zk_);
    }
}

/// Records what the client is about to do; returns false if there is no client.
bool SimClient::turn(const char* does, bool started) {
    if (!zk_) {
        return false;
    }
    process_.note(does);
    started_ = started;
    if (!started) {
        ++ends_;
        recorder_.abandon(number_);
        if (handover_ != 0) {
            recorder_.handovers().on_end(std::exchange(handover_, 0));
        }
    }
    host_.cadence->set_wanted(started, simulator_.now());
    return true;
}

void SimClient::follow(std::string path) {
    if (zk_) {
        followers_.follow(*zk_, std::move(path));
    }
}

void SimClient::freeze(Duration time) {
    for (const auto& cadence : cadences_) {
        if (const auto alive = cadence.lock()) {
            alive->on_excuse(time);
        }
    }
    process_.freeze(time);
}

void SimClient::check_state() {
    constexpr auto timers_have_run = 100ms;
    if (zk_ && simulator_.now() - process_.awake_since() > timers_have_run) {
        const bool suspended = started_ && zk_->state() == KazooState::SUSPENDED;
        host_.cadence->look(started_ && zk_->connected(), suspended, simulator_.now());
    }
}

void SimClient::check_lease() {
    const auto id = zk_ ? zk_->client_id() : std::nullopt;
    if (!id) {
        return;
    }
    auto until = zk_->session_valid_until();
    if (defect() == Defect::trusted_pings) {
        until = host_.cadence->naive_bound();
    }
    const bool certain = lease_check_.look(id->session_id, until, simulator_.now());
    simulator_.tally().add(certain ? Count::certain_sessions : Count::uncertain_sessions);
}

bool SimClient::has_former_client() const {
    return std::any_of(former_.begin(), former_.end(), [this](const auto& core) {
        const auto alive = core.lock();
        return alive && !(zk_ && detail::core_of(*zk_) == alive);
    });
}

std::size_t SimClient::open_connections() {
    return host_.network.open_of(host_.number);
}

Call& SimClient::begin(Act act, const std::string& path) {
    auto& call = recorder_.begin(number_, act, path);
    call.life = static_cast<int>(former_.size());
    call.one_request = act == Act::multi_read && recorder_.multi_reads() &&
                       detail::core_of(*zk_)->multi_read_support().expected();
    return call;
}

CallOptions SimClient::call_options() {
    CallOptions options;
    if (chance().one_in(6)) {
        options.timeout(chance().between(0ms, 4000ms));
    }
    if (chance().one_in(6)) {
        options.stop_token(stops_.get_token());
    }
    if (chance().one_in(12)) {
        options.resend(chance().of<Resend>(
            {Resend::nothing, Resend::unsent, Resend::reads, Resend::independent}
        ));
    }
    return options;
}

void SimClient::request_stop() {
    auto ending = std::move(stops_);
    stops_ = std::stop_source();
    process_.note("requests a stop");
    ending.request_stop();
}

Watcher SimClient::watcher(Call& call, bool watches) {
    if (!watches) {
        return {};
    }
    call.watches = true;
    return Watcher([this, &call](const WatchedEvent& event) {
        recorder_.on_event(call, event, handler_->at_work(Lane::callback));
        in_watch_();
    });
}

/// As programs do after a gap.
void SimClient::read_again(std::uint32_t number) {
    if (zk_) {
        at_reply(zk_->exists_async("/"), [this, number] {
            recorder_.lasting_watches().on_read_again(number);
        });
    }
}

void SimClient::add_lasting_watch(std::string path, WatchMode mode) {
    if (!zk_) {
        return;
    }
    auto& check = recorder_.lasting_watches();
    const auto number =
        check.begin(number_, recorder_.on_server(path), mode == WatchMode::persistent_recursive);
    process_.note("adds a lasting watch", number, path);
    if (handover_ != 0) {
        recorder_.handovers().on_joined(handover_, recorder_.on_server(path));
    }
    const auto watch = Watcher([this, number, &check](const WatchedEvent& event) {
        const auto* const type = to_string(event.type);
        process_.note("gets an event for the lasting watch", number, type, event.path.value_or(""));
        simulator_.tally().add(
            event.type == EventType::GAP ? Count::watch_gaps : Count::lasting_watch_events
        );
        check.on_event(number, recorder_.on_server(event));
        if (event.type == EventType::GAP) {
            read_again(number);
        }
        in_watch_();
    });
    const auto added = zk_->add_watch_async(path, mode, watch, call_options());
    added.rawlink([this, number](AsyncResult<WatchHandle> result) {
        if (result.successful()) {
            lasting_watches_.push_back({number, std::move(result).get()});
        }
    });
    at_reply(added, [&check, number] { check.on_set(number); });
    if (chance().one_in(10)) {
        process_.after(chance().between(0ms, 500ms), [added] { added.cancel(); });
    }
}

void SimClient::remove_lasting_watch() {
    if (lasting_watches_.empty()) {
        return;
    }
    std::swap(lasting_watches_[chance().below(lasting_watches_.size())], lasting_watches_.back());
    auto removed = std::move(lasting_watches_.back());
    lasting_watches_.pop_back();
    process_.note("removes a lasting watch", removed.number);
    recorder_.lasting_watches().on_removed(removed.number);
    if (chance().one_in(2)) {
        static_cast<void>(removed.handle.remove_async());
    }
}

AsyncResult<void> SimClient::add_auth() {
    return call<void>(Act::add_auth, "", [this](Call&) {
        const auto who = "u" + std::to_string(chance().below(3)) + ":secret";
        return zk_->add_auth_async("digest", who);
    });
}

AsyncResult<void> SimClient::clean_up(const std::string& path) {
    return call<void>(Act::remove, path, [&](Call& call) {
        call.cancellable = false;
        return zk_->delete_async(path);
    });
}

AsyncResult<CreatedNode> SimClient::create_protected(
    const std::string& path, const CreateOptions& create
) {
    if (defect() != Defect::other_sessions) {
        return create_with_stat(path, create);
    }
    return call<CreatedNode>(Act::create, path, [&](Call& call) {
        note(call, create);
        return create_in_any_session(*this, path, call.data, create);
    });
}

/// The limit is often over before the reply.
CallOptions SimClient::impatient_options() {
    auto options = call_options();
    if (chance().one_in(2)) {
        options.timeout(chance().between(0ms, chance().of<Duration>({3ms, 15ms, 500ms})));
    }
    return options;
}

AsyncResult<void> SimClient::remove_guaranteed(const std::string& path, std::int64_t czxid) {
    return call<void>(Act::remove_guaranteed, path, [&](Call& call) {
        call.czxid = czxid;
        call.multi_step_operation = true;
        simulator_.tally().add(Count::guaranteed_deletes);
        const auto options = impatient_options();
        switch (defect()) {
            case Defect::idle_deletes:
                return zk_->delete_guaranteed_async(path, czxid - 1, options);
            case Defect::short_deletes:
                return delete_while_wanted(*this, path, czxid, options);
            case Defect::blind_deletes:
                return delete_any(*this, path);
            default:
                return zk_->delete_guaranteed_async(path, czxid, options);
        }
    });
}

AsyncResult<std::string> SimClient::command() {
    return call<std::string>(Act::command, "", [this](Call&) {
        return zk_->command_async("srvr", call_options());
    });
}

}  // namespace kazoo::sim
