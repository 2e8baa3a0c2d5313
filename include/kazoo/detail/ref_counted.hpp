#pragma once

#include <kazoo/detail/export.hpp>

#include <atomic>
#include <cstdint>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// An object that counts its owners in itself: one allocation holds result, operation and count.
class RefCounted {
public:
    RefCounted() noexcept = default;
    RefCounted(const RefCounted&) = delete;
    RefCounted& operator=(const RefCounted&) = delete;

    void add_ref() const noexcept { refs_.fetch_add(1, std::memory_order_relaxed); }
    void release() const noexcept {
        if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            delete this;
        }
    }
    /// True when the caller holds the only reference, so that nobody else can look.
    [[nodiscard]] bool sole_owner() const noexcept {
        return refs_.load(std::memory_order_acquire) == 1;
    }

    /// Called when nothing is left that would act on this object.
    virtual void abandon() noexcept {}

protected:
    virtual ~RefCounted() = default;

private:
    mutable std::atomic<std::uint32_t> refs_{0};
};

/// Owning pointer to a RefCounted object.
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
    template <class U>
    requires std::is_convertible_v<U*, T*> RefPtr(RefPtr<U> other)
    noexcept : p_(other.detach()) {}
    RefPtr& operator=(RefPtr other) noexcept {
        std::swap(p_, other.p_);
        return *this;
    }
    ~RefPtr() {
        if (p_ != nullptr) {
            p_->release();
        }
    }

    [[nodiscard]] T* get() const noexcept { return p_; }
    [[nodiscard]] T* detach() noexcept { return std::exchange(p_, nullptr); }
    T& operator*() const noexcept { return *p_; }
    T* operator->() const noexcept { return p_; }
    explicit operator bool() const noexcept { return p_ != nullptr; }
    friend bool operator==(const RefPtr& a, const RefPtr& b) noexcept = default;

private:
    T* p_ = nullptr;
};

/// Creates an object; throws std::bad_alloc, or what its constructor throws.
template <class T, class... Args>
RefPtr<T> make_ref(Args&&... args) {
    return RefPtr<T>(new T(std::forward<Args>(args)...));
}

}  // namespace kazoo::detail
KAZOO_API_END
