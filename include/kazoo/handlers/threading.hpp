#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>

#include <memory>
#include <string_view>

KAZOO_API_BEGIN
namespace kazoo {

/// Threads of its own, the default handler (kazoo's `SequentialThreadingHandler`): one thread for
/// the connection and one worker for each lane (completions, watch functions, state listeners).
///
/// Blocking calls are allowed anywhere but in state listeners: a callback that blocks delays its
/// own lane only. Threads exist from the first client's start to the last client's stop; a thread
/// that cannot be created makes `start` throw, with nothing left behind.
/// In a forked child the parent's threads do not exist: waiting for what they would do throws
/// ForkedError. The first client that is started in the child gives the handler threads of its own.
class SequentialThreadingHandler final : public Handler {
public:
    SequentialThreadingHandler();
    ~SequentialThreadingHandler() override;

    [[nodiscard]] std::string_view name() const noexcept override;
    [[nodiscard]] boost::asio::any_io_executor executor() override;
    void dispatch(Lane lane, Task task) override;
    [[nodiscard]] std::shared_ptr<Waiter> waiter() override;
    void start() override;
    void stop() override;
    [[nodiscard]] bool running() const noexcept override;

private:
    struct Threads;
    void own_in_child();

    std::shared_ptr<Threads> threads_;
};

}  // namespace kazoo
KAZOO_API_END
