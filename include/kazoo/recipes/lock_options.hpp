// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/recipes/lock_format.hpp>
#include <kazoo/security.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

/// When a lock that is held counts as lost (LockHandle::lost).
enum class LostWhen {
    /// When its session has ended, its node was deleted, or the client was stopped. While the
    /// connection is interrupted (KazooState::SUSPENDED) the lock is still held, as long as the
    /// session lives.
    gone,
    /// Already when the connection is interrupted, because the session may end before the client
    /// learns of it. The node is then deleted as soon as the client is connected again.
    in_doubt,
};

/// What is done when the parent has numbered 2^31 nodes, and servers from 3.6 on give the number
/// 2147483647 to all others.
enum class WhenExhausted {
    /// The lock continues to work: the order in which the nodes were created (czxid) decides, which
    /// costs a request more. Only this library does so: other clients (kazoo, Curator, Go) then let
    /// several in at once.
    order_by_creation,
    /// `acquire` fails with SequenceExhaustedError.
    fail,
};

/// Options of Lock, ReadLock and WriteLock. A value; setters chain.
///
///     LockOptions().identifier("host-7").format(LockFormat::curator())
class LockOptions {
public:
    LockOptions() {}

    /// The data of the node: says who holds or waits for the lock (`contenders`). Python's kazoo
    /// expects UTF-8. Default: empty.
    LockOptions& identifier(std::string value) & noexcept {
        identifier_ = std::move(value);
        return *this;
    }
    LockOptions identifier(std::string value) && noexcept {
        return std::move(identifier(std::move(value)));
    }
    [[nodiscard]] const std::string& identifier() const noexcept { return identifier_; }

    /// The names of the nodes. Default: LockFormat::kazoo().
    LockOptions& format(LockFormat value) & noexcept {
        format_ = std::move(value);
        return *this;
    }
    LockOptions format(LockFormat value) && noexcept { return std::move(format(std::move(value))); }
    [[nodiscard]] const LockFormat& format() const noexcept { return format_; }

    /// Adds a marker for which the lock waits besides those of its format: nodes whose names end in
    /// this text and a number, such as "-lock-" for those of Curator and Go. Literal text, unlike
    /// kazoo's `extra_lock_patterns`. May be called repeatedly. Only if the other client waits for
    /// the names of this one as well do they exclude each other. Default: none.
    LockOptions& also(std::string marker) & {
        also_.push_back(std::move(marker));
        return *this;
    }
    LockOptions also(std::string marker) && { return std::move(also(std::move(marker))); }
    [[nodiscard]] const std::vector<std::string>& also() const noexcept { return also_; }

    /// Whether the lock ends with the session. If false the node is persistent: the lock survives
    /// the session and the process, until it is released or broken, and is identified by the name
    /// of its node (LockHandle::detach, `resume`). Default: true.
    LockOptions& ephemeral(bool value) & noexcept {
        ephemeral_ = value;
        return *this;
    }
    LockOptions ephemeral(bool value) && noexcept { return std::move(ephemeral(value)); }
    [[nodiscard]] bool is_ephemeral() const noexcept { return ephemeral_; }

    /// Whether the path of the lock, if it does not exist, is created as a container, which servers
    /// delete some time after its last contender has gone; its ancestors are persistent. Needs
    /// ZooKeeper 3.5.1. Python's kazoo does not create a path again that was deleted, and then
    /// fails with NoNodeError. Default: false.
    LockOptions& container_parents(bool value = true) & noexcept {
        container_parents_ = value;
        return *this;
    }
    LockOptions container_parents(bool value = true) && noexcept {
        return std::move(container_parents(value));
    }
    [[nodiscard]] bool has_container_parents() const noexcept { return container_parents_; }

    /// The ACL of the nodes and of parents that are created. Contenders need the permission to
    /// create, read and delete. Default: ClientOptions::default_acl.
    LockOptions& acl(AclList value) & {
        acl_ = std::move(value);
        return *this;
    }
    LockOptions acl(AclList value) && { return std::move(acl(std::move(value))); }
    [[nodiscard]] const std::optional<AclList>& acl() const noexcept { return acl_; }

    /// What `acquire` does while the same object holds the lock, or is about to acquire it for
    /// another caller. True: it waits, as a mutex does, also if the caller itself holds the lock
    /// and waits without a limit. False: it fails with WouldDeadlockError at once. Has no effect on
    /// `try_acquire`, which never waits, and on a ReadLock. Default: true.
    LockOptions& queue_behind_self(bool value) & noexcept {
        queue_behind_self_ = value;
        return *this;
    }
    LockOptions queue_behind_self(bool value) && noexcept {
        return std::move(queue_behind_self(value));
    }
    [[nodiscard]] bool queues_behind_self() const noexcept { return queue_behind_self_; }

    /// When a lock that is held counts as lost. Default: LostWhen::gone. Persistent locks
    /// (`ephemeral(false)`) are not affected by sessions and connections.
    LockOptions& lost_when(LostWhen value) & noexcept {
        lost_when_ = value;
        return *this;
    }
    LockOptions lost_when(LostWhen value) && noexcept { return std::move(lost_when(value)); }
    [[nodiscard]] LostWhen lost_when() const noexcept { return lost_when_; }

    /// What happens when the sequence numbers end. Default: WhenExhausted::order_by_creation.
    LockOptions& when_exhausted(WhenExhausted value) & noexcept {
        when_exhausted_ = value;
        return *this;
    }
    LockOptions when_exhausted(WhenExhausted value) && noexcept {
        return std::move(when_exhausted(value));
    }
    [[nodiscard]] WhenExhausted when_exhausted() const noexcept { return when_exhausted_; }

    /// A function that is called with the path of the node when an acquisition has its place in the
    /// queue, before its turn comes; again if the place is lost with the session and taken anew.
    /// For a persistent lock this is the moment to note the name. It is called on Lane::callback;
    /// exceptions that it throws are logged. Default: none.
    LockOptions& on_enqueued(std::function<void(const std::string& path)> value) & {
        on_enqueued_ = std::move(value);
        return *this;
    }
    LockOptions on_enqueued(std::function<void(const std::string& path)> value) && {
        return std::move(on_enqueued(std::move(value)));
    }
    [[nodiscard]] const std::function<void(const std::string& path)>& on_enqueued() const noexcept {
        return on_enqueued_;
    }

    /// A function that is called with the path of the node when a process asks the holder to
    /// release the lock: with `revoke`, or with Curator's Revoker. The holder decides what to do.
    /// It is called on Lane::callback; exceptions that it throws are logged. Default: none.
    LockOptions& on_revoke(std::function<void(const std::string& path)> value) & {
        on_revoke_ = std::move(value);
        return *this;
    }
    LockOptions on_revoke(std::function<void(const std::string& path)> value) && {
        return std::move(on_revoke(std::move(value)));
    }
    [[nodiscard]] const std::function<void(const std::string& path)>& on_revoke() const noexcept {
        return on_revoke_;
    }

private:
    std::string identifier_;
    LockFormat format_;
    std::vector<std::string> also_;
    std::optional<AclList> acl_;
    std::function<void(const std::string&)> on_enqueued_;
    std::function<void(const std::string&)> on_revoke_;
    LostWhen lost_when_ = LostWhen::gone;
    WhenExhausted when_exhausted_ = WhenExhausted::order_by_creation;
    bool ephemeral_ = true;
    bool container_parents_ = false;
    bool queue_behind_self_ = true;
};

}  // namespace kazoo
KAZOO_API_END
