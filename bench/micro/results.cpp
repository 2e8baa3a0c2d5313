// SPDX-License-Identifier: Apache-2.0
// Results, callbacks and coroutines without a client.
#include <kazoo/async_result.hpp>
#include <kazoo/node.hpp>
#include <kazoo/promise.hpp>

#include <benchmark/benchmark.h>

#include <string>
#include <utility>

namespace {

using kazoo::AsyncResult;
using kazoo::NodeData;
using kazoo::Promise;

NodeData node() {
    NodeData made;
    made.data = "twelve bytes";
    return made;
}

void complete_without_callback(benchmark::State& state) {
    for (auto _ : state) {
        Promise<NodeData> promise;
        const auto result = promise.result();
        promise.set(node());
        benchmark::DoNotOptimize(result.value());
    }
}
BENCHMARK(complete_without_callback);

void complete_with_callback(benchmark::State& state) {
    std::size_t called = 0;
    for (auto _ : state) {
        Promise<NodeData> promise;
        promise.result().rawlink([&called](const AsyncResult<NodeData>& result) {
            called += result.value()->data.size();
        });
        promise.set(node());
    }
    benchmark::DoNotOptimize(called);
}
BENCHMARK(complete_with_callback);

void get_when_ready(benchmark::State& state) {
    for (auto _ : state) {
        Promise<NodeData> promise;
        promise.set(node());
        benchmark::DoNotOptimize(promise.result().get());
    }
}
BENCHMARK(get_when_ready);

AsyncResult<std::size_t> size_of(AsyncResult<NodeData> result) {
    const auto found = co_await result;
    co_return found.data.size();
}

void coroutine_that_awaits(benchmark::State& state) {
    for (auto _ : state) {
        Promise<NodeData> promise;
        const auto size = size_of(promise.result());
        promise.set(node());
        benchmark::DoNotOptimize(size.get());
    }
}
BENCHMARK(coroutine_that_awaits);

}  // namespace
