// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

namespace kazoo::driver {

/// Tells the processor that this thread waits for another one.
inline void pause_processor() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// A mutex for short critical sections: a thread that finds it locked tries again for a moment
/// before it sleeps, because sleeping and being woken takes several times as long.
class SessionMutex {
public:
    void lock() {
        for (int i = 0; i < spins; ++i) {
            if (mutex_.try_lock()) {
                return;
            }
            pause_processor();
        }
        mutex_.lock();
    }
    void unlock() { mutex_.unlock(); }

private:
    static constexpr int spins = 50;  // a microsecond or two on x86-64

    std::mutex mutex_;
};

}  // namespace kazoo::driver
