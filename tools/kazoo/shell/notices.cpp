// SPDX-License-Identifier: Apache-2.0
#include "shell/notices.hpp"

#include "cli/exit_code.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace tool {

Notices::Notices() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0) {
        throw Failure(
            ExitCode::failed, "cannot create an eventfd: " + std::generic_category().message(errno)
        );
    }
}

Notices::~Notices() {
    ::close(descriptor_);
}

/// Called with the mutex held.
void Notices::wake() {
    const std::uint64_t one = 1;
    // Can only fail if the descriptor is readable already.
    [[maybe_unused]] const ssize_t written = ::write(descriptor_, &one, sizeof(one));
}

void Notices::add(std::string line) {
    const std::lock_guard lock(mutex_);
    if (waiting_.lines.size() < most_lines) {
        waiting_.lines.push_back(std::move(line));
    } else {
        ++dropped_;
    }
    wake();
}

void Notices::interrupt() {
    const std::lock_guard lock(mutex_);
    waiting_.interrupted = true;
    wake();
}

void Notices::end() {
    const std::lock_guard lock(mutex_);
    waiting_.ended = true;
    wake();
}

void Notices::changed() {
    const std::lock_guard lock(mutex_);
    waiting_.changed = true;
    wake();
}

void Notices::arrived() {
    const std::lock_guard lock(mutex_);
    waiting_.arrived = true;
    wake();
}

bool Notices::take_interrupt() {
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_.interrupted, false);
}

Notices::Taken Notices::take() {
    const std::lock_guard lock(mutex_);
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t bytes = ::read(descriptor_, &count, sizeof(count));
    Taken taken = std::exchange(waiting_, Taken());
    waiting_.ended = taken.ended;
    const std::size_t dropped = std::exchange(dropped_, 0);
    if (dropped > 0) {
        taken.lines.push_back("kazoo: " + std::to_string(dropped) + " more lines were left out");
    }
    return taken;
}

}  // namespace tool
