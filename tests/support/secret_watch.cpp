// SPDX-License-Identifier: Apache-2.0
#include "support/secret_watch.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::testing_support {
namespace {

/// How a secret might be written.
struct Form {
    const char* name;
    std::string text;
};

constexpr std::size_t least_size = 8;
/// Some tests make thousands of sessions.
constexpr std::size_t most_secrets = 100;

struct Secret {
    std::string text;
    std::vector<Form> forms;
};

std::mutex mutex;
std::deque<Secret> secrets;  // guarded by mutex; the oldest first

/// A forked child may log as well.
[[maybe_unused]] const int at_fork =
    pthread_atfork([] { mutex.lock(); }, [] { mutex.unlock(); }, [] { mutex.unlock(); });

std::string in_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4];
        text += digits[byte & 0xF];
    }
    return text;
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    return text;
}

/// Without the padding, and without the last character, which depends on what follows the secret.
std::string in_base64(std::string_view bytes) {
    std::vector<unsigned char> encoded(bytes.size() * 2 + 8);
    EVP_EncodeBlock(
        encoded.data(),
        reinterpret_cast<const unsigned char*>(bytes.data()),
        static_cast<int>(bytes.size())
    );
    return std::string(encoded.begin(), encoded.begin() + static_cast<long>(bytes.size() * 8 / 6));
}

std::string hash_of(std::string_view text, const EVP_MD* algorithm) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), hash.data(), &size, algorithm, nullptr);
    return std::string(hash.begin(), hash.begin() + size);
}

std::vector<Form> forms_of(const std::string& secret) {
    std::vector<Form> forms;
    const auto add = [&](const char* readable, const char* hex, const char* base64, auto& text) {
        forms.push_back({readable, text});
        forms.push_back({hex, in_hex(text)});
        forms.push_back({hex, upper(in_hex(text))});
        forms.push_back({base64, in_base64(text)});
    };
    const auto sha1 = hash_of(secret, EVP_sha1());
    const auto md5 = hash_of(secret, EVP_md5());
    add("readable", "in hexadecimal digits", "in Base64", secret);
    add("as SHA-1", "as SHA-1 in hexadecimal digits", "as SHA-1 in Base64", sha1);
    add("as MD5", "as MD5 in hexadecimal digits", "as MD5 in Base64", md5);
    return forms;
}

}  // namespace

void note_secret(std::string_view secret) {
    // The password of a session that a server has not created has 16 zero bytes.
    if (secret.size() < least_size || secret.find_first_not_of('\0') == std::string_view::npos) {
        return;
    }
    const std::lock_guard lock(mutex);
    const auto known = [&](const Secret& other) { return other.text == secret; };
    if (std::any_of(secrets.begin(), secrets.end(), known)) return;
    if (secrets.size() == most_secrets) secrets.pop_front();
    secrets.push_back({std::string(secret), forms_of(std::string(secret))});
}

void expect_no_secrets(std::string_view text, std::string_view where) {
    const std::lock_guard lock(mutex);
    for (const auto& secret : secrets) {
        for (const auto& form : secret.forms) {
            if (text.find(form.text) != std::string_view::npos) {
                ADD_FAILURE() << where << " contains a secret, " << form.name << ": " << text;
                return;
            }
        }
    }
}

}  // namespace kazoo::testing_support
