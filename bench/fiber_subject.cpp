// SPDX-License-Identifier: Apache-2.0
#include "kazoo_subject.hpp"

#include <kazoo/handlers/fiber.hpp>

#include <boost/fiber/future.hpp>

#include <future>
#include <memory>
#include <thread>

namespace bench {
namespace {

/// A SequentialFiberHandler and its thread, which schedules fibers.
class FiberThread {
public:
    FiberThread() : thread_([this] { run(); }) { started_.get_future().get(); }
    FiberThread(const FiberThread&) = delete;
    FiberThread& operator=(const FiberThread&) = delete;
    ~FiberThread() {
        stop_.set_value();
        thread_.join();
    }
    const std::shared_ptr<kazoo::SequentialFiberHandler> handler =
        std::make_shared<kazoo::SequentialFiberHandler>();

private:
    void run() {
        handler->start();
        started_.set_value();
        stop_.get_future().get();
        handler->stop();
    }

    std::promise<void> started_;
    boost::fibers::promise<void> stop_;
    std::thread thread_;
};

}  // namespace

std::unique_ptr<Subject> connect_kazoo_fiber(const Target& target) {
    return std::make_unique<SubjectWithThread<FiberThread>>(target);
}

}  // namespace bench
