// SPDX-License-Identifier: Apache-2.0
#include "floor_client.hpp"
#include "subject.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

namespace bench {
namespace {

class FloorSubject final : public Subject {
public:
    explicit FloorSubject(const Target& target)
        : target_(target), client_(target.server.host, target.server.port) {}

    void pipelined(Operation operation, std::span<Duration> latencies) override {
        operation_ = operation;
        latencies_ = latencies;
        started_.resize(latencies.size());
        next_ = completed_ = 0;
        while (next_ < std::min(target_.window, latencies.size())) {
            start(Clock::now());
        }
        while (completed_ < latencies.size()) {
            client_.run_once();
        }
    }

    void blocking_get(std::span<Duration> latencies) override {
        for (auto& latency : latencies) {
            const auto begin = Clock::now();
            FloorClient::Reply node;
            bool ended = false;
            client_.get(target_.path, [&](FloorClient::Reply&& reply) {
                node = std::move(reply);
                ended = true;
            });
            while (!ended) {
                client_.run_once();
            }
            if (node.error != 0 || node.data.size() != target_.data.size()) {
                throw std::runtime_error("a get has failed");
            }
            latency = Clock::now() - begin;
        }
    }

private:
    void start(Clock::time_point now) {
        const auto index = next_++;
        started_[index] = now;
        const auto completed = [this, index](FloorClient::Reply&& reply) {
            complete(index, reply);
        };
        if (operation_ == Operation::get) {
            client_.get(target_.path, completed);
        } else {
            client_.set(target_.path, target_.data, completed);
        }
    }

    void complete(std::size_t index, const FloorClient::Reply& reply) {
        const bool is_get = operation_ == Operation::get;
        if (reply.error != 0 || (is_get && reply.data.size() != target_.data.size())) {
            throw std::runtime_error("an operation has failed");
        }
        const auto now = Clock::now();
        latencies_[index] = now - started_[index];
        ++completed_;
        if (next_ < latencies_.size()) {
            start(now);
        }
    }

    const Target& target_;
    FloorClient client_;
    Operation operation_ = Operation::get;
    std::span<Duration> latencies_;
    std::vector<Clock::time_point> started_;
    std::size_t next_ = 0;
    std::size_t completed_ = 0;
};

}  // namespace

std::unique_ptr<Subject> connect_floor(const Target& target) {
    return std::make_unique<FloorSubject>(target);
}

}  // namespace bench
