// SPDX-License-Identifier: Apache-2.0
#include "transcript.hpp"

#include "requests.hpp"

#include <algorithm>
#include <type_traits>

namespace kazoo::differential {
namespace {

void mask(ZnodeStat& stat, const Names& names) {
    stat.czxid = names.zxid(stat.czxid);
    stat.mzxid = names.zxid(stat.mzxid);
    stat.pzxid = names.zxid(stat.pzxid);
    stat.ctime = stat.ctime == 0 ? 0 : 1;
    stat.mtime = stat.mtime == 0 ? 0 : 1;
    stat.ephemeral_owner = names.session(stat.ephemeral_owner);
}

template <class Record>
void mask_record(Record& record, const Names& names) {
    if constexpr (requires { record.stat; }) {
        mask(record.stat, names);
    }
    if constexpr (requires { record.children; }) {
        std::sort(record.children.begin(), record.children.end());
    }
    if constexpr (requires { record.ephemerals; }) {
        std::sort(record.ephemerals.begin(), record.ephemerals.end());
    }
    if constexpr (std::is_same_v<Record, codec::MultiResponse>) {
        for (auto& result : record.results) {
            std::visit([&names](auto& body) { mask_record(body, names); }, result.body);
        }
    }
}

std::string read_body(codec::Opcode op, codec::Decoder& in, const Names& names, Entry& entry) {
    const auto size = in.remaining();
    std::string text;
    const bool has_record = with_reply_record(op, [&](auto record) {
        if (decode(in, record)) {
            mask_record(record, names);
            text = to_string(record);
            entry.exact += bytes_of(record);
        } else {
            text = "malformed, " + std::to_string(size) + " bytes";
        }
    });
    if (in.ok() && in.remaining() > 0) {
        text += " and " + std::to_string(in.remaining()) + " bytes more";
    }
    if (has_record && in.saw_null()) {
        text += " with a null list";
    }
    return text;
}

}  // namespace

std::int64_t Names::session(std::int64_t id) const {
    const auto found = sessions_.find(id);
    return id == 0 ? 0 : found == sessions_.end() ? -9 : found->second;
}

std::int64_t Names::zxid(std::int64_t zxid) const noexcept {
    if (zxid <= 0) {
        return zxid;
    }
    return zxid >= first_zxid_ ? zxid - first_zxid_ + 1 : -9;
}

Entry masked(codec::Opcode op, std::string_view frame, const Names& names) {
    Entry entry;
    codec::Decoder in(std::as_bytes(std::span(frame)));
    codec::ReplyHeader header;
    if (!decode(in, header)) {
        entry.text = "no reply header, but " + std::to_string(frame.size()) + " bytes";
        return entry;
    }
    header.zxid = names.zxid(header.zxid);
    entry.notification = header.xid == codec::watch_xid;
    entry.exact = bytes_of(header);
    entry.text = to_string(header);
    // A failed multi_read still has a body, which is compared.
    if (header.err == 0 || op == codec::Opcode::multi_read) {
        const auto body_of = entry.notification ? codec::Opcode::notification : op;
        entry.text += ' ' + read_body(body_of, in, names, entry);
    }
    return entry;
}

std::optional<Difference> compare(const Transcript& left, const Transcript& right) {
    static const Entry nothing{SIZE_MAX, "nothing", {}, false};
    std::optional<Difference> first;
    for (std::size_t slot = 0; slot < left.size(); ++slot) {
        const auto& a = left[slot];
        const auto& b = right[slot];
        for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
            const auto& here = i < a.size() ? a[i] : nothing;
            const auto& there = i < b.size() ? b[i] : nothing;
            if (here == there) {
                continue;
            }
            const auto step = std::min(here.step, there.step);
            if (!first || step < first->step) {
                first = {step, slot, here.text, there.text};
            }
            break;
        }
    }
    return first;
}

}  // namespace kazoo::differential
