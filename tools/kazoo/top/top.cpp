// SPDX-License-Identifier: Apache-2.0
// The command top.
#include "top/top.hpp"

#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "output/terminal.hpp"
#include "output/text.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace tool {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t most_rows = 1000;
constexpr milliseconds shortest_interval{100};

std::string time_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return time_text(std::chrono::duration_cast<milliseconds>(now).count());
}

milliseconds interval_of(const TopOptions& options) {
    const milliseconds interval = parse_time(options.interval);
    if (interval < shortest_interval) {
        throw UsageError("--interval must be 100ms or more");
    }
    return interval;
}

}  // namespace

Top::Top(Session& session, const TopOptions& options)
    : session_(&session),
      options_(&options),
      interval_(interval_of(options)),
      rows_(static_cast<std::size_t>(options.rows.value_or(10))),
      count_(options.once ? 1 : options.count),
      loop_(std::make_shared<boost::asio::io_context>()),
      signals_(*loop_, SIGINT, SIGTERM, SIGHUP),
      ignored_(session.shell() != nullptr ? &session.shell()->interrupt() : nullptr),
      timer_(*loop_) {
    signals_.add(SIGQUIT);
    if (options.once && options.paths) {
        throw UsageError("--paths counts changes between snapshots; use --count instead of --once");
    }
    for (const kazoo::HostPort& server : servers_of(session.settings())) {
        samplers_.push_back(
            std::make_shared<ServerSampler>(loop_, session.settings(), server, !options.no_clients)
        );
    }
    if (options.paths) {
        activity_ = std::make_unique<PathActivity>(session.settings(), *options.paths);
    }
    if (session.call().stop_token().stop_requested()) {
        on_signal(SIGINT);
    }
}

void Top::run() {
    if (!loop_->stopped()) {
        show();
    }
    if (signal_ != 0) {
        session_->exit_with(128 + signal_);
    }
}

void Top::show() {
    if (!count_ && !session_->out().is_json() && Screen::is_possible(session_->out())) {
        screen_.emplace(session_->out());
        signals_.add(SIGWINCH);
        signals_.add(SIGTSTP);
        signals_.add(SIGCONT);
        if (screen_->keys() >= 0) {
            keys_.emplace(*loop_, ::dup(screen_->keys()));
            read_keys();
        }
    }
    watch_signals();
    tick();
    loop_->run();
    screen_.reset();
}

void Top::watch_signals() {
    signals_.async_wait([this](boost::system::error_code error, int number) {
        if (!error) {
            on_signal(number);
            watch_signals();
        }
    });
}

void Top::on_signal(int number) {
    switch (number) {
        case SIGWINCH:
            draw();
            break;
        case SIGTSTP:
            screen_->leave();
            std::raise(SIGSTOP);  // returns when the process is continued
            break;
        case SIGCONT:
            screen_->leave();  // also after a SIGSTOP that was not announced
            screen_->enter();
            draw();
            break;
        default:
            // Ctrl-C is the usual way out of the screen.
            signal_ = screen_ && number == SIGINT ? 0 : number;
            loop_->stop();
    }
}

void Top::read_keys() {
    keys_->async_wait(
        boost::asio::posix::descriptor_base::wait_read,
        [this](boost::system::error_code error) {
            char keys[64];
            const ssize_t count = error ? -1 : ::read(keys_->native_handle(), keys, sizeof(keys));
            if (count <= 0) {
                return;  // the terminal is gone, which a signal reports as well
            }
            for (const char key : std::string_view(keys, static_cast<std::size_t>(count))) {
                if (key == 'q' || key == 'Q') {
                    loop_->stop();
                    return;
                }
                if (key == ' ') {
                    begin_round();
                }
            }
            read_keys();
        }
    );
}

void Top::tick() {
    const auto next = std::chrono::steady_clock::now() + interval_;
    begin_round();
    timer_.expires_at(next);
    timer_.async_wait([this](boost::system::error_code error) {
        if (error) {
            return;
        }
        if (screen_ || written_round_ == round_) {
            tick();
        } else {
            is_late_ = true;  // the next round begins when this one has been written
        }
    });
    draw();
}

void Top::begin_round() {
    if (activity_) {
        report_ = activity_->report(rows_);
    }
    if (!screen_) {
        ++round_;
    }
    for (const auto& sampler : samplers_) {
        sampler->sample([this] { sampled(); });
    }
}

void Top::sampled() {
    if (screen_) {
        draw();
        return;
    }
    const bool is_complete = std::none_of(
        samplers_.begin(), samplers_.end(), [](const auto& sampler) { return sampler->busy(); }
    );
    if (!is_complete) {
        return;
    }
    write_snapshot();
    written_round_ = round_;
    if (std::exchange(is_late_, false)) {
        tick();
    }
}

Snapshot Top::snapshot() const {
    Snapshot all;
    all.time = time_now();
    all.with_clients = !options_->no_clients;
    all.activity = report_;
    for (const auto& sampler : samplers_) {
        all.servers.push_back(sampler->last());
    }
    return all;
}

void Top::write_snapshot() {
    Output& out = session_->out();
    const Snapshot all = snapshot();
    if (out.is_json()) {
        out.json(to_json(all, rows_));
    } else {
        if (round_ > 1) {
            out.line("");
        }
        for (const ViewLine& line : view(all, rows_, std::string::npos)) {
            out.line(line.colour != nullptr ? out.coloured(line.colour, line.text) : line.text);
        }
    }
    out.flush();
    if (count_ && round_ == static_cast<std::uint64_t>(*count_)) {
        const bool any_up =
            std::any_of(all.servers.begin(), all.servers.end(), [](const ServerSample& sample) {
                return sample.state != ServerSample::State::down;
            });
        if (!any_up) {
            session_->fail(ExitCode::not_connected);
        }
        loop_->stop();
    }
}

void Top::draw() {
    if (!screen_) {
        return;
    }
    const TerminalSize size = terminal_size(STDOUT_FILENO);
    const Output& out = session_->out();
    std::vector<std::string> lines;
    for (const ViewLine& line : view(snapshot(), rows_, size.columns)) {
        if (lines.size() + 1 >= size.rows) {
            break;
        }
        lines.push_back(line.colour != nullptr ? out.coloured(line.colour, line.text) : line.text);
    }
    lines.resize(size.rows - 1);
    lines.push_back(cut("q: quit  space: refresh", size.columns));
    screen_->show(lines);
}

void add_top(Grammar& grammar) {
    auto options = std::make_shared<TopOptions>();
    Command command = grammar.add("top", "show the servers, their connections and rates, live");
    command.option("-i,--interval", options->interval, "TIME between two samples")
        .path_option("-p,--paths", options->paths, "/", "PATH below which changes are counted")
        .number(
            "-r,--rows",
            options->rows,
            "N connections, and N paths, at most; default 10",
            1,
            most_rows
        )
        .flag("--no-clients", options->no_clients, "without the connections of clients")
        .flag("-1,--once", options->once, "write one snapshot, without rates, and end")
        .number("-n,--count", options->count, "N: write as many snapshots, and end", 1);
    command.runs([options](Session& session) { Top(session, *options).run(); });
}

}  // namespace tool
