// SPDX-License-Identifier: Apache-2.0
#include "switch.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace kazoo::chaos {
namespace {

constexpr std::size_t longest_queue = 400;
constexpr std::size_t longest_frame = 2048;

void watch(const Descriptor& epoll, int fd, std::uint64_t name) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = name;
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0) throw_errno("epoll_ctl");
}

}  // namespace

Switch::Switch(std::vector<const Machine*> machines, std::uint64_t seed)
    : machines_(std::move(machines)),
      lines_(machines_.size() * machines_.size()),
      chance_(seed),
      epoll_(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1") {
    for (std::size_t i = 0; i < machines_.size(); ++i) watch(epoll_, machines_[i]->card(), i);
    watch(epoll_, end_.fd(), machines_.size());
    thread_ = std::thread([this] { work(); });
}

Switch::~Switch() {
    end_.raise();
    thread_.join();
}

void Switch::set_wire(std::size_t from, std::size_t to, const Wire& wire) {
    const std::lock_guard lock(mutex_);
    lines_[line(from, to)].wire = wire;
}

Wire Switch::wire(std::size_t from, std::size_t to) const {
    const std::lock_guard lock(mutex_);
    return lines_[line(from, to)].wire;
}

FrameCount Switch::count() const {
    const std::lock_guard lock(mutex_);
    return count_;
}

void Switch::work() {
    std::array<epoll_event, 16> events;
    for (;;) {
        const int ready =
            ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_ms());
        for (int i = 0; i < ready; ++i) {
            const auto name = events[static_cast<std::size_t>(i)].data.u64;
            if (name == machines_.size()) return;
            take_all(name);
        }
        deliver_due(std::chrono::steady_clock::now());
    }
}

int Switch::wait_ms() const {
    if (frames_.empty()) return -1;
    const auto wait = frames_.top().due - std::chrono::steady_clock::now();
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    return static_cast<int>(std::max<std::int64_t>(ms, 0));
}

void Switch::take_all(std::size_t from) {
    constexpr int at_once = 64;  // then the next port
    std::array<std::byte, longest_frame> buffer;
    for (int i = 0; i < at_once; ++i) {
        const auto size = ::read(machines_[from]->card(), buffer.data(), buffer.size());
        if (size <= 0) return;
        const std::span frame(buffer.data(), static_cast<std::size_t>(size));
        route(from, frame, std::chrono::steady_clock::now());
    }
}

void Switch::route(std::size_t from, std::span<const std::byte> frame, Time now) {
    if (frame.size() < 2 * sizeof(MacAddress)) return;
    const bool to_many = (std::to_integer<int>(frame[0]) & 1) != 0;
    const std::lock_guard lock(mutex_);
    for (std::size_t to = 0; to < machines_.size(); ++to) {
        const bool to_it =
            std::memcmp(frame.data(), machines_[to]->mac().data(), sizeof(MacAddress)) == 0;
        if (to != from && (to_many || to_it)) carry(line(from, to), frame, now);
    }
}

void Switch::carry(std::size_t number, std::span<const std::byte> frame, Time now) {
    auto& line = lines_[number];
    const auto& wire = line.wire;
    if (wire.cut) {
        ++count_.cut_off;
        return;
    }
    if (wire.loss_percent > 0 && chance_.percent(static_cast<std::uint64_t>(wire.loss_percent))) {
        ++count_.lost;
        return;
    }
    if (line.queued >= longest_queue) {
        ++count_.overflowed;
        return;
    }
    auto due = now;
    if (wire.bytes_per_second > 0) {
        line.sent_by = std::max(line.sent_by, now) +
                       std::chrono::microseconds(frame.size() * 1'000'000 / wire.bytes_per_second);
        due = line.sent_by;
    }
    due += wire.delay;
    if (wire.jitter.count() > 0) due += chance_.between(Duration(0), Duration(wire.jitter));
    line.last = std::max(line.last, due);
    ++line.queued;
    frames_.push({line.last, ++last_number_, number, {frame.begin(), frame.end()}});
}

void Switch::deliver_due(Time now) {
    while (!frames_.empty() && frames_.top().due <= now) {
        const auto& frame = frames_.top();
        const auto to = frame.line % machines_.size();
        const auto size = ::write(machines_[to]->card(), frame.bytes.data(), frame.bytes.size());
        const std::lock_guard lock(mutex_);
        --lines_[frame.line].queued;
        ++(size > 0 ? count_.delivered : count_.overflowed);
        frames_.pop();
    }
}

}  // namespace kazoo::chaos
