// SPDX-License-Identifier: Apache-2.0
// Values, callbacks and captures whose special members call the library: the result machinery must
// not call, copy or destroy them while it holds a lock, else the test hangs.
#include "support/manual_handler.hpp"

#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/this_coro.hpp>
#include <kazoo/when.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace {

using kazoo::AsyncResult;
using kazoo::Promise;
using kazoo::testing_support::ManualHandler;

/// Used by the members of Meddler: everything that could be locked while one of them runs.
struct Library {
    /// Takes the locks of all involved results and of the event, whatever the calls return.
    void use() {
        if (std::exchange(in_use, true)) return;
        ++uses;
        for (const auto& result : results) {
            static_cast<void>(result->ready());
            static_cast<void>(result->exception());
            kazoo::detail::ResultStateBase& state = *result;
            const auto id = state.link([](kazoo::detail::ResultStateBase&) {});
            static_cast<void>(state.unlink(id));
            static_cast<void>(state.wait_until(kazoo::TimePoint::min()));
            state.link_direct([](kazoo::detail::ResultStateBase&) {});
            if (cancels) kazoo::detail::cancel(state);
        }
        static_cast<void>(event.wait(kazoo::Duration::zero()));
        static_cast<void>(event.wait_async().cancel());
        event.set();
        event.clear();
        in_use = false;
    }
    template <class T>
    void involve(const AsyncResult<T>& result) {
        results.emplace_back(kazoo::detail::state_of(result));
    }

    std::vector<kazoo::detail::RefPtr<kazoo::detail::ResultStateBase>> results;
    kazoo::Event event;
    bool cancels = false;
    bool in_use = false;
    int uses = 0;
};

/// Usable as a value, as a capture, and as a function of any signature.
class Meddler {
public:
    explicit Meddler(Library& library) noexcept : library_(&library) { library_->use(); }
    Meddler(const Meddler& other) : library_(other.library_) { library_->use(); }
    Meddler(Meddler&& other) noexcept : library_(other.library_) { library_->use(); }
    Meddler& operator=(const Meddler& other) {
        library_ = other.library_;
        library_->use();
        return *this;
    }
    Meddler& operator=(Meddler&& other) noexcept {
        library_ = other.library_;
        library_->use();
        return *this;
    }
    ~Meddler() { library_->use(); }
    template <class... Args>
    void operator()(Args&&...) const {
        library_->use();
    }

private:
    Library* library_;
};

class UserObjects : public testing::TestWithParam<bool> {
protected:
    void SetUp() override { library.cancels = GetParam(); }
    /// Runs the lanes and releases everything that refers to the library.
    void TearDown() override {
        handler->run();
        EXPECT_GT(library.uses, 0);
        // Destroyed values still call use(), when `results` is already empty.
        const auto results = std::exchange(library.results, {});
        handler->run();
    }

    Library library;
    std::shared_ptr<ManualHandler> handler = std::make_shared<ManualHandler>();
};

TEST_P(UserObjects, OfAPromiseMayUseTheLibrary) {
    std::optional<Promise<Meddler>> promise(handler);
    const auto result = promise->result();
    library.involve(result);
    promise->on_cancel(Meddler(library));
    result.rawlink(Meddler(library));
    const auto id = result.rawlink(Meddler(library));
    result.unlink(id);
    if (!library.cancels) {
        promise->set(Meddler(library));
        const auto copy = result.result();
        result.rawlink(Meddler(library));
    }
    promise.reset();
}

TEST_P(UserObjects, OfAPromiseWithoutAHandlerMayUseTheLibrary) {
    Promise<Meddler> promise;
    library.involve(promise.result());
    promise.result().rawlink(Meddler(library));
    promise.set(Meddler(library));
    promise.result().rawlink(Meddler(library));
}

AsyncResult<Meddler> follow(AsyncResult<Meddler> awaited, Meddler parameter) {
    const auto section = co_await kazoo::this_coro::uncancellable;
    const Meddler local = parameter;
    auto value = co_await awaited;
    co_return value;
}

TEST_P(UserObjects, OfACoroutineMayUseTheLibrary) {
    Promise<Meddler> promise(handler);
    const auto result = follow(promise.result(), Meddler(library));
    library.involve(promise.result());
    library.involve(result);
    promise.set(Meddler(library));
    handler->run();
    EXPECT_TRUE(result.ready());
}

TEST_P(UserObjects, OfCombinedResultsMayUseTheLibrary) {
    Promise<Meddler> one(handler);
    Promise<Meddler> other(handler);
    const auto all = kazoo::when_all(one.result(), other.result());
    const auto any = kazoo::when_any(one.result(), other.result());
    for (const auto& result : {one.result(), other.result()}) library.involve(result);
    library.involve(all);
    library.involve(any);
    one.set(Meddler(library));
    other.set(Meddler(library));
    EXPECT_TRUE(all.ready() && any.ready());
}

TEST_P(UserObjects, ThatWaitForAnEventMayUseTheLibrary) {
    library.event.wait_async().rawlink(Meddler(library));
    library.involve(library.event.wait_async());
    library.event.set();
    library.event.clear();
    library.event.wait_async().rawlink(Meddler(library));
    library.event.cancel();
}

INSTANTIATE_TEST_SUITE_P(ThatCancelAndNot, UserObjects, testing::Bool(), [](const auto& which) {
    return which.param ? "Cancelling" : "Looking";
});

}  // namespace
