// SPDX-License-Identifier: Apache-2.0
// The life of a result:
//
//     complete()              finish()                step()                  LaneTurn
//     claims the result,  ->  publishes status_,  ->  runs the direct     ->  runs the lane links
//     stores its value        wakes blocked           links in this           on the completion
//                             callers                 thread                  lane
//
// The results of replies that arrive together share a LaneTurn (LaneBatch).
//
// `claimed_` is won by one thread, which alone writes the value or the failure, without the mutex.
// Storing status_ with release order publishes them: a thread that has seen ready() may read them
// without the mutex. Links that are added to a ready result go through step() again.
#include "async/lane_batch.hpp"
#include "async/ready_queue.hpp"
#include "async/refuse_wait.hpp"
#include "async/sleeper.hpp"
#include "base/hand_over.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/detail/resumptions.hpp>

namespace kazoo::detail {
namespace {

/// A function that runs in the thread that completes the result. Deletes itself once run or
/// dropped.
class DirectFunction final : public Link {
public:
    explicit DirectFunction(ResultStateBase::Continuation function) noexcept
        : function_(std::move(function)) {}
    void run(ResultStateBase& result) noexcept override {
        const std::unique_ptr<DirectFunction> end_of_this(this);
        try {
            function_(result);
        } catch (...) {
            result.report_escaped(std::current_exception());
        }
    }
    void drop() noexcept override { delete this; }
    ResultStateBase::Continuation take() noexcept { return std::move(function_); }

private:
    ResultStateBase::Continuation function_;
};

}  // namespace

/// The task that a handler is given to run the lane links of one result, or of several that were
/// completed one after the other and have the same handler: a list through next_in_turn_, with a
/// reference to each. If it is destroyed without having run, because its loop was destroyed, it
/// drops the links: nothing would run them any more, and a coroutine among them may own the handler
/// and with it the loop.
class ResultStateBase::LaneTurn {
public:
    using quiet_move = void;
    explicit LaneTurn(ResultStateBase* first) noexcept : first_(first) {}
    LaneTurn(LaneTurn&& other) noexcept : first_(std::exchange(other.first_, nullptr)) {}
    LaneTurn& operator=(LaneTurn&&) = delete;
    /// If dispatch() is failing, dispatch_turn() handles the links.
    ~LaneTurn() {
        if (first_ != nullptr && !base::HandOver::is_failing(first_)) {
            drop();
        }
    }
    void operator()() noexcept {
        const auto handler = first_->handler();
        const LaneScope on_lane(*handler, Lane::completion);
        withdraw_offers(*handler);
        auto& slot = on_lane.slot();
        base::RunningTurn running{nullptr, nullptr, slot.turn};
        slot.turn = &running;
        while (auto* const result = take()) {
            running.present = result;
            running.rest = first_;
            Backlog::begun(*handler);
            result->run_lane_links();
            Backlog::done(*handler, result->reply_bytes_);
            result->release();
        }
        slot.turn = running.outer;
    }

private:
    [[nodiscard]] ResultStateBase* take() noexcept {
        auto* const result = first_;
        if (result != nullptr) {
            first_ = std::exchange(result->next_in_turn_, nullptr);
        }
        return result;
    }
    void withdraw_offers(Handler& handler) const noexcept {
        for (auto* result = first_; result != nullptr; result = result->next_in_turn_) {
            if (result->resumable_.load(std::memory_order_relaxed)) {
                return Resumptions::of(handler).remove_turn(result);
            }
        }
    }
    void drop() noexcept {
        first_->turn_dropped_ = true;
        while (auto* const result = take()) {
            Backlog::dropped(*result->handler(), result->reply_bytes_);
            result->queue_drop();
            result->release();
        }
    }

