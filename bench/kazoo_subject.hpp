// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "subject.hpp"
#include "window.hpp"

#include <kazoo/client.hpp>

#include <optional>
#include <stdexcept>
#include <utility>

namespace bench {

/// This library, on the handler of the options.
class KazooSubject : public Subject {
public:
    KazooSubject(const Target& target, kazoo::ClientOptions options)
        : target_(target), client_(std::move(options)) {
        client_.start(patience);
    }

    void pipelined(Operation operation, std::span<Duration> latencies) override {
        const auto get = [this](std::size_t index) -> const char* {
            client_.get_async(target_.path)
                .rawlink([this, index](const kazoo::AsyncResult<kazoo::NodeData>& result) {
                    const auto* node = result.value();
                    const bool good = node != nullptr && node->data.size() == target_.data.size();
                    window_->completed(index, good ? nullptr : "a get failed");
                });
            return nullptr;
        };
        const auto set = [this](std::size_t index) -> const char* {
            client_.set_async(target_.path, target_.data)
                .rawlink([this, index](const kazoo::AsyncResult<kazoo::ZnodeStat>& result) {
                    window_->completed(index, result.successful() ? nullptr : "a set failed");
                });
            return nullptr;
        };
        if (operation == Operation::get) {
            window_.emplace(get, target_.window, latencies);
        } else {
            window_.emplace(set, target_.window, latencies);
        }
        window_->run();
    }

    void blocking_get(std::span<Duration> latencies) override {
        for (auto& latency : latencies) {
            const auto start = Clock::now();
            if (client_.get(target_.path).data.size() != target_.data.size()) {
                throw std::runtime_error("a get returned unexpected data");
            }
            latency = Clock::now() - start;
        }
    }

private:
    const Target& target_;
    std::optional<Window> window_;  // must outlive client_, which completes pending operations
    kazoo::KazooClient client_;
};

/// This library on Thread::handler. The thread is made before the client and ends after it.
template <class Thread>
class SubjectWithThread final : private Thread, public KazooSubject {
public:
    explicit SubjectWithThread(const Target& target)
        : KazooSubject(
              target,
              kazoo::ClientOptions().hosts(kazoo::to_string(target.server)).handler(Thread::handler)
          ) {}
};

}  // namespace bench
