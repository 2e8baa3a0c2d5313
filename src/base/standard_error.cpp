// SPDX-License-Identifier: Apache-2.0
// Standard error is shared with other processes, so it must not be made non-blocking. Instead,
// poll() is called before each write.
#include "base/standard_error.hpp"

#include "base/fork_guard.hpp"

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <thread>

#if defined(__linux__)
#    include <poll.h>
#    include <unistd.h>

#    include <cerrno>
#    include <climits>
#    include <csignal>
#    include <ctime>
#endif

namespace kazoo::base {

#if defined(__linux__)
namespace {

std::atomic<std::uint64_t> dropped_lines{0};

/// A spin lock that a fork cannot leave locked in the child: it stores the fork generation of its
/// holder, so that a lock held by a thread of the parent is free in the child. It gives up after
/// `most_tries`, because a writer must not wait for another that is stuck.
class StreamLock {
public:
    StreamLock() noexcept {
        const std::uint64_t mine = std::uint64_t{fork_generation()} + 1;
        for (int tries = 0; tries < most_tries && !locked_; ++tries) {
            auto seen = holder.load(std::memory_order_relaxed);
            if (seen != mine &&
                holder.compare_exchange_weak(seen, mine, std::memory_order_acquire)) {
                locked_ = true;
            } else {
                std::this_thread::yield();
            }
        }
    }
    ~StreamLock() {
        if (locked_) {
            holder.store(0, std::memory_order_release);
        }
    }
    StreamLock(const StreamLock&) = delete;
    StreamLock& operator=(const StreamLock&) = delete;
    explicit operator bool() const noexcept { return locked_; }

private:
    static constexpr int most_tries = 10'000;
    static inline std::atomic<std::uint64_t> holder{0};
    bool locked_ = false;
};

/// Blocks SIGPIPE in this thread and, at the end, discards one that was raised meanwhile, so that
/// the program's handler does not run. One that was pending before stays pending.
class NoPipeSignal {
public:
    NoPipeSignal() noexcept {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~NoPipeSignal() {
        if (!was_pending_) {
            const timespec at_once{};
            while (sigtimedwait(&pipe_, nullptr, &at_once) == -1 && errno == EINTR) {
            }
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    NoPipeSignal(const NoPipeSignal&) = delete;
    NoPipeSignal& operator=(const NoPipeSignal&) = delete;

private:
    sigset_t pipe_{};
    sigset_t before_{};
    bool was_pending_ = false;
};

/// A pipe that poll() reports as writable accepts this many bytes without blocking.
constexpr std::size_t most_bytes = PIPE_BUF;

bool ready_for_output() noexcept {
    pollfd entry{STDERR_FILENO, POLLOUT, 0};
    return ::poll(&entry, 1, 0) == 1 && (entry.revents & POLLOUT) != 0;
}

void write_all(const char* bytes, std::size_t size) noexcept {
    const NoPipeSignal no_signal;
    const int before = errno;
    while (size > 0 && ready_for_output()) {
        const auto written = ::write(STDERR_FILENO, bytes, size);
        if (written <= 0) {
            break;
        }
        bytes += written;
        size -= static_cast<std::size_t>(written);
    }
    errno = before;
}

}  // namespace

void write_to_standard_error(std::string_view line) noexcept {
    const StreamLock lock;
    if (!lock || !ready_for_output()) {
        dropped_lines.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    char out[most_bytes];
    std::size_t used = 0;
    if (const auto dropped = dropped_lines.exchange(0, std::memory_order_relaxed)) {
        used = static_cast<std::size_t>(std::snprintf(
            out,
            sizeof out,
            "kazoo warning: standard error was blocked; %llu lines were dropped\n",
            static_cast<unsigned long long>(dropped)
        ));
    }
    const auto room = sizeof out - used;
    const auto size = line.size() < room ? line.size() : room;
    std::memcpy(out + used, line.data(), size);
    used += size;
    out[used - 1] = '\n';  // a truncated line ends with a newline, too
    write_all(out, used);
}

#else

void write_to_standard_error(std::string_view line) noexcept {
    std::fwrite(line.data(), 1, line.size(), stderr);
}

#endif

}  // namespace kazoo::base
