// SPDX-License-Identifier: Apache-2.0
// Notifies the sanitizers when Boost.Context switches stacks, which the packaged library does not
// do. Interposes the library's three functions and forwards each call.
#include <boost/context/detail/fcontext.hpp>
#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#if defined(__has_feature)
#    if __has_feature(address_sanitizer)
#        define __SANITIZE_ADDRESS__
#    elif __has_feature(thread_sanitizer)
#        define __SANITIZE_THREAD__
#    endif
#endif
#ifdef __SANITIZE_ADDRESS__
#    include <sanitizer/asan_interface.h>
#    include <sanitizer/common_interface_defs.h>
#    include <sanitizer/lsan_interface.h>
#endif
#ifdef __SANITIZE_THREAD__
#    include <sanitizer/tsan_interface.h>
#endif

namespace {

using boost::context::detail::fcontext_t;
using boost::context::detail::transfer_t;
using Entry = void (*)(transfer_t);
using OnTop = transfer_t (*)(transfer_t);

/// Size of the area above the stack in which Boost.Fiber keeps a fiber's control data.
[[maybe_unused]] constexpr std::size_t above_the_stack = 1024;

/// One stack and its handle in the sanitizer.
struct Stack {
    std::uintptr_t bottom = 0;
    std::size_t size = 0;
    Entry entry = nullptr;  // null once it has been entered
    void* handle = nullptr;

    [[nodiscard]] bool holds(std::uintptr_t address) const noexcept {
        return address - bottom < size;
    }
};

std::mutex mutex;  // guards stacks()
/// By bottom address. Never destroyed: threads may switch stacks during exit.
std::map<std::uintptr_t, Stack>& stacks() {
    static auto& all = *new std::map<std::uintptr_t, Stack>;
    return all;
}

/// The thread's own stack.
Stack& native_stack() {
    thread_local Stack native = [] {
        Stack stack;
        pthread_attr_t attributes;
        void* bottom = nullptr;
        pthread_getattr_np(pthread_self(), &attributes);
        pthread_attr_getstack(&attributes, &bottom, &stack.size);
        pthread_attr_destroy(&attributes);
        stack.bottom = reinterpret_cast<std::uintptr_t>(bottom);
        return stack;
    }();
    return native;
}

/// Returns the stack that contains the address; the thread's own if none is known.
[[gnu::noinline]] Stack& stack_of(std::uintptr_t address) {
    if (native_stack().holds(address)) return native_stack();
    const std::lock_guard lock(mutex);
    auto after = stacks().upper_bound(address);
    if (after != stacks().begin() && std::prev(after)->second.holds(address)) {
        return std::prev(after)->second;
    }
    return native_stack();
}

[[gnu::noinline]] Stack& current_stack() {
    return stack_of(reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)));
}

thread_local Entry entry_to_run = nullptr;
thread_local OnTop function_on_top = nullptr;
thread_local bool switching = false;

// A fiber may continue on another thread: noinline prevents the compiler from caching the addresses
// of thread-local variables across a switch.
[[gnu::noinline]] void leave(Stack& from, Stack& to) {
    switching = true;
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(&from.handle, reinterpret_cast<void*>(to.bottom), to.size);
#endif
#ifdef __SANITIZE_THREAD__
    // Atomic: the handle is passed between threads by synchronisation that the sanitizer does not
    // see.
    __atomic_store_n(&from.handle, __tsan_get_current_fiber(), __ATOMIC_RELEASE);
    __tsan_switch_to_fiber(__atomic_load_n(&to.handle, __ATOMIC_ACQUIRE), 0);
#endif
}

[[gnu::noinline]] void arrive([[maybe_unused]] Stack& at) {
    if (!std::exchange(switching, false)) return;
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(at.handle, nullptr, nullptr);
#endif
}

void run_entry(transfer_t from) {
    const auto entry = entry_to_run;
    arrive(current_stack());
    entry(from);
}

transfer_t run_on_top(transfer_t from) {
    const auto function = function_on_top;
    arrive(current_stack());
    return function(from);
}

template <class Function>
Function real(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

fcontext_t make_fcontext(void* top, std::size_t size, Entry entry) {
    static const auto make = real<fcontext_t (*)(void*, std::size_t, Entry)>("make_fcontext");
    const auto bottom = reinterpret_cast<std::uintptr_t>(top) - size;
    const std::lock_guard lock(mutex);
    // Stacks that overlap the new one no longer exist.
    auto& all = stacks();
    auto old = all.lower_bound(bottom);
    if (old != all.begin() && std::prev(old)->second.holds(bottom)) --old;
    while (old != all.end() && old->first < bottom + size) {
#ifdef __SANITIZE_ADDRESS__
        __lsan_unregister_root_region(
            reinterpret_cast<void*>(old->first), old->second.size + above_the_stack
        );
#endif
#ifdef __SANITIZE_THREAD__
        __tsan_destroy_fiber(__atomic_load_n(&old->second.handle, __ATOMIC_ACQUIRE));
#endif
        old = all.erase(old);
    }
    auto& stack = all[bottom];
    stack = Stack{bottom, size, entry, nullptr};
#ifdef __SANITIZE_ADDRESS__
    __asan_unpoison_memory_region(reinterpret_cast<void*>(bottom), size);
    // Memory that only a suspended fiber refers to is not a leak.
    __lsan_register_root_region(reinterpret_cast<void*>(bottom), size + above_the_stack);
#endif
#ifdef __SANITIZE_THREAD__
    stack.handle = __tsan_create_fiber(0);
#endif
    return make(top, size, run_entry);
}

transfer_t jump_fcontext(const fcontext_t to, void* data) {
    static const auto jump = real<transfer_t (*)(fcontext_t, void*)>("jump_fcontext");
    auto& from = current_stack();
    auto& target = stack_of(reinterpret_cast<std::uintptr_t>(to));
    if (target.entry != nullptr) entry_to_run = std::exchange(target.entry, nullptr);
    leave(from, target);
    const auto back = jump(to, data);
    arrive(current_stack());
    return back;
}

transfer_t ontop_fcontext(const fcontext_t to, void* data, OnTop function) {
    static const auto ontop = real<transfer_t (*)(fcontext_t, void*, OnTop)>("ontop_fcontext");
    auto& from = current_stack();
    auto& target = stack_of(reinterpret_cast<std::uintptr_t>(to));
    if (target.entry != nullptr) entry_to_run = std::exchange(target.entry, nullptr);
    function_on_top = function;
    leave(from, target);
    const auto back = ontop(to, data, run_on_top);
    arrive(current_stack());
    return back;
}

#ifdef __SANITIZE_ADDRESS__
// Frames leave poisoned shadow memory behind, which would report errors in the next mapping at
// these addresses.
int munmap(void* address, std::size_t size) {
    __asan_unpoison_memory_region(address, size);
    return static_cast<int>(::syscall(SYS_munmap, address, size));
}
#endif

}  // extern "C"
