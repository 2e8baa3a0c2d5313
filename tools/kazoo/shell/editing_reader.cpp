// SPDX-License-Identifier: Apache-2.0
#ifdef KAZOO_TOOL_HAS_LIBEDIT
#    include "shell/line_reader.hpp"
#    include "shell/prompt.hpp"

#    include <histedit.h>
#    include <poll.h>
#    include <sys/ioctl.h>
#    include <unistd.h>

#    include <algorithm>
#    include <cerrno>
#    include <clocale>
#    include <cstdio>
#    include <cstdlib>
#    include <cstring>
#    include <cwchar>

namespace tool {
namespace {

/// libedit works with the characters of the locale; paths and data are UTF-8.
void use_utf8() {
    std::setlocale(LC_CTYPE, "");
    if (MB_CUR_MAX == 1) {
        std::setlocale(LC_CTYPE, "C.UTF-8");
    }
}

bool is_able_terminal() {
    const char* const name = std::getenv("TERM");
    return name != nullptr && *name != '\0' && std::strcmp(name, "dumb") != 0;
}

std::size_t terminal_columns() {
    winsize size{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 80;
}

class EditingReader final : public LineReader {
public:
    EditingReader(Notices& notices, LineHooks hooks, const History& history)
        : notices_(&notices), hooks_(std::move(hooks)), history_(::history_init()) {
        edit_ = ::el_init("kazoo", stdin, stdout, stderr);
        if (edit_ == nullptr || history_ == nullptr) {
            return;
        }
        HistEvent event;
        ::history(history_, &event, H_SETSIZE, static_cast<int>(History::most_lines));
        for (const std::string& line : history.lines()) {
            remember(line);
        }
        ::el_set(edit_, EL_CLIENTDATA, this);
        ::el_set(edit_, EL_PROMPT_ESC, &EditingReader::prompt, invisible);
        ::el_set(edit_, EL_EDITOR, "emacs");
        ::el_set(edit_, EL_HIST, ::history, history_);
        ::el_set(edit_, EL_GETCFN, &EditingReader::next_character);
        ::el_set(edit_, EL_ADDFN, "kazoo-complete", "complete", &EditingReader::complete);
        ::el_set(edit_, EL_BIND, "\t", "kazoo-complete", nullptr);
        ::el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
        ::el_source(edit_, nullptr);
    }
    ~EditingReader() override {
        if (edit_ != nullptr) {
            ::el_end(edit_);
        }
        if (history_ != nullptr) {
            ::history_end(history_);
        }
    }
    EditingReader(const EditingReader&) = delete;
    EditingReader& operator=(const EditingReader&) = delete;

    [[nodiscard]] bool is_ready() const noexcept { return edit_ != nullptr && history_ != nullptr; }

    ReadLine read() override {
        interrupted_ = false;
        ended_ = false;
        awaits_completion_ = false;
        ::el_resize(edit_);
        ::el_set(edit_, EL_PREP_TERM, 1);  // before the prompt: what is typed then is echoed once
        int size = 0;
        const char* const line = ::el_gets(edit_, &size);
        if (interrupted_) {
            std::fputs("^C\n", stdout);
            std::fflush(stdout);
            return {ReadLine::Kind::interrupted, ""};
        }
        if (line == nullptr || size <= 0 || ended_) {
            std::fputs("\n", stdout);
            std::fflush(stdout);
            return {};
        }
        std::string text(line, static_cast<std::size_t>(size));
        if (!text.empty() && text.back() == '\n') {
            text.pop_back();
        }
        return {ReadLine::Kind::text, std::move(text)};
    }

    void remember(const std::string& line) override {
        HistEvent event;
        ::history(history_, &event, H_ENTER, line.c_str());
    }

private:
    static EditingReader& of(EditLine* edit) {
        void* reader = nullptr;
        ::el_get(edit, EL_CLIENTDATA, &reader);
        return *static_cast<EditingReader*>(reader);
    }

    static char* prompt(EditLine* edit) {
        EditingReader& self = of(edit);
        self.prompt_ = self.hooks_.prompt();
        return self.prompt_.data();
    }

    static int next_character(EditLine* edit, wchar_t* character) {
        return of(edit).next(*character);
    }

    static unsigned char complete(EditLine* edit, int /*key*/) { return of(edit).complete_line(); }

    /// Returns 1 and a character; 0 at the end, -1 to give up the line.
    int next(wchar_t& character) {
        for (;;) {
            if (decode(character)) {
                awaits_completion_ = false;
                return 1;
            }
            pollfd ready[] = {{STDIN_FILENO, POLLIN, 0}, {notices_->descriptor(), POLLIN, 0}};
            if (::poll(ready, 2, -1) < 0) {
                continue;  // a signal, which becomes a notice
            }
            if (ready[1].revents != 0) {
                const Notices::Taken taken = notices_->take();
                show(taken);
                interrupted_ = taken.interrupted;
                ended_ = taken.ended;
                if (interrupted_ || ended_) {
                    return -1;
                }
                if (taken.arrived && awaits_completion_) {
                    character = L'\t';  // once more, now that the names are there
                    return 1;
                }
            } else if (ready[0].revents != 0 && !fill()) {
                ended_ = true;
                return 0;
            }
        }
    }

    /// Reads one byte: what follows the line may be for the command.
    bool fill() {
        char byte = '\0';
        const ssize_t size = ::read(STDIN_FILENO, &byte, 1);
        if (size > 0) {
            bytes_ += byte;
        }
        return size > 0 || (size < 0 && (errno == EINTR || errno == EAGAIN));
    }

    /// Takes the next character of what was read, if it is complete.
    bool decode(wchar_t& character) {
        if (bytes_.empty()) {
            return false;
        }
        std::mbstate_t state{};
        const std::size_t size = std::mbrtowc(&character, bytes_.data(), bytes_.size(), &state);
        if (size == static_cast<std::size_t>(-2)) {
            return false;
        }
        const bool is_valid = size != static_cast<std::size_t>(-1);
        if (!is_valid) {
            character = L'?';
        }
        bytes_.erase(0, is_valid ? std::max<std::size_t>(size, 1) : 1);
        return true;
    }

    /// Writes lines above the prompt, and draws it and the line again.
    void show(const Notices::Taken& taken) {
        const bool redraws = taken.changed || !taken.lines.empty();
        if (!redraws || taken.interrupted || taken.ended) {
            print(taken.lines);
            return;
        }
        const LineInfo* const line = ::el_line(edit_);
        const std::string_view before(
            line->buffer, static_cast<std::size_t>(line->cursor - line->buffer)
        );
        const std::size_t row = cursor_row(prompt_, before, terminal_columns());
        std::string back = "\r";
        if (row > 0) {
            back += "\x1b[" + std::to_string(row) + "A";
        }
        std::fputs((back + "\x1b[J").c_str(), stdout);
        print(taken.lines);
        if (taken.changed) {
            ::el_resize(edit_);
        }
        ::el_set(edit_, EL_REFRESH);
    }

    static void print(const std::vector<std::string>& lines) {
        for (const std::string& line : lines) {
            std::fputs((line + "\n").c_str(), stdout);
        }
        std::fflush(stdout);
    }

    unsigned char complete_line() {
        const LineInfo* const line = ::el_line(edit_);
        const std::string before(line->buffer, line->cursor);
        const Completion done = hooks_.complete(before);
        awaits_completion_ = done.waits;
        if (done.waits) {
            return CC_NORM;
        }
        const std::string typed = before.substr(done.begin);
        if (done.text != typed) {
            ::el_deletestr(edit_, static_cast<int>(characters_of(typed)));
            if (!done.text.empty() && ::el_insertstr(edit_, done.text.c_str()) != 0) {
                return CC_ERROR;
            }
            return CC_REFRESH;
        }
        if (done.choices.empty()) {
            return CC_REFRESH_BEEP;
        }
        std::fputs(("\n" + in_columns(done.choices, terminal_columns())).c_str(), stdout);
        return CC_REDISPLAY;
    }

    static std::size_t characters_of(const std::string& text) {
        return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
        }));
    }

    Notices* notices_;
    LineHooks hooks_;
    ::History* history_;
    ::EditLine* edit_ = nullptr;
    std::string prompt_;  // as it was drawn last
    std::string bytes_;   // that were read, and not yet decoded
    bool interrupted_ = false;
    bool ended_ = false;
    bool awaits_completion_ = false;
};

}  // namespace

std::unique_ptr<LineReader> editing_reader(
    Notices& notices, const LineHooks& hooks, const History& history
) {
    if (!is_able_terminal()) {
        return nullptr;
    }
    use_utf8();
    auto reader = std::make_unique<EditingReader>(notices, hooks, history);
    return reader->is_ready() ? std::move(reader) : nullptr;
}

}  // namespace tool
#endif
