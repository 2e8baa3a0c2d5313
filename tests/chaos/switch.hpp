// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine.hpp"
#include "sim/chance.hpp"
#include "support/loopback.hpp"
#include "wires.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <queue>
#include <span>
#include <thread>
#include <vector>

namespace kazoo::chaos {

/// An Ethernet switch with a separate wire for each ordered pair of machines. One thread carries
/// frames between their interfaces, delays them or drops them. A wire keeps its frames in order.
class Switch {
public:
    /// The machines must outlive the switch.
    Switch(std::vector<const Machine*> machines, std::uint64_t seed);
    ~Switch();
    Switch(const Switch&) = delete;

    /// Sets the wire for frames from one machine to another from now on. Thread-safe.
    void set_wire(std::size_t from, std::size_t to, const Wire& wire);
    [[nodiscard]] Wire wire(std::size_t from, std::size_t to) const;
    [[nodiscard]] FrameCount count() const;

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Line {
        Wire wire;
        Time last;     // arrival of its last frame
        Time sent_by;  // when a slow wire is free again
        std::size_t queued = 0;
    };
    struct Frame {
        Time due;
        std::uint64_t number;
        std::size_t line;
        std::vector<std::byte> bytes;
        bool operator<(const Frame& other) const {  // earliest on top
            return due != other.due ? due > other.due : number > other.number;
        }
    };

    void work();
    void take_all(std::size_t from);
    void route(std::size_t from, std::span<const std::byte> frame, Time now);
    void carry(std::size_t line, std::span<const std::byte> frame, Time now);
    void deliver_due(Time now);
    [[nodiscard]] int wait_ms() const;
    [[nodiscard]] std::size_t line(std::size_t from, std::size_t to) const {
        return from * machines_.size() + to;
    }

    const std::vector<const Machine*> machines_;
    mutable std::mutex mutex_;  // guards lines_ and count_
    std::vector<Line> lines_;
    FrameCount count_;
    std::priority_queue<Frame> frames_;
    std::uint64_t last_number_ = 0;
    sim::Chance chance_;
    Descriptor epoll_;
    testing_support::Signal end_;
    std::thread thread_;
};

}  // namespace kazoo::chaos
