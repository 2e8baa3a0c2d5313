#include "support/slow_names.hpp"

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <cstring>
#include <mutex>

namespace kazoo::testing_support {
namespace {

using namespace std::chrono_literals;

struct Desk {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;
    int waiting = 0;
};

Desk& desk() {
    static auto* one = new Desk;  // a look-up may outlive the test and main
    return *one;
}

void wait_for_end() {
    auto& d = desk();
    std::unique_lock lock(d.mutex);
    if (!d.open) return;
    ++d.waiting;
    d.changed.notify_all();
    d.changed.wait_for(lock, 30s, [&] { return !d.open; });
    --d.waiting;
}

}  // namespace

SlowNames::SlowNames() {
    auto& d = desk();
    const std::lock_guard lock(d.mutex);
    d.open = true;
}

SlowNames::~SlowNames() {
    auto& d = desk();
    const std::lock_guard lock(d.mutex);
    d.open = false;
    d.changed.notify_all();
}

bool SlowNames::wait_for_look_up() {
    auto& d = desk();
    std::unique_lock lock(d.mutex);
    return d.changed.wait_for(lock, 10s, [&] { return d.waiting > 0; });
}

int SlowNames::under_way() {
    const std::lock_guard lock(desk().mutex);
    return desk().waiting;
}

}  // namespace kazoo::testing_support

extern "C" int getaddrinfo(
    const char* node, const char* service, const addrinfo* hints, addrinfo** results
) noexcept(noexcept(::getaddrinfo(nullptr, nullptr, nullptr, nullptr))) {
    using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    if (node != nullptr && std::strcmp(node, kazoo::testing_support::SlowNames::host) == 0) {
        kazoo::testing_support::wait_for_end();
        return EAI_NONAME;
    }
    static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    return next(node, service, hints, results);
}
