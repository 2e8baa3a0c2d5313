// SPDX-License-Identifier: Apache-2.0
// Every form of call that may occur in a co_await expression, compiled and run in two types of
// coroutine, because supported compilers destroy some temporaries there twice or lay out frames
// wrongly. Each form must record its arguments unchanged and leak no memory.
#include "fake_client.hpp"
#include "support/allocations/allocations.hpp"
#include "support/plain_task.hpp"

#include <kazoo/kazoo.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using kazoo::AclList;
using kazoo::AsyncResult;
using kazoo::CallOptions;
using kazoo::ClientOptions;
using kazoo::Consistency;
using kazoo::CreateOptions;
using kazoo::KazooClient;
using kazoo::NodeData;
using kazoo::ReadOptions;
using kazoo::WatchedEvent;
using kazoo::Watcher;
using kazoo::testing_support::Delivery;
using kazoo::testing_support::FakeClient;
using kazoo::testing_support::live_allocations;
using kazoo::testing_support::PlainTask;
using namespace std::chrono_literals;

// g++ 12 destroys aggregates twice that are created within such an expression. Running the forms
// does not reveal this for empty aggregates.
template <class... T>
constexpr bool no_aggregates = (!std::is_aggregate_v<T> && ...);
static_assert(no_aggregates<CallOptions, ReadOptions, CreateOptions, kazoo::DataView, Watcher>);
static_assert(no_aggregates<AclList, kazoo::Acl, kazoo::Id, AsyncResult<NodeData>>);

/// The arguments of a form: a string with a counted owner, and space for what the form records.
struct Trace {
    std::shared_ptr<const std::string> owner = std::make_shared<const std::string>(60, 't');
    std::string told;
    [[nodiscard]] const std::string& text() const { return *owner; }
};

AclList list_of_two(const std::string& id) {
    return AclList(2, kazoo::make_acl("ip", id, kazoo::Permissions::read));
}

std::string join(NodeData a, const NodeData& b) {
    return a.data + b.data;
}

/// A watch function with a constructor: a temporary of it is safe where one of a lambda is not.
class Told {
public:
    Told(Trace& trace, std::string text)
        : trace_(&trace), owner_(trace.owner), text_(std::move(text)) {}
    void operator()(const WatchedEvent&) { trace_->told += text_; }

private:
    Trace* trace_;
    std::shared_ptr<const std::string> owner_;
    std::string text_;
};

Watcher watcher_of(Trace& trace, std::string text) {
    return Watcher([&trace, text = std::move(text), owner = trace.owner](const WatchedEvent&) {
        trace.told += text;
    });
}

std::function<void(const WatchedEvent&)> function_of(Trace& trace, std::string text) {
    return Told(trace, std::move(text));
}

void free_watch_function(const WatchedEvent&) {}

template <class TaskType, class ClientType>
struct Forms;

template <>
struct Forms<AsyncResult<>, FakeClient> {
    using Task = AsyncResult<>;
    using Client = FakeClient;
#include "awaited_forms.def"
};
template <>
struct Forms<AsyncResult<>, KazooClient> {
    using Task = AsyncResult<>;
    using Client = KazooClient;
#include "awaited_forms.def"
};
template <>
struct Forms<PlainTask, FakeClient> {
    using Task = PlainTask;
    using Client = FakeClient;
#include "awaited_forms.def"
};
template <>
struct Forms<PlainTask, KazooClient> {
    using Task = PlainTask;
    using Client = KazooClient;
#include "awaited_forms.def"
};

bool done(const PlainTask& task) {
    return task.done();
}
bool done(const AsyncResult<>& task) {
    return task.ready();
}
kazoo::Error failure(const PlainTask& task) {
    return kazoo::error_from(task.error());
}
kazoo::Error failure(const AsyncResult<>& task) {
    return kazoo::error_from(task.exception());
}

/// Runs a form twice. The first run makes one-time allocations; the second one must release
/// everything it allocates.
template <class Form, class Run>
void expect_balance(const Form& form, Run run) {
    SCOPED_TRACE(form.name);
    run(form);
    const auto before = live_allocations();
    run(form);
    EXPECT_EQ(live_allocations(), before);
}

