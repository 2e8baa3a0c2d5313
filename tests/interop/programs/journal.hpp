// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <system_error>
#include <utility>

namespace interop {

/// What a process does with a recipe, as lines of a file to which all processes of a test append.
/// A line is written at once: their order is that of the events, and a process that is killed
/// leaves no half of one. tests/interop/contest.py describes the lines.
class Journal {
public:
    Journal(const std::string& path, std::string identifier)
        : identifier_(std::move(identifier)),
          file_(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)) {
        if (file_ < 0) throw std::system_error(errno, std::generic_category(), path);
    }
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;
    ~Journal() { ::close(file_); }

    /// Appends "<event> <identifier> <detail>".
    void write(const std::string& event, const std::string& detail) {
        const auto line = event + ' ' + identifier_ + ' ' + detail + '\n';
        if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
            throw std::system_error(errno, std::generic_category(), "journal");
        }
    }

private:
    std::string identifier_;
    int file_;
};

}  // namespace interop
