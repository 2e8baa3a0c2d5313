// SPDX-License-Identifier: Apache-2.0
// Decodes every kind of record from arbitrary bytes; what can be decoded is printed, encoded and
// decoded again.
#include "codec/records.hpp"
#include "fuzz/harness.hpp"

#include <array>
#include <type_traits>

namespace kazoo::fuzz {
namespace {

using namespace codec;

template <class R>
bool decode_any(Decoder& in, R& record) {
    if constexpr (std::is_same_v<R, ConnectRequest>) {
        return decode_connect_request(in, record);
    } else if constexpr (std::is_same_v<R, ConnectResponse>) {
        return decode_connect_response(in, record);
    } else {
        return decode(in, record);
    }
}

template <class R>
void check(const std::vector<std::byte>& bytes) {
    Decoder in(bytes);
    R record;
    if (!decode_any(in, record)) {
        require(!in.ok() && in.remaining() == 0, "a failed decoder gives no more");
        return;
    }
    require(is_printable(to_string(record)), "a printed record has no control bytes");

    // Null strings and vectors are encoded as empty ones, which have the same size.
    base::Buffer encoded;
    Encoder out(encoded);
    encode(out, record);
    require(out.ok(), "what was decoded can be encoded");
    require(encoded.size() == bytes.size() - in.remaining(), "the encoded record is as long");

    Decoder again(encoded.span());
    R same;
    require(decode_any(again, same), "what was encoded can be decoded");
    require(again.remaining() == 0, "decoding consumes all encoded bytes");
    require(same == record, "the record survives");
}

constexpr std::array checks = {
    check<RequestHeader>,
    check<ReplyHeader>,
    check<MultiHeader>,
    check<ConnectRequest>,
    check<ConnectResponse>,
    check<CreateRequest>,
    check<CreateTtlRequest>,
    check<DeleteRequest>,
    check<ExistsRequest>,
    check<GetDataRequest>,
    check<SetDataRequest>,
    check<GetAclRequest>,
    check<SetAclRequest>,
    check<GetChildrenRequest>,
    check<GetChildren2Request>,
    check<SyncRequest>,
    check<CheckRequest>,
    check<ReconfigRequest>,
    check<DeleteContainerRequest>,
    check<GetEphemeralsRequest>,
    check<GetAllChildrenNumberRequest>,
    check<CreateReply>,
    check<Create2Reply>,
    check<StatReply>,
    check<GetDataReply>,
    check<GetAclReply>,
    check<GetChildrenReply>,
    check<GetChildren2Reply>,
    check<SyncReply>,
    check<GetEphemeralsReply>,
    check<GetAllChildrenNumberReply>,
    check<ErrorResponse>,
    check<CheckWatchesRequest>,
    check<RemoveWatchesRequest>,
    check<AddWatchRequest>,
    check<SetWatchesRequest>,
    check<SetWatches2Request>,
    check<WatcherEvent>,
    check<AuthRequest>,
    check<SaslRequest>,
    check<SaslReply>,
    check<ClientInfo>,
    check<WhoAmIReply>,
    check<MultiRequest>,
    check<MultiResponse>,
    check<ZnodeStat>,
    check<Id>,
    check<Acl>,
};

}  // namespace
}  // namespace kazoo::fuzz

/// The input: a byte that selects the record, then its bytes.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    kazoo::fuzz::Input input(data, size);
    const auto check = kazoo::fuzz::checks[input.below(kazoo::fuzz::checks.size())];
    check(input.rest());
    return 0;
}
