// SPDX-License-Identifier: Apache-2.0
// The node that is selected: its data, stat and ACL, and its changes.
import { createNode, deleteNode, getNode, setAcl, setNode } from "./api.js";
import * as bytes from "./bytes.js";
import { ask, button, byId, element, join, parentOf } from "./dom.js";

const SHOWN = { text: 256 * 1024, json: 256 * 1024, hex: 32 * 1024 }; // bytes, unless asked for all
const COLOURED = 64 * 1024;

const STAT = [
  ["version", "Version"], ["dataLength", "Data length"], ["numChildren", "Children"],
  ["created", "Created"], ["modified", "Modified"], ["czxid", "czxid"], ["mzxid", "mzxid"],
  ["pzxid", "pzxid"], ["cversion", "Children version"], ["aversion", "ACL version"],
  ["ephemeralOwner", "Ephemeral owner"],
];

/** Returns what is shown of a node beside its stat, as a text. */
const dataText = ({ data, encoding, acl, dataError, aclError, stat }) =>
  JSON.stringify([data, encoding, acl, dataError, aclError, stat?.version, stat?.czxid]);

export class NodeView {
  /** `page`: {canWrite(), select(path), writeHint()} */
  constructor(page) {
    this.page = page;
    this.view = byId("detail");
    this.path = null;
    this.node = null;
    this.form = null; // of the data: text, json or hex; null: the one that fits
    this.all = false;
    this.editing = null; // {version, input, form}
    this.reads = 0;
    this.refreshing = false;
    this.again = false;
  }

  async show(path) {
    if (path !== this.path) {
      this.path = path;
      this.form = null;
      this.all = false;
      this.editing = null;
      this.node = null;
    }
    await this.read();
  }

  async read() {
    const mine = ++this.reads;
    const path = this.path;
    let node = null;
    let problem = null;
    try {
      node = await getNode(path);
    } catch (error) {
      problem = error;
    }
    if (mine !== this.reads || path !== this.path) {
      return;
    }
    if (this.editing) {
      this.warnEditor(node, problem);
      return;
    }
    const same = this.node && node && dataText(this.node) === dataText(node);
    this.node = node;
    if (same) { // what the user reads, or has marked, stays as it is
      this.view.querySelector(".heading").replaceWith(this.heading());
      this.view.querySelector("#stat-card").replaceWith(this.statCard());
      this.onMode();
    } else {
      this.draw(problem);
    }
  }

  /** Nodes have changed on the servers. */
  async onChanges(paths) {
    const concerned = paths.some((path) => path === this.path || parentOf(path) === this.path);
    if (this.path === null || !concerned) {
      return;
    }
    this.again = true;
    if (this.refreshing) {
      return;
    }
    this.refreshing = true;
    while (this.again) {
      this.again = false;
      await this.read();
    }
    this.refreshing = false;
  }

  /** Read-only mode was switched. */
  onMode() {
    for (const control of this.view.querySelectorAll(".writes")) {
      control.disabled = !this.page.canWrite();
      control.title = this.page.canWrite() ? "" : this.page.writeHint();
    }
  }

  draw(problem) {
    const parts = [this.heading()];
    if (problem) {
      parts.push(element("p", { class: "problem", role: "alert", id: "problem" },
        problem.code === "no_node" ? "The node does not exist." : problem.message));
    } else {
      parts.push(this.dataCard(), element("div", { class: "cards" }, this.statCard(),
        this.aclCard()));
    }
    this.view.replaceChildren(...parts);
    this.onMode();
  }

  heading() {
    const names = this.path === "/" ? [] : this.path.slice(1).split("/");
    const crumbs = [button("/", () => this.page.select("/"), { class: "crumb" })];
    let path = "/";
    names.forEach((name, i) => {
      path = join(path, name);
      const target = path;
      crumbs.push(i > 0 ? element("span", { class: "slash" }, "/") : null,
        button(name, () => this.page.select(target), { class: "crumb" }));
    });
    const stat = this.node?.stat;
    const chips = stat ? [
      element("span", { class: "chip", id: "version" }, "version " + stat.version),
      element("span", { class: "chip" }, bytes.sizeText(stat.dataLength)),
      stat.ephemeralOwner
        ? element("span", { class: "chip tag" }, "ephemeral of " + stat.ephemeralOwner) : null,
    ] : [];
    return element("div", { class: "heading" },
      element("h1", { class: "mono", id: "path" }, crumbs),
      element("div", { class: "chips" }, chips),
      element("div", { class: "actions" },
        this.node ? button("New child", () => this.create(), { class: "writes", id: "create" })
          : null,
        stat && this.path !== "/"
          ? button("Delete", () => this.remove(), { class: "writes danger", id: "delete" })
          : null));
  }

