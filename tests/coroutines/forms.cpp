// SPDX-License-Identifier: Apache-2.0
// Runs one form of forms.def in one type of coroutine: `forms <type> <form>`, with a result that is
// ready (`now`) or that the coroutine waits for (`later`). Fails, or crashes, where the compiler
// destroys a temporary twice, never, or resumes nothing. Without arguments lists them all.
#include "unit/client/fake_client.hpp"

#include <kazoo/asio.hpp>
#include <kazoo/kazoo.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

// g++ 12 warns of Boost.Asio's own operator new where it inlines that but not the delete.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
// Lambdas of forms.def stand in an included file, but in no other program.
#pragma GCC diagnostic ignored "-Wsubobject-linkage"

namespace {

namespace asio = boost::asio;
using kazoo::AsyncResult;
using kazoo::WatchedEvent;
using kazoo::testing_support::Delivery;
using Client = kazoo::testing_support::FakeClient;

/// What forms leave behind. The owner has more than one use while something holds it.
struct Trace {
    std::shared_ptr<const std::string> owner = std::make_shared<const std::string>(60, 't');
    std::string told;
    [[nodiscard]] const std::string& text() const { return *owner; }
};

/// A struct as people write it.
struct Mine {
    std::string name;
    int number;
};
AsyncResult<std::string> store(Client& zk, Mine mine) {
    return zk.create_async("/" + mine.name, std::to_string(mine.number));
}

/// As KazooRetry::call_async keeps its function: until the result is ready.
template <class Function>
AsyncResult<kazoo::NodeData> try_twice(Function function) {
    const auto first = function();
    co_await first;
    const auto second = function();
    co_return co_await second;
}

template <class Task>
struct Form {
    const char* name;
    bool broken;
    Task (*run)(Client&, Trace&);
};
template <class Task>
std::vector<Form<Task>>& forms() {
    static std::vector<Form<Task>> all;
    return all;
}

#define FORM(name, broken)                                                               \
    Task name(Client&, Trace&);                                                          \
    const bool name##_is_known = (forms<Task>().push_back({#name, broken, name}), true); \
    Task name([[maybe_unused]] Client& zk, [[maybe_unused]] Trace& trace)
#define SAFE(name) FORM(name, false)
#define BROKEN(name) FORM(name, true)

namespace ours {
using Task = AsyncResult<>;
#define AWAIT(result) (co_await (result))
#include "forms.def"
#undef AWAIT
}  // namespace ours

namespace asios {
using Task = asio::awaitable<void>;
#define AWAIT(result) (co_await (result)(asio::use_awaitable))
#include "forms.def"
#undef AWAIT
}  // namespace asios

bool finish(ours::Task task, Client& zk) {
    zk.deliver();
    return task.successful();
}

bool finish(asios::Task task, Client& zk) {
    asio::io_context loop;
    bool done = false;
    asio::co_spawn(loop, std::move(task), [&done](std::exception_ptr error) { done = !error; });
    while (loop.run_one() > 0) zk.deliver();
    return done;
}

template <class Task>
int run(const std::string& name, Delivery delivery) {
    for (const auto& form : forms<Task>()) {
        if (form.name != name) continue;
        Trace trace;
        bool done = false;
        {
            Client zk(delivery);
            done = finish(form.run(zk, trace), zk);
        }
        return done && !trace.told.empty() && trace.owner.use_count() == 1 ? 0 : 1;
    }
    return 2;
}

}  // namespace

int main(int count, char** arguments) {
    const std::vector<std::string> given(arguments + 1, arguments + count);
    if (given.size() != 3) {
        for (const auto& form : forms<ours::Task>()) {
            std::cout << form.name << (form.broken ? " broken" : " safe") << '\n';
        }
        return 0;
    }
    const auto delivery = given[2] == "now" ? Delivery::at_once : Delivery::later;
    return given[0] == "ours" ? run<ours::Task>(given[1], delivery)
                              : run<asios::Task>(given[1], delivery);
}
