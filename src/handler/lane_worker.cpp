#include "handler/lane_worker.hpp"

#include "base/quiet_thread.hpp"

#include <utility>

namespace kazoo::handler {

LaneWorker::~LaneWorker() {
    if (thread_.joinable()) {
        thread_.detach();  // destroyed by the thread itself, as the last owner
    }
}

bool LaneWorker::push(Task& task) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (!serving_) {
            return false;
        }
        waiting_.push_back(std::move(task));
        wake = std::exchange(sleeping_, false);
    }
    if (wake) {
        changed_.notify_all();
    }
    return true;
}

void LaneWorker::start(std::shared_ptr<void> owner) {
    const std::lock_guard lock(mutex_);
    finishing_ = false;
    changed_.notify_all();
    if (serving_) {
        return;
    }
    if (thread_.joinable()) {
        thread_.detach();  // has left `run` already
    }
    thread_ = base::start_quiet_thread([this, owner = std::move(owner)] { run(); });
    serving_ = true;
}

void LaneWorker::finish() {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
    changed_.notify_all();
}

void LaneWorker::wait_finished() {
    std::thread ended;
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !serving_ || !finishing_; });
        if (!serving_) {
            ended = std::move(thread_);
        }
    }
    if (ended.joinable()) {
        ended.join();
    }
}

bool LaneWorker::on_own_thread() {
    const std::lock_guard lock(mutex_);
    return thread_.get_id() == std::this_thread::get_id();
}

bool LaneWorker::take(std::vector<Task>& batch) {
    std::unique_lock lock(mutex_);
    while (waiting_.empty()) {
        if (finishing_) {
            serving_ = false;
            changed_.notify_all();
            return false;
        }
        sleeping_ = true;
        changed_.wait(lock, [this] { return !waiting_.empty() || finishing_; });
        sleeping_ = false;
    }
    batch.swap(waiting_);
    return true;
}

void LaneWorker::run() {
    std::vector<Task> batch;
    while (take(batch)) {
        for (auto& task : batch) {
            task();
            task = nullptr;
        }
        batch.clear();
    }
}

}  // namespace kazoo::handler