  // The data.

  dataCard() {
    const { bytes: content, text } = bytes.decode(this.node);
    const body = element("div", { class: "body" });
    const form = this.form ?? (bytes.isJson(text) ? "json" : bytes.isBinary(text) ? "hex"
      : "text");
    const tabs = ["text", "json", "hex"].map((name) => button(
      { text: "Text", json: "JSON", hex: "Hex" }[name],
      () => { this.form = name; this.draw(); },
      { "aria-pressed": name === form, disabled: name !== "hex" &&
        (text === null || (name === "json" && !bytes.isJson(text))) }));
    if (this.node.dataError) {
      body.append(element("p", { class: "problem" }, this.node.dataError.error));
    } else if (content === null) {
      body.append(element("p", { class: "hint" }, "The node has no data (null)."));
    } else if (content.length === 0) {
      body.append(element("p", { class: "hint" }, "The data are empty."));
    } else {
      this.fillData(body, form, content, text);
    }
    const edit = this.node.dataError ? null
      : button("Edit", () => this.edit(content, text), { class: "writes", id: "edit" });
    const copy = text === null ? null
      : button("Copy", () => navigator.clipboard.writeText(text), { id: "copy" });
    return element("section", { class: "card data", id: "data" },
      element("div", { class: "card-head" }, element("h2", {}, "Data"),
        element("div", { class: "segmented", role: "group", "aria-label": "Form of the data" },
          tabs), element("span", { class: "space" }), copy, edit), body);
  }

  fillData(body, form, content, text) {
    const limit = this.all ? Infinity : SHOWN[form];
    const pre = element("pre", { class: "mono " + form, id: "content", tabindex: "0" });
    if (form === "hex") {
      pre.textContent = bytes.hexDump(content.subarray(0, Math.min(limit, content.length)));
    } else if (form === "json" && text.length <= COLOURED) {
      pre.append(...bytes.prettyJson(text).map(([kind, part]) =>
        (kind ? element("span", { class: kind }, part) : part)));
    } else if (form === "json") {
      pre.textContent = bytes.prettyJson(text).map(([, part]) => part).join("").slice(0, limit);
    } else {
      pre.textContent = text.slice(0, limit);
    }
    body.append(pre);
    if (content.length > limit) {
      body.append(button(`Show all ${bytes.sizeText(content.length)}`, () => {
        this.all = true;
        this.draw();
      }));
    }
  }

  // Changes.

  edit(content, text) {
    const hex = content !== null && bytes.isBinary(text);
    const input = element("textarea", {
      class: "mono", id: "editor", spellcheck: "false", "aria-label": "Data of the node",
      rows: "14",
    });
    input.value = hex ? bytes.plainHex(content) : text ?? "";
    const problem = element("p", { class: "problem", role: "alert", id: "edit-problem",
      hidden: true });
    this.editing = { version: this.node.stat.version, input, hex, problem };
    const body = element("div", { class: "body" }, input,
      element("p", { class: "hint" }, hex ? "Hexadecimal digits; blanks are ignored."
        : "Saved only if the version is still " + this.node.stat.version + "."),
      problem, element("div", { class: "actions" },
        button("Cancel", () => this.stopEditing(), { id: "cancel" }),
        button("Save", () => this.save(), { class: "primary writes", id: "save" })));
    this.view.querySelector("#data .body").replaceWith(body);
    for (const control of this.view.querySelectorAll("#data .card-head button")) {
      control.disabled = true;
      control.classList.remove("writes");
    }
    input.focus();
  }

  stopEditing() {
    this.editing = null;
    this.read();
  }

  async save() {
    const { input, hex, version } = this.editing;
    const content = hex ? bytes.parseHex(input.value) : null;
    if (hex && content === null) {
      this.editProblem("These are not hexadecimal digits in pairs.");
      return;
    }
    const data = hex ? { data: bytes.toBase64(content), encoding: "base64" }
      : { data: input.value };
    try {
      await setNode(this.path, data, version);
      this.stopEditing();
    } catch (error) {
      this.editProblem(error.code === "bad_version"
        ? "Not saved: the node has been changed since you began to edit it. Copy what you need, " +
          "then cancel to see the present data."
        : "Not saved: " + error.message);
    }
  }

