// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/headers.hpp"
#include "codec/replies.hpp"
#include "codec/requests.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace kazoo::codec {

// The bodies of multi and multi_read: lists without a count. Each element follows a MultiHeader,
// and a header with `done` ends the list. Only the size of the frame limits them.
//
//     MultiHeader{create} CreateRequest | MultiHeader{delete} DeleteRequest | MultiHeader{done}

/// One operation. `type` selects the operation; create2 and create_container carry a CreateRequest.
/// Which types may be combined in one multi is not checked here.
struct MultiOp {
    using Request = std::variant<
        CheckRequest,
        CreateRequest,
        CreateTtlRequest,
        DeleteRequest,
        SetDataRequest,
        GetDataRequest,
        GetChildrenRequest>;

    Opcode type = Opcode::check;
    Request request;

    friend bool operator==(const MultiOp&, const MultiOp&) = default;
};

struct MultiRequest {
    std::vector<MultiOp> ops;

    friend bool operator==(const MultiRequest&, const MultiRequest&) = default;
};

/// One result. `type` is what the server has sent, and may differ from that of the operation:
/// ZooKeeper 3.8.0 answers create2 with a create result, and the type of an operation that failed
/// is `error`. Results of delete and check have no body.
struct MultiResult {
    using Body = std::variant<
        std::monostate,
        CreateReply,
        Create2Reply,
        StatReply,
        GetDataReply,
        GetChildrenReply,
        ErrorResponse>;

    Opcode type = Opcode::check;
    std::int32_t err = 0;
    Body body;

    /// Returns the result of an operation that failed, was rolled back (0) or was not tried (-2).
    [[nodiscard]] static MultiResult error(std::int32_t err) {
        return {Opcode::error, err, ErrorResponse{err}};
    }

    friend bool operator==(const MultiResult&, const MultiResult&) = default;
};

/// The results in the order of the operations. If one operation of a multi fails, all results are
/// errors and nothing has been applied; those of a multi_read are independent of one another. The
/// header of the reply has no error in either case.
struct MultiResponse {
    std::vector<MultiResult> results;

    friend bool operator==(const MultiResponse&, const MultiResponse&) = default;
};

/// The type of each element must match the record that it holds (asserted).
void encode(Encoder& out, const MultiRequest& request);
void encode(Encoder& out, const MultiResponse& response);

/// Returns false also if an element has a type that a multi cannot contain, or if the end of the
/// list is missing.
[[nodiscard]] bool decode(Decoder& in, MultiRequest& request);
[[nodiscard]] bool decode(Decoder& in, MultiResponse& response);
/// Returns false also if there are more than `most` results: a client knows how many it expects,
/// and a result takes much more memory than its least encoding.
[[nodiscard]] bool decode(Decoder& in, MultiResponse& response, std::size_t most);

[[nodiscard]] std::string to_string(const MultiRequest& request);
[[nodiscard]] std::string to_string(const MultiResponse& response);

}  // namespace kazoo::codec
