// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/server_path.hpp"
#include "client/transaction_steps.hpp"
#include "codec/multi.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/security.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace kazoo::detail::client {

/// The request of a transaction. If it is protected, the creation of the marker comes first. Views
/// the steps, which must outlive this.
class TransactionRequest {
public:
    /// `acl` applies to creates without a list of their own. More than `limit` bytes are refused
    /// before they are copied into a frame. Throws std::bad_alloc.
    TransactionRequest(
        const TransactionSteps& steps, const Chroot& chroot, AclList acl, std::size_t limit
    );
    TransactionRequest(const TransactionRequest&) = delete;
    TransactionRequest& operator=(const TransactionRequest&) = delete;

    /// Returns why the transaction cannot be sent: transaction_failed if one of its operations is
    /// the reason, else request_too_large.
    [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }
    [[nodiscard]] const codec::MultiRequest& body() const noexcept { return body_; }

    /// Returns the data of the marker, which identifies the operations. Empty without a marker.
    [[nodiscard]] const std::string& checksum() const noexcept { return checksum_; }

private:
    void add_steps();
    void add_marker();
    [[nodiscard]] std::optional<Error> add(const TransactionStep& step);
    [[nodiscard]] codec::MultiOp create(const TransactionStep& step, std::string_view path) const;
    void check_size(std::size_t limit);

    const TransactionSteps& steps_;
    const Chroot& chroot_;
    const AclList acl_;
    std::deque<ServerPath> paths_;  // a deque, because body_ views its elements
    std::string checksum_;
    TransactionStep marker_;
    codec::MultiRequest body_;
    std::optional<Error> error_;
};

/// Returns the path of the marker as a client path. The transaction must have one.
[[nodiscard]] std::string marker_path(const TransactionSteps& steps);
/// Returns why the marker cannot be created, or nothing.
[[nodiscard]] std::optional<Error> marker_error(
    const TransactionSteps& steps, const Chroot& chroot
);

}  // namespace kazoo::detail::client
