// SPDX-License-Identifier: Apache-2.0
#include "server_observer.hpp"

namespace kazoo::sim {

void ServerObserver::on_transaction(const std::shared_ptr<const server::Transaction>& transaction) {
    chronicle_.advance_to(transaction->zxid);
    Write write;
    write.zxid = transaction->zxid;
    write.time = now_;
    write.author = author_;
    write.by_end_of_session = transaction->closed_session != 0;
    for (const auto& effect : transaction->effects) {
        if (const auto* create = std::get_if<server::CreateEffect>(&effect)) {
            write.kind = Write::Kind::create;
            write.path = create->path;
            write.data = create->data.value_or("");
            chronicle_.add(write, create->owner);
        } else if (const auto* removal = std::get_if<server::DeleteEffect>(&effect)) {
            write.kind = Write::Kind::remove;
            write.path = removal->path;
            write.data.clear();
            chronicle_.add(write);
        } else if (const auto* set = std::get_if<server::SetDataEffect>(&effect)) {
            write.kind = Write::Kind::set;
            write.path = set->path;
            write.data = set->data.value_or("");
            chronicle_.add(write);
        }
    }
}

}  // namespace kazoo::sim