  editProblem(text) {
    if (this.editing) {
      this.editing.problem.textContent = text;
      this.editing.problem.hidden = false;
    }
  }

  /** The node has been read while it is being edited. */
  warnEditor(node, problem) {
    if (problem?.status === 404) {
      this.editProblem("The node has been deleted.");
    } else if (node && node.stat.version !== this.editing.version &&
        this.editing.problem.hidden) {
      this.editProblem(`The node has been changed meanwhile: its version is now ` +
        `${node.stat.version}. Saving will be refused.`);
    }
  }

  create() {
    const name = element("input", { class: "mono", id: "new-name", required: true,
      autocomplete: "off", spellcheck: "false" });
    const data = element("textarea", { class: "mono", id: "new-data", rows: "5",
      spellcheck: "false" });
    const sequence = element("input", { type: "checkbox" });
    const parent = this.path;
    ask({
      title: "New child of " + parent,
      confirm: "Create",
      fields: [
        element("label", {}, "Name", name), element("label", {}, "Data", data),
        element("label", { class: "check" }, sequence, "Sequence: append ten digits"),
      ],
      submit: async () => {
        const made = await createNode(join(parent, name.value), { data: data.value },
          { sequence: sequence.checked, parents: name.value.includes("/") });
        this.page.select(made.path);
      },
    });
  }

  remove() {
    const { path, node } = this;
    ask({
      title: "Delete this node?",
      confirm: "Delete",
      danger: true,
      fields: [
        element("p", { class: "mono" }, path),
        element("p", { class: "hint" }, "Deleted only if its version is still " +
          `${node.stat.version} and it has no children.`),
      ],
      submit: async () => {
        await deleteNode(path, node.stat.version);
        this.page.select(parentOf(path));
      },
    });
  }

  editAcl() {
    const { path, node } = this;
    const entries = element("textarea", { class: "mono", id: "new-acl", rows: "5",
      spellcheck: "false" });
    entries.value = node.acl.join("\n");
    ask({
      title: "ACL of " + path,
      confirm: "Save",
      fields: [
        element("label", {}, "Entries, one a line: scheme:id:cdrwa", entries),
        element("p", { class: "hint" }, "Saved only if the version of the ACL is still " +
          node.stat.aversion + "."),
      ],
      submit: async () => {
        const acl = entries.value.split("\n").map((line) => line.trim())
          .filter((line) => line !== "");
        try {
          await setAcl(path, acl, node.stat.aversion);
        } catch (error) {
          throw error.code === "bad_version"
            ? new Error("Not saved: the ACL has been changed since it was shown.") : error;
        }
        await this.read();
      },
    });
  }

  // Stat and ACL.

  statCard() {
    const rows = !this.node.stat ? [] : STAT.filter(([name]) => this.node.stat[name] !== "").map(([name, title]) =>
      element("tr", {}, element("th", { scope: "row" }, title),
        element("td", { class: "mono" }, this.statValue(name))));
    return element("section", { class: "card", id: "stat-card" },
      element("div", { class: "card-head" }, element("h2", {}, "Stat")),
      element("table", { id: "stat" }, element("tbody", {}, rows)));
  }

  statValue(name) {
    const value = this.node.stat[name];
    return name === "created" || name === "modified"
      ? value.replace("T", " ").replace("Z", " UTC") : String(value);
  }

  aclCard() {
    const { acl, aclError } = this.node;
    const rows = (acl ?? []).map((entry) => {
      const end = entry.lastIndexOf(":");
      const permissions = [..."cdrwa"].map((letter) => element("span", {
        class: entry.slice(end + 1).includes(letter) ? "perm" : "perm off",
        title: { c: "create", d: "delete", r: "read", w: "write", a: "admin" }[letter],
      }, letter));
      return element("tr", {}, element("td", { class: "mono" }, entry.slice(0, end)),
        element("td", { class: "perms mono" }, permissions));
    });
    const edit = aclError || !this.node.stat ? null
      : button("Edit", () => this.editAcl(), { class: "writes", id: "edit-acl" });
    return element("section", { class: "card" },
      element("div", { class: "card-head" }, element("h2", {}, "ACL"),
        element("span", { class: "space" }), edit),
      aclError ? element("p", { class: "problem" }, aclError.error)
        : element("table", { id: "acl" }, element("tbody", {}, rows)));
  }
}
