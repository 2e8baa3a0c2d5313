// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/transaction_steps.hpp"
#include "codec/multi.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace kazoo::detail::client {

inline TransactionStep step(TransactionOp kind, std::string path, std::int32_t version = -1) {
    TransactionStep step;
    step.kind = kind;
    step.path = std::move(path);
    step.version = version;
    if (kind == TransactionOp::create || kind == TransactionOp::set_data) {
        step.data = "data";
    }
    return step;
}

inline TransactionStep create_step(std::string path, CreateOptions options = CreateOptions()) {
    auto created = step(TransactionOp::create, std::move(path));
    created.options = std::move(options);
    return created;
}

/// One operation of each kind.
inline TransactionSteps steps_of_each_kind() {
    TransactionSteps steps;
    steps.list = {
        step(TransactionOp::check, "/c", 7),
        create_step("/n"),
        step(TransactionOp::set_data, "/s", 3),
        step(TransactionOp::delete_, "/d", 5)};
    return steps;
}

inline TransactionMarker marker_of(std::string parent, std::string id) {
    return {std::move(parent), std::move(id), CreateOptions(), false};
}

/// Returns the bytes of a reply.
inline std::string bytes_of(const codec::MultiResponse& response) {
    base::Buffer out;
    codec::Encoder encoder(out);
    encode(encoder, response);
    return {reinterpret_cast<const char*>(out.data()), out.size()};
}

}  // namespace kazoo::detail::client
