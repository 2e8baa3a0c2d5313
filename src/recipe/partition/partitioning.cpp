// SPDX-License-Identifier: Apache-2.0
#include "recipe/partition/partitioning.hpp"

#include "recipe/wait.hpp"

#include <kazoo/detail/host_name.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <algorithm>
#include <exception>

namespace kazoo::detail::recipe {
namespace {

constexpr std::size_t max_items = 100'000;

[[noreturn]] void refuse(const std::string& path, std::string detail) {
    throw_error(
        Error(Errc::bad_arguments, Outcome::not_sent, "SetPartitioner", path, std::move(detail))
    );
}

bool is_node_name(const std::string& name) {
    return !name.empty() && name.find('/') == std::string::npos && check_path("/" + name);
}

/// An own member of a party sees the loss of its session as an error.
ChildrenWatchOptions watch_options() {
    return ChildrenWatchOptions().wait_for_node().allow_session_lost(false);
}

}  // namespace

Partitioning::Partitioning(
    KazooClient& client,
    PathView path,
    std::set<std::string> items,
    const SetPartitionerOptions& options
)
    : watch(
          client,
          RecipeClient(client, "SetPartitioner").checked_path(path) + "/party",
          options.time_boundary(),
          watch_options()
      ),
      client_(client, "SetPartitioner"),
      options_(options),
      path_(client_.checked_path(path)),
      party_(path_ + "/party"),
      identifier_(options.identifier().empty() ? process_name() : options.identifier()),
      calls_(std::make_shared<LaneCalls>(client.handler())),
      changed_(client.handler()),
      plan_(identifier_, std::move(items), options.on_session_lost()) {
    check_items(plan_.items());
    if (!is_node_name("x-" + identifier_)) {
        refuse(path_, "the identifier '" + identifier_ + "' cannot be part of the name of a node");
    }
}

void Partitioning::check_items(const std::set<std::string>& items) const {
    if (items.size() > max_items) {
        refuse(path_, "a set has 100,000 items at most");
    }
    for (const auto& item : items) {
        if (!is_node_name(item)) {
            refuse(path_, "the item '" + item + "' is not the name of a node");
        }
    }
}

std::string Partitioning::lock_path(std::string_view item) const {
    std::string made = path_;
    made += "/locks/";
    made += item;
    return made;
}

Partitioning::Told::Told(Partitioning& partitioning)
    : partitioning_(partitioning),
      lock_(partitioning.mutex_),
      step_(partitioning.plan_.step()),
      state_id_(partitioning.plan_.state_id()) {}

Partitioning::Told::~Told() {
    const auto& plan = partitioning_.plan_;
    const bool step_is_over = plan.step() != step_;
    const bool changed = step_is_over || plan.state_id() != state_id_;
    const auto over = partitioning_.over_;
    const auto kept = partitioning_.shared_from_this();  // a coroutine may end in these calls
    lock_.unlock();
    if (step_is_over) {
        auto source = over;
        source.request_stop();
    }
    if (changed) {
        kept->changed_.set();
        kept->changed_.clear();
    }
}

PartitionTurn Partitioning::next_turn() {
    PartitionTurn turn;
    std::stop_source over;
    const std::lock_guard lock(mutex_);
    over_ = over;
    turn.step = plan_.step();
    turn.over = over.get_token();
    if (turn.step == PartitionStep::allocate) {
        turn.members = plan_.members();
        turn.items = plan_.items();
    }
    return turn;
}

void Partitioning::keep(std::shared_ptr<HeldItem> item) {
    const std::lock_guard lock(mutex_);
    held_.push_back(std::move(item));
}

HeldItems Partitioning::take_held() noexcept {
    const std::lock_guard lock(mutex_);
    return std::exchange(held_, HeldItems());
}

AsyncResult<bool> Partitioning::wait_until(Condition condition, CallLimits limits) {
    const auto self = shared_from_this();
    for (;;) {
        const auto changed = wait_for(handler(), changed_, limits);  // before the look
        const bool met =
            ask([&](const PartitionPlan& plan, const HeldItems&) { return condition(plan); });
        if (met) {
            changed.cancel();
            co_return true;
        }
        const bool in_time = co_await direct(changed);
        if (!in_time) {
            co_return false;
        }
    }
}

PartitionChange Partitioning::present() const {
    return ask([](const PartitionPlan& plan, const HeldItems& held) {
        PartitionChange change;
        change.state = plan.state();
        change.id = plan.state_id();
        change.error = plan.error();
        if (change.state == PartitionState::acquired) {
            for (const auto& item : held) {
                change.items.push_back(item->name());
            }
            std::sort(change.items.begin(), change.items.end());
        }
        return change;
    });
}

std::uint64_t Partitioning::seen() const noexcept {
    const std::lock_guard lock(mutex_);
    return seen_;
}

void Partitioning::see(std::uint64_t id) noexcept {
    const std::lock_guard lock(mutex_);
    seen_ = std::max(seen_, id);
}

void Partitioning::report(const Error& error) noexcept {
    try {
        if (!options_.on_error()) {
            client_.log(LogLevel::warning, path_, error.message());
            return;
        }
        calls_->post([self = shared_from_this(), error] { self->options_.on_error()(error); });
    } catch (const std::exception&) {
        // No memory for the report.
    }
}

void Partitioning::close() noexcept {
    tell([](PartitionPlan& plan) { plan.finish(); });
    calls_->close();
}

}  // namespace kazoo::detail::recipe
