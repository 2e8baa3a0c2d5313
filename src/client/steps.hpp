#pragma once

#include "client/core.hpp"

#include <kazoo/async_result.hpp>

#include <memory>
#include <optional>
#include <string>

namespace kazoo::detail::client {

// The operations of several requests, as coroutines. Their steps resume where replies arrive, never
// on the user's lanes: a callback that blocks on one of them does not wait for itself.

/// The data of a write that outlives the call.
class OwnedData {
public:
    explicit OwnedData(const DataView& data)
        : bytes_(data.bytes()), from_null_pointer_(data.from_null_pointer()) {}
    [[nodiscard]] DataView view() const {
        if (from_null_pointer_) {
            return DataView(static_cast<const char*>(nullptr));
        }
        return bytes_ ? DataView(*bytes_) : DataView(std::nullopt);
    }

private:
    std::optional<std::string> bytes_;
    bool from_null_pointer_;
};

/// The path, after creating what is missing above it; false if it was there already.
AsyncResult<bool> ensure_path(
    std::shared_ptr<Core> core, std::string path, AclList acl, CallContext context
);

AsyncResult<std::string> create_makepath(
    std::shared_ptr<Core> core,
    std::string path,
    OwnedData data,
    CreateOptions options,
    AclList acl,
    CallContext context
);
AsyncResult<CreatedNode> create_makepath_with_stat(
    std::shared_ptr<Core> core,
    std::string path,
    OwnedData data,
    CreateOptions options,
    AclList acl,
    CallContext context
);

/// Depth first; what is gone already is no error.
AsyncResult<void> delete_recursive(
    std::shared_ptr<Core> core, std::string path, CallContext context
);

}  // namespace kazoo::detail::client
