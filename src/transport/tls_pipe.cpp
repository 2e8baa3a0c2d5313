// SPDX-License-Identifier: Apache-2.0
#include "transport/tls_pipe.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace kazoo::transport {
namespace {

// These are called by OpenSSL, through which no exception may pass.

TlsPipe& pipe_of(BIO* bio) noexcept {
    return *static_cast<TlsPipe*>(BIO_get_data(bio));
}

int read_pipe(BIO* bio, char* into, std::size_t size, std::size_t* count) noexcept {
    auto& input = pipe_of(bio).input;
    BIO_clear_retry_flags(bio);
    *count = std::min(size, input.size());
    if (*count == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    std::memcpy(into, input.data(), *count);
    input = input.subspan(*count);
    return 1;
}

int write_pipe(BIO* bio, const char* bytes, std::size_t size, std::size_t* count) noexcept {
    auto& pipe = pipe_of(bio);
    BIO_clear_retry_flags(bio);
    try {
        pipe.output.append(bytes, size);
        *count = size;
        return 1;
    } catch (const std::bad_alloc&) {
        pipe.out_of_memory = true;
        *count = 0;
        return 0;
    }
}

long control_pipe(BIO*, int command, long, void*) noexcept {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_method() {
    BIO_METHOD* const method =
        need_openssl(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "kazoo"));
    BIO_meth_set_read_ex(method, read_pipe);
    BIO_meth_set_write_ex(method, write_pipe);
    BIO_meth_set_ctrl(method, control_pipe);
    return method;
}

}  // namespace

Bio make_bio(TlsPipe& pipe) {
    static BIO_METHOD* const method = make_method();  // never freed: connections may outlive main()
    Bio bio(need_openssl(BIO_new(method)));
    BIO_set_data(bio.get(), &pipe);
    BIO_set_init(bio.get(), 1);
    return bio;
}

}  // namespace kazoo::transport
