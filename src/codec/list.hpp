#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace kazoo::codec {

/// A vector that a request borrows from whoever encodes it and owns when it was decoded, so that
/// one record serves both sides and encoding copies nothing. Made of an lvalue it borrows: the
/// vector must outlive it. Made of an rvalue it owns.
template <class T>
class List {
public:
    List() noexcept {}
    List(const std::vector<T>& borrowed) noexcept : borrowed_(&borrowed) {}
    List(std::vector<T>&& owned) noexcept : owned_(std::move(owned)) {}
    List(const std::vector<T>&&) = delete;

    [[nodiscard]] const std::vector<T>& get() const noexcept {
        return borrowed_ == nullptr ? owned_ : *borrowed_;
    }
    [[nodiscard]] std::size_t size() const noexcept { return get().size(); }
    [[nodiscard]] bool empty() const noexcept { return get().empty(); }
    [[nodiscard]] auto begin() const noexcept { return get().begin(); }
    [[nodiscard]] auto end() const noexcept { return get().end(); }

    /// Its own vector to fill; what was borrowed is forgotten.
    [[nodiscard]] std::vector<T>& own() noexcept {
        borrowed_ = nullptr;
        return owned_;
    }

    friend bool operator==(const List& a, const List& b) { return a.get() == b.get(); }

private:
    const std::vector<T>* borrowed_ = nullptr;
    std::vector<T> owned_;
};

}  // namespace kazoo::codec
