// SPDX-License-Identifier: Apache-2.0
// Encoding and decoding of frames.
#include "codec/decoder.hpp"
#include "codec/frame.hpp"
#include "codec/records.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

namespace {

using namespace kazoo::codec;
using kazoo::base::Buffer;

const std::string path = "/kazoo/bench/node";

void encode_get(benchmark::State& state) {
    Buffer out;
    std::int32_t xid = 0;
    for (auto _ : state) {
        out.clear();
        append_frame(out, RequestHeader{++xid, Opcode::get_data}, GetDataRequest{path, false});
        benchmark::DoNotOptimize(out.span().data());
    }
}
BENCHMARK(encode_get);

void encode_set(benchmark::State& state) {
    const std::string data(static_cast<std::size_t>(state.range(0)), 'x');
    Buffer out;
    std::int32_t xid = 0;
    for (auto _ : state) {
        out.clear();
        append_frame(out, RequestHeader{++xid, Opcode::set_data}, SetDataRequest{path, data, -1});
        benchmark::DoNotOptimize(out.span().data());
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(encode_set)->Arg(100)->Arg(64 << 10);

void decode_get(benchmark::State& state) {
    GetDataReply sent;
    sent.data = std::string(static_cast<std::size_t>(state.range(0)), 'x');
    Buffer frame;
    append_frame(frame, ReplyHeader{1, 1, 0}, sent);
    for (auto _ : state) {
        Decoder in(frame.span().subspan(4));
        ReplyHeader header;
        GetDataReply reply;
        if (!decode(in, header) || !decode(in, reply)) {
            state.SkipWithError("not decoded");
        }
        benchmark::DoNotOptimize(reply);
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(decode_get)->Arg(100)->Arg(64 << 10);

void encode_multi(benchmark::State& state) {
    MultiRequest request;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        request.ops.push_back({Opcode::set_data, SetDataRequest{path, "data", -1}});
    }
    Buffer out;
    for (auto _ : state) {
        out.clear();
        append_frame(out, RequestHeader{1, Opcode::multi}, request);
        benchmark::DoNotOptimize(out.span().data());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(encode_multi)->Arg(100);

/// Many small frames in one piece, as one read returns them.
void split_frames(benchmark::State& state) {
    Buffer stream;
    constexpr int frames = 100;
    for (int i = 0; i < frames; ++i) {
        append_frame(stream, ReplyHeader{i, 1, 0}, StatReply{});
    }
    FrameReader reader(max_frame_length);
    for (auto _ : state) {
        reader.feed(stream.span());
        for (auto item = reader.next(); item.kind == FrameItem::Kind::frame; item = reader.next()) {
            benchmark::DoNotOptimize(item.bytes.data());
        }
    }
    state.SetItemsProcessed(state.iterations() * frames);
}
BENCHMARK(split_frames);

}  // namespace
