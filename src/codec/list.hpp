// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace kazoo::codec {

/// A vector of a request record: borrowed by a record that is to be encoded, so that nothing is
/// copied, and owned by one that was decoded. Constructed from an lvalue it borrows, and the vector
/// must outlive it; constructed from an rvalue it owns.
template <class T>
class List {
public:
    List() noexcept {}
    List(const std::vector<T>& borrowed) noexcept : borrowed_(&borrowed) {}
    List(std::vector<T>&& owned) noexcept : owned_(std::move(owned)) {}
    List(const std::vector<T>&&) = delete;  // would borrow a temporary

    [[nodiscard]] const std::vector<T>& get() const noexcept {
        return borrowed_ == nullptr ? owned_ : *borrowed_;
    }
    [[nodiscard]] std::size_t size() const noexcept { return get().size(); }
    [[nodiscard]] bool empty() const noexcept { return get().empty(); }
    [[nodiscard]] auto begin() const noexcept { return get().begin(); }
    [[nodiscard]] auto end() const noexcept { return get().end(); }

    /// Returns the owned vector, for a decoder to fill, and stops borrowing.
    [[nodiscard]] std::vector<T>& own() noexcept {
        borrowed_ = nullptr;
        return owned_;
    }

    friend bool operator==(const List& a, const List& b) { return a.get() == b.get(); }

private:
    const std::vector<T>* borrowed_ = nullptr;  // null: owned_ is the list
    std::vector<T> owned_;
};

}  // namespace kazoo::codec
