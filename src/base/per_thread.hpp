// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kazoo::base {

/// A T of each thread, made when the thread first asks for it and destroyed with the thread.
///
/// Static objects are destroyed after the thread-local ones of the main thread, and may still ask:
/// the destructor of a static client waits. They get null.
template <class T>
class PerThread {
public:
    /// Returns the calling thread's T; null if it has been destroyed. Throws what its constructor
    /// throws.
    [[nodiscard]] static T* find() {
        if (gone) {
            return nullptr;
        }
        thread_local PerThread of_thread;
        return &of_thread.object_;
    }
    PerThread(const PerThread&) = delete;
    PerThread& operator=(const PerThread&) = delete;

private:
    PerThread() = default;
    ~PerThread() { gone = true; }

    // Unlike the object, a bool has no destructor and can be read until the end.
    static constinit inline thread_local bool gone = false;

    T object_{};
};

}  // namespace kazoo::base