    ResultStateBase* first_;
};

const std::shared_ptr<Handler> ResultStateBase::no_handler;

ResultStateBase::~ResultStateBase() {
    for (auto* list : {&direct_links_, &lane_links_, &resumptions_}) {
        while (!list->empty()) {
            list->pop_front()->drop();
        }
    }
}

bool ResultStateBase::wait_until(TimePoint deadline) {
    if (ready()) {
        return true;
    }
    const auto waits_by = handler();
    if (deadline <= (waits_by ? waits_by->now() : Clock::now())) {
        return false;
    }
    if (needs_lane() && base::LaneHelper::is_too_deep()) {
        base::refuse_to_wait("too many nested callbacks wait for coroutines");
    }
    base::Sleeper sleeper(waits_by.get(), needs_lane());
    {
        const std::lock_guard lock(mutex_);
        if (ready()) {
            return true;
        }
        sleeper.enlist(sleepers_);
    }
    const base::Sleeper::Leave leave(mutex_, sleeper);  // also if a handler's waiter throws
    sleeper.sleep(deadline, [this] { return ready(); });
    return ready();
}

void ResultStateBase::finish(
    Status status, base::LaneBatch* batch, RefPtr<ResultStateBase> own
) noexcept {
    // A woken caller may release the last other reference. A batch has one.
    if (batch == nullptr && !own) {
        own = RefPtr<ResultStateBase>(this);
    }
    base::WakeUp wake_up(mutex_);
    AfterDirect after;
    Link* release = nullptr;
    bool queue = false;
    {
        // One step for link() and wait_until(): they find either a pending result, or one whose
        // sleepers are taken and whose links are about to run.
        const std::lock_guard lock(mutex_);
        status_.store(status, std::memory_order_release);
        wake_up.take(sleepers_, base::Woken::by_success);
        release = batch != nullptr ? direct_links_.pop_only_release() : nullptr;
        const bool any_direct = !direct_links_.empty();
        // A batch is used where no queue runs; its results have their turns in order.
        queue = any_direct ||
                (batch == nullptr && !lane_links_.empty() && base::ReadyQueue::is_running());
        queued_ = queue;
        if (!queue) {
            begin_lane_turn(after, batch != nullptr);  // the usual case
        }
    }
    if (batch != nullptr && (queue || wake_up.any())) {
        batch->flush();  // what was completed before this result is dispatched first
    }
    wake_up.notify();
    if (release != nullptr) {
        release->run(*this);
    }
    if (queue) {
        base::ReadyQueue::run(batch == nullptr ? std::move(own) : batch->take_present());
    } else if (after.dispatch && batch != nullptr) {
        batch->add(*this, after.resumes);
    } else if (after.dispatch) {
        base::ReadyQueue::run_first([&] { continue_on_lane(after); });
    }
}

bool ResultStateBase::link(Link& link, LinkKind kind) noexcept {
    AfterLink after;
    {
        const std::lock_guard lock(mutex_);
        if (kind == LinkKind::direct) {
            if (ready()) {
                return false;
            }
            direct_links_.push_back(link);
            return true;
        }
        after = add_lane_link(link);
    }
    continue_with(std::move(after));
    return true;
}

ResultStateBase::AfterLink ResultStateBase::add_lane_link(Link& link) noexcept {
    AfterLink after;
    lane_links_.push_back(link);
    note_last_link(nullptr);
    resumes_ = resumes_ || link.resumes();
    if (!ready() || queued_) {
        return after;  // finish() or step() will see it
    }
    if (lane_turn_) {
        after.helper = offer_help();  // that turn will run it, but its lane may be blocked
    } else {
        queued_ = true;
        after.queue = RefPtr<ResultStateBase>(this);
    }
    return after;
}

/// Static: another thread may have run the link, and have destroyed the result.
void ResultStateBase::continue_with(AfterLink after) noexcept {
    if (after.helper) {
        after.helper->notify();
    }
    if (after.queue) {
        base::ReadyQueue::run(std::move(after.queue));
    }
}

bool ResultStateBase::unlink(Link& link) noexcept {
    const std::lock_guard lock(mutex_);
    return LinkList::unlink(link);
}

bool ResultStateBase::link_direct(Continuation&& run) {
    if (ready()) {
        return false;
    }
    auto function = std::make_unique<DirectFunction>(std::move(run));
    if (!link(*function, LinkKind::direct)) {
        run = function->take();
        return false;
    }
    static_cast<void>(function.release());
    return true;
}

/// Runs the direct links of a ready result, then asks the handler for a turn on the completion lane
/// if there are lane links. Called by the ReadyQueue only, which keeps the result alive.
void ResultStateBase::step() noexcept {
    AfterDirect after;
    while (Link* const link = next_direct_link(after)) {
        run_link(*link);
    }
    if (after.drop) {
        drop_links();
    } else if (after.dispatch) {
        continue_on_lane(after);
    }
}

void ResultStateBase::continue_on_lane(const AfterDirect& after) noexcept {
    if (after.helper) {
        after.helper->notify();
    }
    if (handler()) {
        add_ref();  // of the task
        dispatch_turn(this, 1, reply_bytes_);
    } else {
        run_lane_links();
    }
}

/// Takes the next direct link. If there is none, sets `after`; from then on links that are added
/// queue the result again.
Link* ResultStateBase::next_direct_link(AfterDirect& after) noexcept {
    const std::lock_guard lock(mutex_);
    if (Link* const link = dropped_ ? nullptr : direct_links_.pop_front()) {
        note_last_link(direct_links_.empty() && lane_links_.empty() ? link : nullptr);
        return link;
    }
    begin_lane_turn(after, false);
    return nullptr;
}

/// There are no direct links left. In a batch, its results are offered together.
void ResultStateBase::begin_lane_turn(AfterDirect& after, bool in_batch) noexcept {
    queued_ = false;
    after.drop = dropped_;
    const bool any = !lane_links_.empty() || !resumptions_.empty();
    after.dispatch = !dropped_ && any && !lane_turn_;
    if (after.dispatch) {
        lane_turn_ = true;
        after.resumes = resumes_;
        if (!in_batch) {
            after.helper = offer_help();
        }
    }
}

/// Lists this result in the handler's Resumptions, for callers that are blocked on the lane of
/// which it awaits a turn. Returns the waiter of one of them, to be notified without the mutex, or
/// null.
std::shared_ptr<Waiter> ResultStateBase::offer_help() noexcept {
    const bool any = resumes_ || !resumptions_.empty();
    if (!any || !has_handler_.load(std::memory_order_acquire)) {
        return nullptr;
    }
    return Resumptions::of(*handler_).add(*this);
}

void ResultStateBase::withdraw_offer() noexcept {
    if (resumable_.load(std::memory_order_relaxed)) {
        Resumptions::of(*handler_).remove(*this);
    }
}

/// Called for the results of a turn that is running when one of its callbacks is about to block.
void ResultStateBase::offer_rest() noexcept {
    const std::lock_guard lock(mutex_);
    if (lane_turn_) {
        static_cast<void>(offer_help());  // the caller is going to help
    }
}

void ResultStateBase::offer_running_turns(const base::LaneSlot& caller) noexcept {
    for (const auto* turn = caller.turn; turn != nullptr; turn = turn->outer) {
        turn->present->offer_rest();
        for (auto* result = turn->rest; result != nullptr; result = result->next_in_turn_) {
            result->offer_rest();
        }
    }
}

/// Gives the handler of `first` a task for it and the `turns - 1` results that are linked to it.
/// Has a reference to each.
void ResultStateBase::dispatch_turn(
    ResultStateBase* first, std::size_t turns, std::size_t bytes
) noexcept {
    const RefPtr<ResultStateBase> keep(first);  // dispatch() may throw behind the end of the task
    auto& handler = *first->handler();
    constexpr int tries = 2;  // a shortage of memory may be momentary
    for (int i = 0; i < tries; ++i) {
        Backlog::add(handler, turns, bytes);
        try {
            const base::HandOver giving(first);
            return handler.dispatch(Lane::completion, LaneTurn(first));
        } catch (...) {
            if (first->turn_dropped_) {
                return;
            }
            Backlog::take_back(handler, turns, bytes);
        }
    }
    // In this thread, as a last resort: callbacks that never run would be worse.
    Backlog::add(handler, turns, bytes);
    LaneTurn in_this_thread(first);
    in_this_thread();
}

/// The turn ends in one step with taking the last link: one that is added later asks for another
/// turn, which the lane runs after this one. Without a handler there is no lane to do so; then the
/// turn ends in one step with finding no link.
void ResultStateBase::run_lane_links() noexcept {
    const bool on_lane = has_handler_.load(std::memory_order_acquire);
    for (bool last = false; !last;) {
        Link* link = nullptr;
        {
            const std::lock_guard lock(mutex_);
            link = resumptions_.empty() ? lane_links_.pop_front() : resumptions_.pop_front();
            last = link == nullptr || (on_lane && resumptions_.empty() && lane_links_.empty());
            if (last) {
                lane_turn_ = false;
                withdraw_offer();
            }
            note_last_link(last ? link : nullptr);
        }
        if (link != nullptr) {
            run_link(*link);
        }
    }
}

/// `last`: the link that was taken and is about to run, if no other follows it; else null. To be
/// called with mutex_ held: add_lane_link() clears it for a link that follows.
void ResultStateBase::note_last_link(const Link* last) noexcept {
    last_link_.store(last, std::memory_order_release);
}

void ResultStateBase::run_link(Link& link) noexcept {
    link.run(*this);
    last_link_.store(nullptr, std::memory_order_release);
}

/// Called by a caller that is blocked on the lane. The links that resume coroutines are moved to a
/// list of their own, once for all that have been added: searching for each would be quadratic.
bool ResultStateBase::resume_one() noexcept {
    Link* link = nullptr;
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(resumes_, false)) {
            lane_links_.move_resuming(resumptions_);
        }
        link = resumptions_.pop_front();
        if (resumptions_.empty()) {
            withdraw_offer();
        }
    }
    if (link != nullptr) {
        link->run(*this);
    }
    return link != nullptr;
}

