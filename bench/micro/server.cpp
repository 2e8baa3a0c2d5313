// SPDX-License-Identifier: Apache-2.0
// The core of the embedded server, without sockets: from the bytes of requests to those of replies.
#include "codec/connect.hpp"
#include "codec/frame.hpp"
#include "codec/records.hpp"
#include "server/member/server_node.hpp"

#include <kazoo/security.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using namespace kazoo;

constexpr auto path = "/node";

/// A server with one node and one connection.
class OneConnection {
public:
    OneConnection() : member_(database_, {}), id_(member_.open("127.0.0.1", 40'000, now_)) {
        codec::ConnectRequest hello;
        hello.timeout_ms = 10'000;
        base::Buffer frame;
        codec::append_frame(frame, hello);
        perform(frame.span());
        const auto acl = open_acl_unsafe();
        perform(request(codec::CreateRequest{path, std::string(100, 'x'), acl, 0}).span());
    }
    OneConnection(const OneConnection&) = delete;
    OneConnection& operator=(const OneConnection&) = delete;

    template <class Body>
    [[nodiscard]] static base::Buffer request(const Body& body, std::int64_t times = 1) {
        base::Buffer frames;
        for (std::int64_t i = 0; i < times; ++i) {
            codec::append_frame(frames, codec::RequestHeader{1, Body::opcode}, body);
        }
        return frames;
    }

    /// Returns the number of bytes that the server answers.
    std::size_t perform(std::span<const std::byte> bytes) {
        member_.on_bytes(id_, bytes, now_);
        std::size_t size = take();
        while (member_.next_turn(now_) != 0) {
            size += take();
        }
        if (member_.over(id_)) {
            throw std::runtime_error("the server has closed the connection");
        }
        return size;
    }

private:
    std::size_t take() {
        benchmark::DoNotOptimize(member_.take_touched());
        out_.clear();
        member_.take_output(id_, out_);
        member_.on_sent(id_, out_.size(), now_);
        return out_.size();
    }

    server::Time now_{
        server::SteadyTime(server::Milliseconds(1'000'000)),
        server::WallTime(server::Milliseconds(1'000'000))};
    server::Database database_{{}};
    server::ServerNode member_;
    server::ConnectionId id_;
    base::Buffer out_;
};

template <class Body>
void measure(benchmark::State& state, const Body& body) {
    OneConnection connection;
    const auto frames = OneConnection::request(body, state.range(0));
    for (auto _ : state) {
        if (connection.perform(frames.span()) == 0) {
            state.SkipWithError("no reply");
        }
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void server_get(benchmark::State& state) {
    measure(state, codec::GetDataRequest{path, false});
}
BENCHMARK(server_get)->Arg(1)->Arg(100);

void server_exists(benchmark::State& state) {
    measure(state, codec::ExistsRequest{"/missing", false});
}
BENCHMARK(server_exists)->Arg(100);

void server_set(benchmark::State& state) {
    const std::string data(100, 'x');
    measure(state, codec::SetDataRequest{path, data, -1});
}
BENCHMARK(server_set)->Arg(1)->Arg(100);

}  // namespace
