// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <atomic>
#include <cstdint>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// Base class of objects with an intrusive reference count. Unlike std::shared_ptr it needs no
/// control block, so that an operation, its result and the count are one allocation, and a RefPtr
/// can be made from a plain reference.
class RefCounted {
public:
    RefCounted() noexcept = default;
    RefCounted(const RefCounted&) = delete;
    RefCounted& operator=(const RefCounted&) = delete;

    void add_ref() const noexcept { refs_.fetch_add(1, std::memory_order_relaxed); }
    /// The same for an object that only the caller refers to; cheaper.
    void add_ref_unshared() const noexcept {
        refs_.store(refs_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    void release() const noexcept {
        // The last owner needs no atomic subtraction: no other thread can change the count.
        if (sole_owner() || refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            delete this;
        }
    }
    /// Returns true if the caller holds the only reference: no other thread can then access the
    /// object, and the acquire order makes the accesses of former owners visible.
    [[nodiscard]] bool sole_owner() const noexcept {
        return refs_.load(std::memory_order_acquire) == 1;
    }
    /// The same for two references, if the caller knows that the owner of the other one does not
    /// use it meanwhile.
    [[nodiscard]] bool has_two_owners() const noexcept {
        return refs_.load(std::memory_order_acquire) == 2;
    }

    /// Called on an object that will never be completed, because whatever would have done so is
    /// gone.
    virtual void abandon() noexcept {}

protected:
    virtual ~RefCounted() = default;

private:
    mutable std::atomic<std::uint32_t> refs_{0};
};

/// A type whose pointers convert to pointers to `To`, such as a class derived from it.
template <class From, class To>
concept PointsTo = std::is_convertible_v<From*, To*>;

/// An owning pointer to a RefCounted object; may be null. As thread-safe as std::shared_ptr.
template <class T>
class RefPtr {
public:
    RefPtr() noexcept = default;
    explicit RefPtr(T* p) noexcept : p_(p) {
        if (p_ != nullptr) {
            p_->add_ref();
        }
    }
    RefPtr(const RefPtr& other) noexcept : RefPtr(other.p_) {}
    RefPtr(RefPtr&& other) noexcept : p_(std::exchange(other.p_, nullptr)) {}
    template <PointsTo<T> U>
    RefPtr(RefPtr<U> other) noexcept : p_(other.detach()) {}
    RefPtr& operator=(RefPtr other) noexcept {
        std::swap(p_, other.p_);
        return *this;
    }
    ~RefPtr() {
        if (p_ != nullptr) {
            p_->release();
        }
    }

    /// Takes over a reference that has been counted.
    [[nodiscard]] static RefPtr adopt(T* counted) noexcept {
        RefPtr owner;
        owner.p_ = counted;
        return owner;
    }

    [[nodiscard]] T* get() const noexcept { return p_; }
    /// Gives up ownership without releasing the reference; the caller must do that.
    [[nodiscard]] T* detach() noexcept { return std::exchange(p_, nullptr); }
    T& operator*() const noexcept { return *p_; }
    T* operator->() const noexcept { return p_; }
    explicit operator bool() const noexcept { return p_ != nullptr; }
    friend bool operator==(const RefPtr& a, const RefPtr& b) noexcept = default;

private:
    T* p_ = nullptr;
};

/// Creates an object with one owner. Throws std::bad_alloc, or what its constructor throws.
template <class T, class... Args>
RefPtr<T> make_ref(Args&&... args) {
    auto* const object = new T(std::forward<Args>(args)...);
    object->add_ref_unshared();
    return RefPtr<T>::adopt(object);
}

}  // namespace kazoo::detail
KAZOO_API_END