void ResultStateBase::abandon() noexcept {
    if (claimed_.exchange(true, std::memory_order_acq_rel)) {
        return;
    }
    note_failure(make_error(
        ClientErrc::cancelled,
        Outcome::unknown,
        "",
        "the event loop that would have completed it was destroyed"
    ));
    const RefPtr<ResultStateBase> self(this);
    base::WakeUp wake_up(mutex_);
    {
        const std::lock_guard lock(mutex_);
        status_.store(Status::error, std::memory_order_release);
        wake_up.take(sleepers_, base::Woken::by_cancel);
    }
    wake_up.notify();
    queue_drop();
}

/// Drops the links through the ReadyQueue, not at once: dropping one may abandon further results,
/// and a long chain of them would take stack.
void ResultStateBase::queue_drop() noexcept {
    {
        const std::lock_guard lock(mutex_);
        lane_turn_ = false;
        withdraw_offer();
        dropped_ = true;
        if (std::exchange(queued_, true)) {
            return;
        }
    }
    base::ReadyQueue::run(RefPtr<ResultStateBase>(this));
}

void ResultStateBase::drop_links() noexcept {
    for (Link* link = nullptr;; link->drop()) {
        const std::lock_guard lock(mutex_);
        for (auto* list : {&direct_links_, &resumptions_, &lane_links_}) {
            link = list->pop_front();
            if (link != nullptr) {
                break;
            }
        }
        if (link == nullptr) {
            dropped_ = false;
            return;
        }
    }
}

bool cancel(ResultStateBase& result) {
    RefPtr<ResultStateBase> at(&result);
    for (;;) {
        auto cancelling = at->pass_cancellation();
        if (!cancelling.passed_on) {
            return at->cancel();
        }
        if (!cancelling.target) {
            return false;
        }
        at = std::move(cancelling.target);
    }
}

}  // namespace kazoo::detail
