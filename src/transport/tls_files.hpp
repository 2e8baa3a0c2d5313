// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/openssl.hpp"

#include <kazoo/tls_options.hpp>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace kazoo::transport {

/// A setting of TlsOptions cannot be used. what() names the option and the reason, without secrets.
class TlsSettingError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Where certificates or a key in PEM format come from: a file, which is read when this is made, or
/// text. The bytes of a file are overwritten at the end.
class PemSource {
public:
    /// `option` is the name for messages. Throws TlsSettingError if the file cannot be read, and
    /// std::bad_alloc.
    [[nodiscard]] static PemSource file(const char* option, const std::string& path);
    /// `text` must outlive this.
    [[nodiscard]] static PemSource text(const char* option, const std::string& text);
    PemSource(PemSource&&) noexcept = default;
    PemSource& operator=(PemSource&&) = delete;
    ~PemSource();

    /// Returns the name for messages: "TlsOptions::ca_file 'ca.pem'".
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// Returns a BIO that reads from the start.
    [[nodiscard]] Bio open() const;
    /// Throws TlsSettingError: the source, and what is wrong with it.
    [[noreturn]] void refuse(const std::string& why) const;

private:
    explicit PemSource(std::string name) : name_(std::move(name)) {}

    std::string name_;
    std::vector<char> read_;             // of a file
    const std::string* text_ = nullptr;  // or null: a file
};

// These throw TlsSettingError, if a source contains none or a malformed one, and std::bad_alloc.

[[nodiscard]] std::vector<Certificate> read_certificates(const PemSource& source);
[[nodiscard]] std::vector<RevocationList> read_revocation_lists(const PemSource& source);
/// Calls `password` if the key is encrypted, and overwrites its result. Throws what it throws as
/// the text of a TlsSettingError, except std::bad_alloc.
[[nodiscard]] PrivateKey read_key(const PemSource& source, const TlsOptions::KeyPassword& password);

/// Returns the text of an exception that a function of the user has thrown: "NAME failed: TEXT".
/// Throws std::bad_alloc if that is the exception. Called in a catch block.
[[nodiscard]] std::string text_of_thrown(const char* name);

}  // namespace kazoo::transport
