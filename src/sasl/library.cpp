// SPDX-License-Identifier: Apache-2.0
#include "sasl/library.hpp"

#include <sasl/sasl.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <new>

namespace kazoo::sasl {
namespace {

// libsasl2 has no mutexes of its own, only functions that do nothing, and return 1 as the mutex. A
// module may have made its mutexes before these functions are set, and lock them by these.
bool is_dummy(void* mutex) noexcept {
    return reinterpret_cast<std::uintptr_t>(mutex) <= 1;
}

void* make_mutex() noexcept {
    return new (std::nothrow) std::mutex;
}

int lock_mutex(void* mutex) noexcept {
    if (!is_dummy(mutex)) {
        static_cast<std::mutex*>(mutex)->lock();
    }
    return SASL_OK;
}

int unlock_mutex(void* mutex) noexcept {
    if (!is_dummy(mutex)) {
        static_cast<std::mutex*>(mutex)->unlock();
    }
    return SASL_OK;
}

void free_mutex(void* mutex) noexcept {
    if (!is_dummy(mutex)) {
        delete static_cast<std::mutex*>(mutex);
    }
}

/// What libsasl2 would write to the system's log is in the error texts as well.
int drop_library_log(void*, int, const char*) noexcept {
    return SASL_OK;
}

int initialise_now() noexcept {
    if (sasl_global_listmech() == nullptr) {  // else the program has, with functions of its own
        sasl_set_mutex(make_mutex, lock_mutex, unlock_mutex, free_mutex);
    }
    static const std::array<sasl_callback_t, 2> callbacks{
        {{SASL_CB_LOG, callback(&drop_library_log), nullptr}, {SASL_CB_LIST_END, nullptr, nullptr}}};
    return sasl_client_init(callbacks.data());
}

}  // namespace

int initialise() noexcept {
    static const int result = initialise_now();
    return result;
}

bool is_installed(std::string_view mechanism) noexcept {
    const auto* const* names = sasl_global_listmech();
    for (; names != nullptr && *names != nullptr; ++names) {
        if (mechanism == *names) {
            return true;
        }
    }
    return false;
}

}  // namespace kazoo::sasl
