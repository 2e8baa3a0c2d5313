// SPDX-License-Identifier: Apache-2.0
#include "session/credentials.hpp"

#include "codec/auth.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"

#include <algorithm>

namespace kazoo::session {

Credentials::Credentials(const std::vector<SecretAuthData>& configured, std::size_t request_bytes)
    : request_bytes_(request_bytes) {
    for (const auto& entry : configured) {
        credentials_.push_back({entry, {}});
    }
}

Credentials::~Credentials() {
    end([](const RequestOwner& owner) {
        if (owner) {
            owner->abandon();
        }
    });
}

bool Credentials::fits(const AuthData& entry) const noexcept {
    constexpr std::size_t header_type_and_two_lengths = 20;
    return entry.scheme.size() + entry.credential.size() + header_type_and_two_lengths <=
           request_bytes_;
}

bool Credentials::refuse_oversized() {
    const auto large = std::find_if(
        credentials_.begin(),
        credentials_.end(),
        [this](const Credential& credential) { return !fits(credential.entry); }
    );
    if (large == credentials_.end()) {
        return false;
    }
    refused_ = large->entry;
    return true;
}

void Credentials::add(SecretAuthData entry, RequestOwner owner, base::Buffer* connection) {
    auto at = std::find_if(credentials_.begin(), credentials_.end(), [&](const Credential& known) {
        return known.entry == entry;
    });
    const bool is_new = at == credentials_.end();
    if (is_new) {
        at = credentials_.insert(at, Credential{std::move(entry), {}});
    }
    const auto waiting = at->waiting.size();
    try {
        at->waiting.push_back(std::move(owner));
        if (connection != nullptr) {
            present(static_cast<std::size_t>(at - credentials_.begin()), *connection);
        }
    } catch (...) {  // credentials that were not accepted must not be sent by a later connection
        at->waiting.resize(waiting);
        if (is_new) {
            credentials_.pop_back();
        }
        throw;
    }
    at->forgotten = false;
}

void Credentials::forget() noexcept {
    for (auto& credential : credentials_) {
        credential.forgotten = true;
    }
}

std::size_t Credentials::held() const noexcept {
    auto sum = credentials_.size();
    for (const auto& credential : credentials_) {
        sum += credential.waiting.size();
    }
    return sum;
}

void Credentials::present(base::Buffer& connection) {
    for (std::size_t i = 0; i < credentials_.size(); ++i) {
        if (!credentials_[i].forgotten || !credentials_[i].waiting.empty()) {
            present(i, connection);
        }
    }
}

void Credentials::present(std::size_t index, base::Buffer& connection) {
    auto& credential = credentials_[index];
    codec::RequestHeader header;
    header.xid = codec::auth_xid;
    header.type = codec::Opcode::auth;
    codec::AuthRequest request;
    request.scheme = credential.entry.scheme;
    request.auth.value = credential.entry.credential;
    // Callers that are waiting and not covered by an earlier request on this connection.
    presented_.push_back({index, credential.waiting.size() - credential.asked});
    try {
        connection.mark_secret();
        codec::append_frame(connection, header, request);
    } catch (...) {
        presented_.pop_back();
        throw;
    }
    credential.asked = credential.waiting.size();
}

void Credentials::disconnected() noexcept {
    for (auto& credential : credentials_) {
        credential.asked = 0;
    }
    presented_.clear();
}

}  // namespace kazoo::session
