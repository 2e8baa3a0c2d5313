// SPDX-License-Identifier: Apache-2.0
#include "support/slow_names.hpp"

#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string_view>

namespace kazoo::testing_support {
namespace {

using namespace std::chrono_literals;

/// Shared with getaddrinfo. The mutex guards the other members.
struct Desk {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;  // a SlowNames exists
    int waiting = 0;
    int begun = 0;
};

Desk& desk() {
    static auto* one = new Desk;  // not destroyed: a lookup may outlive main
    return *one;
}

void wait_for_end() {
    auto& d = desk();
    std::unique_lock lock(d.mutex);
    if (!d.open) return;
    ++d.waiting;
    ++d.begun;
    d.changed.notify_all();
    d.changed.wait_for(lock, 30s, [&] { return !d.open; });
    --d.waiting;
    d.changed.notify_all();
}

}  // namespace

std::string SlowNames::late_name() {
    static std::atomic<int> number{0};
    return std::to_string(++number) + "." + late_host;
}

SlowNames::SlowNames() {
    auto& d = desk();
    const std::lock_guard lock(d.mutex);
    d.open = true;
    d.begun = 0;
}

SlowNames::~SlowNames() {
    auto& d = desk();
    std::unique_lock lock(d.mutex);
    d.open = false;
    d.changed.notify_all();
    d.changed.wait(lock, [&] { return d.waiting == 0; });  // they must not block on the next object
}

bool SlowNames::wait_for_look_up(int count) {
    auto& d = desk();
    std::unique_lock lock(d.mutex);
    return d.changed.wait_for(lock, 10s, [&] { return d.waiting >= count; });
}

int SlowNames::under_way() {
    const std::lock_guard lock(desk().mutex);
    return desk().waiting;
}

int SlowNames::begun() {
    const std::lock_guard lock(desk().mutex);
    return desk().begun;
}

}  // namespace kazoo::testing_support

extern "C" int getaddrinfo(
    const char* node, const char* service, const addrinfo* hints, addrinfo** results
) noexcept(noexcept(::getaddrinfo(nullptr, nullptr, nullptr, nullptr))) {
    using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    using kazoo::testing_support::SlowNames;
    static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    const std::string_view name(node != nullptr ? node : "");
    if (name.ends_with(SlowNames::host)) {
        kazoo::testing_support::wait_for_end();
        return EAI_NONAME;
    }
    if (name.ends_with(SlowNames::late_host)) {
        kazoo::testing_support::wait_for_end();
        return next("127.0.0.1", service, hints, results);
    }
    return next(node, service, hints, results);
}
