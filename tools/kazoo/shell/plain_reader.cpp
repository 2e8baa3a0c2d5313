// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.hpp"
#include "shell/line_reader.hpp"
#include "shell/prompt.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <optional>
#include <system_error>
#include <utility>

namespace tool {
namespace {

constexpr std::size_t longest_line = std::size_t{16} << 20;

class PlainReader final : public LineReader {
public:
    PlainReader(int descriptor, Notices& notices, std::function<std::string()> prompt)
        : descriptor_(descriptor), notices_(&notices), prompt_(std::move(prompt)) {}

    ReadLine read() override {
        show_prompt();
        for (;;) {
            if (auto line = take_line()) {
                return {ReadLine::Kind::text, std::move(*line)};
            }
            if (at_end_) {
                return {};
            }
            pollfd ready[] = {{descriptor_, POLLIN, 0}, {notices_->descriptor(), POLLIN, 0}};
            if (::poll(ready, 2, -1) < 0) {
                continue;  // a signal, which becomes a notice
            }
            if (ready[1].revents != 0) {
                const Notices::Taken taken = notices_->take();
                show(taken);
                if (taken.ended || taken.interrupted) {
                    buffer_.clear();
                    return {taken.ended ? ReadLine::Kind::end : ReadLine::Kind::interrupted, ""};
                }
            } else if (ready[0].revents != 0) {
                fill();
            }
        }
    }

private:
    void show_prompt() {
        if (prompt_) {
            std::string prompt = prompt_();
            prompt.erase(std::remove(prompt.begin(), prompt.end(), invisible), prompt.end());
            std::cout << prompt << std::flush;
        }
    }

    void show(const Notices::Taken& taken) {
        if (prompt_ && (taken.interrupted || !taken.lines.empty())) {
            std::cout << '\n';
        }
        for (const std::string& line : taken.lines) {
            std::cout << line << '\n';
        }
        std::cout << std::flush;
        if (!taken.lines.empty() && !taken.interrupted) {
            show_prompt();
        }
    }

    std::optional<std::string> take_line() {
        const std::size_t end = buffer_.find('\n', searched_);
        if (end == std::string::npos && !(at_end_ && !buffer_.empty())) {
            searched_ = buffer_.size();
            return std::nullopt;
        }
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end == std::string::npos ? end : end + 1);
        searched_ = 0;
        if (!line.empty() && line.back() == '\r') {
            line.pop_back();
        }
        return line;
    }

    void fill() {
        char block[1 << 16];
        const ssize_t size = ::read(descriptor_, block, sizeof(block));
        if (size < 0 && errno != EINTR && errno != EAGAIN) {
            throw Failure(
                ExitCode::failed,
                "cannot read standard input: " + std::generic_category().message(errno)
            );
        }
        at_end_ = size == 0;
        buffer_.append(block, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
        if (buffer_.size() - searched_ > longest_line) {
            throw Failure(ExitCode::failed, "a line is longer than the limit of 16 MiB");
        }
    }

    int descriptor_;
    Notices* notices_;
    std::function<std::string()> prompt_;
    std::string buffer_;
    std::size_t searched_ = 0;  // up to here there is no newline
    bool at_end_ = false;
};

}  // namespace

std::unique_ptr<LineReader> plain_reader(
    int descriptor, Notices& notices, std::function<std::string()> prompt
) {
    return std::make_unique<PlainReader>(descriptor, notices, std::move(prompt));
}

#ifndef KAZOO_TOOL_HAS_LIBEDIT
std::unique_ptr<LineReader> editing_reader(Notices&, const LineHooks&, const History&) {
    return nullptr;
}
#endif

}  // namespace tool
