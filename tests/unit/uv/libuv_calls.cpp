// SPDX-License-Identifier: Apache-2.0
#include "libuv_calls.hpp"

#include <dlfcn.h>
#include <uv.h>

namespace kazoo::testing_support {

LibuvCalls& libuv_calls() {
    static LibuvCalls calls;
    return calls;
}

}  // namespace kazoo::testing_support

using kazoo::testing_support::libuv_calls;

// These definitions override those of the shared library.
extern "C" int uv_async_send(uv_async_t* handle) {
    static const auto real =
        reinterpret_cast<decltype(&uv_async_send)>(::dlsym(RTLD_NEXT, "uv_async_send"));
    ++libuv_calls().sends;
    return real(handle);
}

extern "C" int uv_async_init(uv_loop_t* loop, uv_async_t* handle, uv_async_cb callback) {
    static const auto real =
        reinterpret_cast<decltype(&uv_async_init)>(::dlsym(RTLD_NEXT, "uv_async_init"));
    const int failure = libuv_calls().next_init.exchange(0);
    return failure != 0 ? failure : real(loop, handle, callback);
}
