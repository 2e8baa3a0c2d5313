// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include "load.hpp"
#include "support/wait_until.hpp"

#include <algorithm>
#include <atomic>

namespace kazoo::chaos {
namespace {

using namespace std::chrono_literals;
using testing_support::wait_until;

constexpr std::size_t most_under_way = 64;
/// Long enough for a dead connection to time out and for a client then to find a server.
constexpr auto patience = 40s;

}  // namespace

Program::Program(const Options& options, const Machine* machine, Counters& counters)
    : options_(options),
      client_log_(options.number, counters),
      chance_(options.seed),
      thread_([this, machine] {
          if (machine == nullptr) {
              live();
          } else {
              machine->run([this] { live(); });
          }
      }) {}

Program::~Program() {
    order(Phase::end);
    thread_.join();
}

void Program::order(Phase phase) {
    const std::lock_guard lock(mutex_);
    wanted_ = std::max(wanted_, phase);
    changed_.notify_all();
}

void Program::await(Phase phase) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return reached_ >= phase; });
}

void Program::reach(Phase phase) {
    const std::lock_guard lock(mutex_);
    reached_ = phase;
    changed_.notify_all();
}

bool Program::wait_for_order(Phase phase, std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return wanted_ >= phase; });
}

void Program::await_order(Phase phase) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return wanted_ >= phase; });
}

void Program::live() {
    kit_ = testing_support::handler_kind(options_.handler).make();
    begin_life();
    work();
    come_to_rest();
    reach(Phase::rest);
    await_order(Phase::listen);
    listen();
    reach(Phase::listen);
    await_order(Phase::end);
    leave();
    reach(Phase::end);
}

void Program::work() {
    const auto longest = static_cast<int>(options_.pause.count());
    while (!wait_for_order(Phase::rest, std::chrono::milliseconds(chance_.between(5, longest)))) {
        if (!options_.keeps_client) change_life_sometimes();
        if (under_way() < most_under_way) make_calls(life_, chance_);
    }
}

void Program::change_life_sometimes() {
    if (life_->session_was_lost() && chance_.one_in(2)) {
        change_life();
    } else if (chance_.one_in(600)) {
        chance_.one_in(3) ? life_->stop_and_start() : change_life();
    }
}

void Program::come_to_rest() {
    if (!wait_until([this] { return life_->connected(); }, patience)) {
        fail("is not connected again");
    }
    if (!wait_until([this] { return under_way() == 0; }, patience)) fail("calls hang");
    session_at_rest_ = life_->session();
}

/// A server sends pending watch events before a reply, and the callback lane preserves the order.
void Program::listen() {
    const auto last = life_->get("/k", false);
    if (!wait_until([&] { return !last.valid() || last.ready(); }, patience)) {
        fail("gets no reply");
    }
    const auto told = std::make_shared<std::atomic<bool>>(false);
    kit_->handler()->dispatch(Lane::callback, [told] { *told = true; });
    if (!wait_until([&] { return told->load(); }, patience)) fail("its callbacks hang");
}

void Program::leave() {
    life_->end(chance_.one_in(2));
    if (!wait_until([this] { return under_way() == 0; }, patience)) fail("calls do not complete");
    life_ = nullptr;
    if (!kit_->shut_down(patience)) fail("its handler still has work");
    kit_ = nullptr;
}

void Program::begin_life() {
    const auto options = ClientOptions()
                             .hosts(options_.hosts)
                             .timeout(options_.session_timeout)
                             .close_timeout(3s)
                             .logger(Logger([](LogLevel, std::string_view) {}))
                             .handler(kit_->handler());
    life_ = std::make_shared<Life>(client_log_, ++lives_, options, chance_.next());
    life_->start();
}

void Program::change_life() {
    life_->end(chance_.one_in(2));
    begin_life();
}

void Program::fail(const std::string& what) {
    faults_.push_back("client" + std::to_string(options_.number) + ": " + what);
}

std::size_t Program::good_calls() {
    const std::lock_guard lock(client_log_.mutex());
    return client_log_.good_calls();
}

std::size_t Program::under_way() {
    const std::lock_guard lock(client_log_.mutex());
    return client_log_.under_way();
}

}  // namespace kazoo::chaos
