// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <thread>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#    include <pthread.h>

#    include <csignal>
#endif

namespace kazoo::base {

/// Starts a thread that does not handle signals sent to the process: the program's signal handlers
/// expect to run on its own threads. Signals that the thread itself raises, by a fault or an abort,
/// are handled as usual. `name`, at most 15 characters, is shown by debuggers and top. Throws
/// std::system_error if the thread cannot be created.
template <class Function>
[[nodiscard]] std::thread start_masked_thread(const char* name, Function&& function) {
#if defined(__unix__) || defined(__APPLE__)
    // A thread inherits the signal mask of its creator, so there is no moment at which the new one
    // runs with signals unblocked. SIGPROF stays unblocked for profilers.
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
