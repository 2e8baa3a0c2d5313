// SPDX-License-Identifier: Apache-2.0
// The sessions that the servers know, with their ephemeral nodes.
import { getSessions } from "./api.js";
import { button, byId, element } from "./dom.js";

const SHOWN = 200; // ephemeral nodes of a session

export class SessionsView {
  constructor(page) {
    this.page = page;
    this.view = byId("sessions-pane");
    this.reading = false;
  }

  async show() {
    if (this.reading) {
      return;
    }
    this.reading = true;
    this.draw([element("p", { class: "hint" }, "Reading\u2026")]);
    try {
      const found = await getSessions();
      this.draw(this.cards(found));
    } catch (error) {
      this.draw([element("p", { class: "problem", role: "alert" }, error.message)]);
    }
    this.reading = false;
  }

  draw(parts) {
    this.view.replaceChildren(
      element("div", { class: "list-head" }, element("span", { class: "space" }),
        button("Refresh", () => this.show(), { id: "refresh-sessions" })),
      element("div", { class: "list" }, parts));
  }

  cards({ sessions, searched, complete }) {
    const notes = [];
    if (searched) {
      notes.push(element("p", { class: "hint" }, "Found by reading the tree, because the server " +
        "does not allow the four-letter word dump: only sessions with ephemeral nodes are listed."));
    }
    if (!complete) {
      notes.push(element("p", { class: "hint" }, "There are more; not all have been read."));
    }
    const ordered = [...sessions].sort(
      (a, b) => b.ephemerals.length - a.ephemerals.length || (a.id < b.id ? -1 : 1));
    return [...notes, ...ordered.map((session) => this.card(session))];
  }

  card(session) {
    const links = session.ephemerals.slice(0, SHOWN).map((path) => element("li", {},
      button(path, () => this.page.select(path), { class: "link mono" })));
    const more = session.ephemerals.length - links.length;
    return element("section", { class: "session-card" },
      element("div", {},
        element("strong", { class: "mono" }, session.id),
        session.own ? element("span", { class: "tag" }, "this page") : null),
      element("div", { class: "hint mono" }, session.address),
      links.length > 0 ? element("ul", {}, links)
        : element("div", { class: "hint" }, "no ephemeral nodes"),
      more > 0 ? element("div", { class: "hint" }, more + " more") : null);
  }
}
