// SPDX-License-Identifier: Apache-2.0
#include "transport/tls_files.hpp"

#include "values/text.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <exception>
#include <memory>
#include <system_error>
#include <utility>

namespace kazoo::transport {
namespace {

/// Far more than all certificates of a system.
constexpr std::size_t most_bytes = 16u << 20;

using File = std::unique_ptr<std::FILE, FreedBy<std::fclose>>;

std::string named(const char* option) {
    return std::string("TlsOptions::") + option;
}

std::string last_system_error() {
    return std::system_category().message(errno);
}

/// The file is not inherited by programs that another thread executes meanwhile, where the platform
/// has the flag for it.
File open_file(const std::string& path) {
#if defined(__linux__)
    return File(std::fopen(path.c_str(), "rbe"));
#else
    return File(std::fopen(path.c_str(), "rb"));
#endif
}

/// Doubles the buffer. A vector would leave the former bytes in the memory that it frees.
void grow(std::vector<char>& bytes) {
    constexpr std::size_t least = 4096;
    std::vector<char> larger(std::max(least, bytes.size() * 2));
    std::copy(bytes.begin(), bytes.end(), larger.begin());
    larger.swap(bytes);
    OPENSSL_cleanse(larger.data(), larger.size());
}

/// In place of OpenSSL's own function, which asks for the password on the terminal.
int no_password(char*, int, int, void*) noexcept {
    return -1;
}

/// Reads items until there are no more. `read` returns null at the end and if one is malformed.
template <class Item, class Read>
std::vector<Item> read_all(const PemSource& source, const char* what, Read read) {
    const auto bio = source.open();
    std::vector<Item> items;
    static_cast<void>(OpensslErrors::take());
    while (auto* const raw = read(bio.get())) {
        Item item(raw);
        items.push_back(std::move(item));
    }
    const auto errors = OpensslErrors::take();
    if (errors.out_of_memory()) {
        throw std::bad_alloc();
    }
    const auto code = errors.first();
    if (ERR_GET_LIB(code) != ERR_LIB_PEM || ERR_GET_REASON(code) != PEM_R_NO_START_LINE) {
        source.refuse(
            std::string(what) + " " + std::to_string(items.size() + 1) + " is malformed (" +
            openssl_reason(code) + ")"
        );
    }
    if (items.empty()) {
        source.refuse(std::string("contains no ") + what + " in PEM format");
    }
    return items;
}

/// What the function that OpenSSL calls for a password needs, and what it leaves.
struct PasswordRequest {
    const TlsOptions::KeyPassword* password;
    bool asked = false;
    bool too_long = false;
    std::exception_ptr thrown;
};

/// The same for keys. Called by OpenSSL, through which no exception may pass.
int give_password(char* into, int size, int, void* data) noexcept {
    auto& request = *static_cast<PasswordRequest*>(data);
    request.asked = true;
    constexpr int failed = -1;
    if (!*request.password || request.thrown) {
        return failed;
    }
    try {
        auto password = (*request.password)();
        const auto length = password.size();
        request.too_long = length > static_cast<std::size_t>(size);
        if (!request.too_long) {
            std::copy(password.begin(), password.end(), into);
        }
        OPENSSL_cleanse(password.data(), password.size());
        return request.too_long ? failed : static_cast<int>(length);
    } catch (...) {
        request.thrown = std::current_exception();
        return failed;
    }
}

/// Says why there is no key. OpenSSL reports most of these cases by the same few errors.
[[noreturn]] void refuse_key(
    const PemSource& source, const PasswordRequest& request, const OpensslErrors& errors
) {
    if (request.thrown) {
        try {
            std::rethrow_exception(request.thrown);
        } catch (...) {
            throw TlsSettingError(text_of_thrown("TlsOptions::key_password"));
        }
    }
    if (errors.out_of_memory()) {
        throw std::bad_alloc();
    }
    if (request.too_long) {
        source.refuse("is encrypted, and the result of TlsOptions::key_password is too long");
    }
    if (request.asked && !*request.password) {
        source.refuse("is encrypted: set TlsOptions::key_password");
    }
    if (request.asked) {
        source.refuse("cannot be decrypted: the result of TlsOptions::key_password is wrong");
    }
    source.refuse("contains no usable private key in PEM format");
}

}  // namespace

PemSource PemSource::file(const char* option, const std::string& path) {
    PemSource source(named(option) + " " + base::quoted(path));
    const auto file = open_file(path);
    if (!file) {
        source.refuse(last_system_error());
    }
    std::setvbuf(file.get(), nullptr, _IONBF, 0);  // a buffer would not be overwritten
    std::size_t size = 0;
    do {
        if (size == most_bytes) {
            source.refuse("is too large");
        }
        if (size == source.read_.size()) {
            grow(source.read_);
        }
        errno = 0;
        size += std::fread(source.read_.data() + size, 1, source.read_.size() - size, file.get());
        if (std::ferror(file.get()) != 0) {
            source.refuse(last_system_error());
        }
    } while (std::feof(file.get()) == 0);
    source.read_.resize(size);
    return source;
}

PemSource PemSource::text(const char* option, const std::string& text) {
    PemSource source(named(option));
    source.text_ = &text;
    return source;
}

PemSource::~PemSource() {
    OPENSSL_cleanse(read_.data(), read_.size());
}

void PemSource::refuse(const std::string& why) const {
    throw TlsSettingError(name_ + ": " + why);
}

Bio PemSource::open() const {
    const auto size = text_ != nullptr ? text_->size() : read_.size();
    const char* const bytes = text_ != nullptr ? text_->data() : read_.data();
    if (size > INT_MAX) {
        refuse("is too large");
    }
    if (size == 0) {
        refuse("is empty");
    }
    return Bio(need_openssl(BIO_new_mem_buf(bytes, static_cast<int>(size))));
}

std::vector<Certificate> read_certificates(const PemSource& source) {
    return read_all<Certificate>(source, "certificate", [](BIO* bio) {
        return PEM_read_bio_X509_AUX(bio, nullptr, no_password, nullptr);
    });
}

std::vector<RevocationList> read_revocation_lists(const PemSource& source) {
    return read_all<RevocationList>(source, "revocation list", [](BIO* bio) {
        return PEM_read_bio_X509_CRL(bio, nullptr, no_password, nullptr);
    });
}

PrivateKey read_key(const PemSource& source, const TlsOptions::KeyPassword& password) {
    const auto bio = source.open();
    PasswordRequest request{&password, false, false, nullptr};
    static_cast<void>(OpensslErrors::take());
    PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, give_password, &request));
    const auto errors = OpensslErrors::take();
    if (!key) {
        refuse_key(source, request, errors);
    }
    return key;
}

std::string text_of_thrown(const char* name) {
    try {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) {
        return std::string(name) + " failed: " + base::printable(error.what());
    } catch (...) {
        return std::string(name) + " failed with an exception that is not a std::exception";
    }
}

}  // namespace kazoo::transport
