// SPDX-License-Identifier: Apache-2.0
// The session without transport: from a request to the event with its reply.
#include "session/session.hpp"

#include "codec/connect.hpp"
#include "codec/frame.hpp"
#include "codec/records.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <variant>

namespace {

using namespace kazoo;
using namespace std::chrono_literals;

/// Waits for requests, as the client's objects do.
struct Owner final : detail::RefCounted {};

session::Config config() {
    session::Config made;
    made.hosts = {{"server", 2181}};
    return made;
}

/// A session that is connected, with a server that answers gets.
class Connected {
public:
    Connected() : session_(config()) {
        session_.start(now_);
        drain();  // asks for the address
        drain();  // connects, and sends the handshake
        codec::ConnectResponse response;
        response.timeout_ms = 10'000;
        response.session_id = 1;
        response.passwd.value = "0123456789abcdef";
        base::Buffer frame;
        codec::append_frame(frame, response);
        session_.on_bytes(attempt_, frame.span(), now_);
        drain();
        if (kazoo_state(session_.state()) != KazooState::CONNECTED) {
            throw std::runtime_error("not connected");
        }
    }

    /// Submits `count` gets, takes their frames, and receives all replies at once.
    void get(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            session::RequestSpec spec;
            spec.op = codec::Opcode::get_data;
            spec.request = owner_;
            spec.issued = now_;
            if (session_.submit(spec, codec::GetDataRequest{"/kazoo/bench/node", false}).error) {
                throw std::runtime_error("a request was refused");
            }
        }
        drain();
        in_.clear();
        for (std::size_t i = 0; i < count; ++i) {
            codec::append_frame(in_, codec::ReplyHeader{++answered_, 1, 0}, reply_);
        }
        session_.on_bytes(attempt_, in_.span(), now_);
        drain();
        if (session_.requests() != 0) {
            throw std::runtime_error("a request has no reply");
        }
    }

private:
    void act(const session::ResolveAction& action) {
        session_.on_resolved(action.attempt, {}, {{"127.0.0.1", 2181}}, now_);
    }
    void act(const session::ConnectAction& action) {
        attempt_ = action.attempt;
        session_.on_connected(attempt_, now_);
    }
    template <class Other>
    void act(const Other&) {}

    void drain() {
        while (const auto action = session_.next_action()) {
            std::visit([this](const auto& what) { act(what); }, *action);
        }
        out_.clear();
        if (session_.take_output(out_)) {
            session_.on_written(now_);
        }
        std::array<session::Event, 64> events;
        while (session_.take_events(events) > 0) {
            benchmark::DoNotOptimize(events);
        }
    }

    TimePoint now_{1h};
    session::Session session_;
    detail::RefPtr<Owner> owner_ = detail::make_ref<Owner>();
    const codec::GetDataReply reply_{std::string(100, 'x'), {}};
    std::uint64_t attempt_ = 0;
    std::int32_t answered_ = 0;
    base::Buffer out_;
    base::Buffer in_;
};

void session_get(benchmark::State& state) {
    Connected connected;
    const auto batch = static_cast<std::size_t>(state.range(0));
    for (auto _ : state) {
        connected.get(batch);
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(session_get)->Arg(1)->Arg(1000);

}  // namespace
