// SPDX-License-Identifier: Apache-2.0
#include "run/guard.hpp"

#include <boost/asio/post.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace tool {

Guard::Guard(Session& session, std::chrono::milliseconds grace)
    : session_(&session),
      grace_(grace),
      loop_(std::make_shared<boost::asio::io_context>()),
      signals_(*loop_, SIGINT, SIGTERM, SIGHUP),
      ignored_(session.shell() != nullptr ? &session.shell()->interrupt() : nullptr),
      kill_timer_(*loop_),
      repeat_timer_(*loop_) {
    signals_.add(SIGCHLD);
    watch_signals();
    if (session.call().stop_token().stop_requested()) {
        on_signal(SIGINT);
    }
}

void Guard::watch_signals() {
    signals_.async_wait([this](boost::system::error_code error, int number) {
        if (error) {
            return;
        }
        if (number == SIGCHLD) {
            reap();
        } else {
            on_signal(number);
        }
        watch_signals();
    });
}

void Guard::on_signal(int number) {
    signal_ = signal_.value_or(number);
    interrupt_.request_stop();
    if (program_ < 0) {
        ended_ = true;
    } else if (number != SIGINT || own_group_) {
        // The terminal has sent SIGINT to the whole group itself.
        signal_program(number);
    }
}

void Guard::signal_program(int number) const {
    ::kill(own_group_ ? -program_ : program_, number);
}

void Guard::reap() {
    if (program_ > 0 && ::waitpid(program_, &status_, WNOHANG) == program_) {
        program_ = -1;
        ended_ = true;
        kill_timer_.cancel();
    }
}

void Guard::on_lost(int term) {
    if (term != term_ || std::exchange(lost_, true)) {
        return;
    }
    if (program_ < 0) {
        ended_ = true;
        return;
    }
    session_->out().error("lost; the program is being ended");
    signal_program(SIGTERM);
    kill_timer_.expires_after(grace_);
    kill_timer_.async_wait([this](boost::system::error_code error) {
        if (!error && program_ > 0) {
            signal_program(SIGKILL);
        }
    });
}

void Guard::run_until(const bool& done) {
    while (!done) {
        loop_->run_one();
    }
}

template <class T>
kazoo::AsyncResult<T> Guard::wait_until_ready(
    const std::function<kazoo::AsyncResult<T>(const kazoo::CallOptions&)>& begin,
    const kazoo::CallOptions& options
) {
    kazoo::CallOptions interruptible = options;
    interruptible.stop_token(interrupt_.get_token());
    auto result = begin(interruptible);
    auto done = std::make_shared<bool>(false);
    result.rawlink([done, loop = loop_](const kazoo::AsyncResult<T>&) {
        boost::asio::post(*loop, [done] { *done = true; });
    });
    run_until(*done);
    if (!result.successful() && signal_) {
        throw Failure(static_cast<ExitCode>(128 + *signal_), "interrupted by a signal");
    }
    return result;
}

kazoo::LockHandle Guard::acquire(
    const std::function<kazoo::AsyncResult<kazoo::LockHandle>(const kazoo::CallOptions&)>& begin,
    const kazoo::CallOptions& options
) {
    return wait_until_ready<kazoo::LockHandle>(begin, options).get();
}

void Guard::wait_for(
    const std::function<kazoo::AsyncResult<void>(const kazoo::CallOptions&)>& begin,
    const kazoo::CallOptions& options
) {
    wait_until_ready<void>(begin, options).get();
}

void Guard::repeat(std::chrono::milliseconds interval, std::function<void()> function) {
    repeat_timer_.expires_after(interval);
    repeat_timer_.async_wait(
        [this, interval, function = std::move(function)](boost::system::error_code error) mutable {
            if (!error) {
                function();
                repeat(interval, std::move(function));
            }
        }
    );
}

bool Guard::run(
    const std::vector<std::string>& words, const Variables& variables, const std::stop_token& lost
) {
    lost_ = false;
    const int term = ++term_;
    // A signal that arrived with the lock: nothing is begun.
    const bool starts = !signal_ && !words.empty();
    if (starts) {
        own_group_ = ::isatty(STDIN_FILENO) != 1;
        program_ = start_program(words, variables, own_group_);
    }
    ended_ = signal_.has_value();
    {
        const std::stop_callback watch(lost, [loop = loop_, term, this] {
            boost::asio::post(*loop, [term, this] { on_lost(term); });
        });
        reap();  // the program may have ended before the loop began to look
        run_until(ended_);
    }
    repeat_timer_.cancel();
    if (lost_) {
        session_->fail(ExitCode::lost);
    } else if (!words.empty()) {
        session_->exit_with(starts ? exit_code_of_status(status_) : 128 + *signal_);
    }
    return !lost_;
}

void hold_session(Session& session) {
    auto lost = std::make_shared<std::stop_source>();
    Guard guard(session, std::chrono::milliseconds(0));
    session.zk().add_listener(
        [lost](kazoo::KazooState state) {
            if (state == kazoo::KazooState::LOST) {
                lost->request_stop();
            }
        },
        kazoo::ListenFrom::current_state
    );
    if (!guard.run({}, {}, lost->get_token())) {
        throw Failure(ExitCode::lost, "the session has ended, and its ephemeral nodes with it");
    }
}

}  // namespace tool
