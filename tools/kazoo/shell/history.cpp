// SPDX-License-Identifier: Apache-2.0
#include "shell/history.hpp"

#include "cli/words.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace tool {
namespace {

namespace fs = std::filesystem;

/// Writes to a file that only its owner may read. Returns whether all was written.
bool write_file(const std::string& file, const std::string& text, int flags) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
    if (descriptor < 0) {
        return false;
    }
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    ::close(descriptor);
    return written == static_cast<ssize_t>(text.size());
}

fs::path state_folder() {
    const char* const state = std::getenv("XDG_STATE_HOME");
    if (state != nullptr && *state == '/') {
        return state;
    }
    const char* const home = std::getenv("HOME");
    return home != nullptr && *home != '\0' ? fs::path(home) / ".local" / "state" : fs::path();
}

}  // namespace

bool is_secret(std::string_view line) {
    if (line.empty() || line.front() == ' ' || line.front() == '\t') {
        return true;
    }
    for (const Word& word : scan_words(line, Comments::hash).words) {
        if (word.text == "addauth" || word.text == "auth") {
            return true;
        }
    }
    return false;
}

std::string history_file() {
    const fs::path folder = state_folder();
    return folder.empty() ? std::string() : (folder / "kazoo" / "history").string();
}

History::History(std::string file) : file_(std::move(file)) {
    if (!file_.empty()) {
        read();
    }
}

void History::read() {
    std::ifstream in(file_);
    std::size_t count = 0;
    for (std::string line; std::getline(in, line); ++count) {
        lines_.push_back(line);
        if (lines_.size() > most_lines) {
            lines_.pop_front();
        }
    }
    if (count > 2 * most_lines) {
        write_all();
    }
}

void History::write_all() const {
    std::string text;
    for (const std::string& line : lines_) {
        text += line + '\n';
    }
    const std::string fresh = file_ + ".new";
    std::error_code ignored;
    if (write_file(fresh, text, O_TRUNC)) {
        fs::rename(fresh, file_, ignored);
    } else {
        fs::remove(fresh, ignored);
    }
}

void History::append(const std::string& line) const {
    std::error_code ignored;
    fs::create_directories(fs::path(file_).parent_path(), ignored);
    write_file(file_, line + '\n', O_APPEND);
}

bool History::add(const std::string& line) {
    if (is_secret(line) || line.find('\n') != std::string::npos ||
        (!lines_.empty() && lines_.back() == line)) {
        return false;
    }
    lines_.push_back(line);
    if (lines_.size() > most_lines) {
        lines_.pop_front();
    }
    if (!file_.empty()) {
        append(line);
    }
    return true;
}

}  // namespace tool
