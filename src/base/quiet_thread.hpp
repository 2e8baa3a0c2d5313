#pragma once

#include <thread>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#    include <pthread.h>

#    include <csignal>
#endif

namespace kazoo::base {

/// Starts a thread that handles no signals of the process: a program's handlers expect its own
/// threads. What a thread itself brings about, a fault or an abort, is handled as ever. `name`, of
/// 15 characters at most, is shown by debuggers and top. Throws std::system_error if no thread can
/// be created.
template <class Function>
[[nodiscard]] std::thread start_quiet_thread(const char* name, Function&& function) {
#if defined(__unix__) || defined(__APPLE__)
    struct Mask {
        Mask() {
            sigset_t all;
            sigfillset(&all);
            for (const int own :
                 {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF}) {
                sigdelset(&all, own);
            }
            pthread_sigmask(SIG_SETMASK, &all, &before);
        }
        ~Mask() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
        sigset_t before;
    };
    const Mask inherited;
#endif
    std::thread thread(std::forward<Function>(function));
#if defined(__linux__)
    pthread_setname_np(thread.native_handle(), name);
#else
    static_cast<void>(name);
#endif
    return thread;
}

}  // namespace kazoo::base
