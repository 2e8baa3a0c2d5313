// SPDX-License-Identifier: Apache-2.0
#include "pipeline.hpp"

#include <memory>
#include <vector>

namespace bench {
namespace {

/// What the operations in flight refer to.
struct Run {
    Run(StartIn how, std::size_t width, std::size_t count)
        : start(std::move(how)),
          latencies(count),
          window(
              [this](std::size_t index) {
                  start(window, index);
                  return nullptr;
              },
              width,
              latencies
          ) {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    StartIn start;
    std::vector<Duration> latencies;
    Window window;
};

}  // namespace

Figures pipeline(const StartIn& start, std::size_t width, std::size_t count) {
    auto run = std::make_unique<Run>(start, width, count);
    try {
        const Meter meter;
        run->window.run();
        return meter.read(run->latencies);
    } catch (...) {
        static_cast<void>(run.release());  // operations in flight refer to it
        throw;
    }
}

Figures measure_pipeline(const StartIn& start, std::size_t width, std::size_t count) {
    constexpr std::size_t unmeasured_part = 10;
    static_cast<void>(pipeline(start, width, (count - 1) / unmeasured_part + 1));
    return pipeline(start, width, count);
}

}  // namespace bench