std::string with_text(std::string told, const std::string& text) {
    for (auto at = told.find('T'); at != std::string::npos; at = told.find('T', at + text.size())) {
        told.replace(at, 1, text);
    }
    return told;
}

template <class Form>
void run_with_fake(const Form& form, Delivery delivery) {
    FakeClient zk(delivery);
    Trace trace;
    {
        const auto task = form.run(zk, trace);
        EXPECT_EQ(done(task), delivery == Delivery::at_once);
        zk.deliver();
        EXPECT_TRUE(done(task));
        EXPECT_EQ(failure(task), kazoo::Error());
        EXPECT_EQ(trace.told, with_text(form.told, trace.text()));
    }
    EXPECT_EQ(trace.owner.use_count(), 1);
}

template <class Form>
void run_never_started(const Form& form) {
    Trace trace;
    {
        KazooClient zk;
        const auto task = form.run(zk, trace);
        EXPECT_TRUE(done(task));
        EXPECT_EQ(failure(task).code(), kazoo::ClientErrc::connection_closed);
        EXPECT_EQ(failure(task).outcome(), kazoo::Outcome::not_sent);
    }
    EXPECT_EQ(trace.owner.use_count(), 1);
}

/// The operations wait for a connection, but the client is stopped before it tries to connect.
template <class Form>
void run_stopped_meanwhile(const Form& form) {
    Trace trace;
    {
        boost::asio::io_context loop;
        KazooClient zk(ClientOptions().handler(std::make_shared<kazoo::SequentialAsioHandler>(loop))
        );
        boost::asio::post(loop, [&] { zk.stop(); });
        zk.start_async();
        const auto task = form.run(zk, trace);
        EXPECT_FALSE(done(task));
        loop.run();
        EXPECT_TRUE(done(task));
        EXPECT_EQ(failure(task).code(), kazoo::Errc::connection_loss);
        EXPECT_EQ(failure(task).outcome(), kazoo::Outcome::not_sent);
    }
    EXPECT_EQ(trace.owner.use_count(), 1);
}

/// The coroutine is destroyed while its operation is pending.
void abandon(const typename Forms<PlainTask, FakeClient>::Form& form) {
    FakeClient zk(Delivery::later);
    Trace trace;
    {
        const auto task = form.run(zk, trace);
        EXPECT_FALSE(task.done());
    }
    zk.deliver();
    EXPECT_EQ(trace.owner.use_count(), 1);
}

template <class Task>
class AwaitedForms : public testing::Test {
public:
    using Fake = Forms<Task, FakeClient>;
    using Real = Forms<Task, KazooClient>;
};

struct CoroutineNames {
    template <class Task>
    static std::string GetName(int) {
        return std::is_same_v<Task, PlainTask> ? "InForeignCoroutines" : "InOurCoroutines";
    }
};
using Coroutines = testing::Types<AsyncResult<>, PlainTask>;
TYPED_TEST_SUITE(AwaitedForms, Coroutines, CoroutineNames);

TYPED_TEST(AwaitedForms, ContinueAtOnceWithReadyResults) {
    for (const auto& form : TestFixture::Fake::all()) {
        expect_balance(form, [](const auto& f) { run_with_fake(f, Delivery::at_once); });
    }
}

TYPED_TEST(AwaitedForms, SuspendUntilResultsAreReady) {
    for (const auto& form : TestFixture::Fake::all()) {
        expect_balance(form, [](const auto& f) { run_with_fake(f, Delivery::later); });
    }
}

TYPED_TEST(AwaitedForms, PassTheErrorOfAClientThatWasNeverStarted) {
    for (const auto& form : TestFixture::Real::all()) {
        expect_balance(form, [](const auto& f) { run_never_started(f); });
    }
}

TYPED_TEST(AwaitedForms, PassTheErrorOfAClientThatStopsMeanwhile) {
    for (const auto& form : TestFixture::Real::all()) {
        expect_balance(form, [](const auto& f) { run_stopped_meanwhile(f); });
    }
}

TEST(AwaitedFormsAbandoned, DestroyTheirTemporaries) {
    for (const auto& form : Forms<PlainTask, FakeClient>::all()) {
        expect_balance(form, abandon);
    }
}

}  // namespace
