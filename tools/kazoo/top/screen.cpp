// SPDX-License-Identifier: Apache-2.0
#include "top/screen.hpp"

#include "output/terminal.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <string_view>

namespace tool {
namespace {

// The alternate screen, without a cursor, and without a new line where a line is too long.
constexpr std::string_view enter_sequence = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J";
constexpr std::string_view leave_sequence = "\x1b[?7h\x1b[?25h\x1b[?1049l";

constexpr int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// What a handler of a signal has to restore: it has no other way to it.
volatile std::sig_atomic_t keys_to_restore = -1;
termios settings_before;

/// Calls only functions that are safe in a handler of a signal.
void restore() noexcept {
    const ssize_t ignored = ::write(STDOUT_FILENO, leave_sequence.data(), leave_sequence.size());
    static_cast<void>(ignored);
    if (keys_to_restore >= 0) {
        ::tcsetattr(keys_to_restore, TCSANOW, &settings_before);
    }
}

void on_fault(int number) {
    restore();
    std::signal(number, SIG_DFL);
    std::raise(number);
}

}  // namespace

bool Screen::is_possible(const Output& out) {
    return out.terminal() && has_sequences();
}

Screen::Screen(Output& out) : out_(&out) {
    // Not standard input: its flags are shared with other processes.
    keys_ = ::open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (keys_ >= 0 && ::tcgetattr(keys_, &settings_before) != 0) {
        ::close(keys_);
        keys_ = -1;
    }
    try {
        enter();
    } catch (...) {
        close_keys();
        throw;
    }
}

Screen::~Screen() {
    leave();
    close_keys();
}

void Screen::close_keys() noexcept {
    if (keys_ >= 0) {
        ::close(keys_);
    }
}

void Screen::enter() {
    out_->bytes(enter_sequence);
    out_->flush();
    if (keys_ >= 0) {
        termios raw = settings_before;
        raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        ::tcsetattr(keys_, TCSANOW, &raw);
    }
    keys_to_restore = keys_;
    entered_ = true;
    for (const int number : faults) {
        std::signal(number, on_fault);
    }
}

void Screen::leave() noexcept {
    if (!entered_) {
        return;
    }
    entered_ = false;
    for (const int number : faults) {
        std::signal(number, SIG_DFL);
    }
    restore();
    keys_to_restore = -1;
}

void Screen::show(const std::vector<std::string>& lines) {
    std::string frame = "\x1b[H";
    for (std::size_t i = 0; i < lines.size(); ++i) {
        frame += (i == 0 ? "" : "\r\n") + lines[i] + "\x1b[K";
    }
    out_->bytes(frame + "\x1b[J");
    out_->flush();
}

}  // namespace tool
