// SPDX-License-Identifier: Apache-2.0
// The tree. Children are read when a node is expanded, in pages; only the rows in view are elements
// of the page, and only their stats are read.
import { getChildren, getStats } from "./api.js";
import { byId, element, join, parentOf } from "./dom.js";

const ROW = 26;
const PAGE = 1000;
const MOST_STATS = 200;

class Node {
  constructor(path, depth) {
    this.path = path;
    this.name = path === "/" ? "/" : path.slice(path.lastIndexOf("/") + 1);
    this.depth = depth;
    this.expanded = false;
    this.children = null; // sorted; null: never read
    this.last = null; // the last name of the pages that have been read
    this.more = 0; // how many children follow it
    this.loading = false;
    this.pending = null; // the page that is being read
    this.missed = false; // a child came or went while the children were being read
    this.error = null;
    this.stat = null;
    this.stale = true; // the stat must be read again
    this.reading = false;
    this.epoch = 0; // of the stat
    this.changed = 0; // when it changed before the eyes of the user
  }
}

/** Returns the index of the first of the sorted nodes that does not precede a name. */
function placeOf(nodes, name) {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (nodes[middle].name < name) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

export class Tree {
  constructor(onSelect) {
    this.view = byId("tree");
    this.canvas = element("div", { class: "canvas", role: "presentation" });
    this.view.append(this.canvas);
    this.onSelect = onSelect;
    this.root = new Node("/", 0);
    this.nodes = new Map([["/", this.root]]);
    this.rows = [];
    this.selected = null;
    this.drawing = false;
    this.reloading = false;
    this.again = false;
    this.view.addEventListener("scroll", () => this.draw());
    this.view.addEventListener("keydown", (event) => this.onKey(event));
    // Not click: a row may be drawn anew between the press and the release of the button.
    this.view.addEventListener("mousedown", (event) => this.onPress(event));
    this.view.addEventListener("click", (event) => {
      if (event.detail === 0) { // of a program, such as a screen reader
        this.onPress(event);
      }
    });
    new ResizeObserver(() => this.draw()).observe(this.view);
  }

  // Reading.

  async expand(node) {
    node.expanded = true;
    if (node.children === null) {
      await this.readPage(node);
    }
    this.arrange();
  }

  /** Reads the next page of a node's children, unless that is under way. */
  readPage(node) {
    node.pending ??= this.loadPage(node).finally(() => (node.pending = null));
    return node.pending;
  }

  async loadPage(node) {
    if (node.loading) {
      return;
    }
    node.loading = true;
    this.arrange();
    try {
      const page = await getChildren(node.path, node.last ?? undefined, PAGE);
      node.error = null;
      this.merge(node, page.names);
      node.more = page.more;
      node.last = page.names.at(-1) ?? node.last;
      node.stat = page.stat;
      node.stale = false;
    } catch (error) {
      node.error = error.message;
      node.children ??= [];
    }
    node.loading = false;
    if (node.missed) {
      await this.reloadChildren(node);
    }
    this.arrange();
  }

  merge(node, names) {
    node.children ??= [];
    const known = new Set(node.children.map((child) => child.name));
    for (const name of names) {
      if (!known.has(name)) {
        node.children.push(this.child(node, name));
      }
    }
    node.children.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  child(parent, name) {
    const child = new Node(join(parent.path, name), parent.depth + 1);
    this.nodes.set(child.path, child);
    return child;
  }

  /** Reads again what is expanded, as far as it had been read; at most twice a second. */
  async reload() {
    this.again = true;
    if (this.reloading) {
      return;
    }
    this.reloading = true;
    while (this.again) {
      this.again = false;
      await this.reloadNodes();
      this.arrange();
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    this.reloading = false;
  }

  async reloadNodes() {
    for (const node of [...this.nodes.values()]) {
      this.outdate(node);
      if (node.children === null || this.nodes.get(node.path) !== node) {
        continue;
      }
      if (node.expanded) {
        await this.reloadChildren(node);
      } else {
        this.forgetChildren(node);
      }
    }
  }

  async reloadChildren(node) {
    if (node.loading) {
      node.missed = true;
      return;
    }
    node.loading = true;
    do {
      node.missed = false;
      try {
        await this.readAgain(node);
      } catch (error) {
        if (error.status === 404) {
          this.remove(node);
        }
      }
    } while (node.missed);
    node.loading = false;
  }

  async readAgain(node) {
    const wanted = node.children.length;
    const names = [];
    let more = 0;
    do {
      const page = await getChildren(node.path, names.at(-1), 5 * PAGE);
      names.push(...page.names);
      more = page.more;
    } while (more > 0 && names.length < wanted);
    const present = new Set(names);
    for (const child of (node.children ?? []).filter((one) => !present.has(one.name))) {
      this.remove(child);
    }
    this.merge(node, names);
    node.more = more;
    node.last = names.at(-1) ?? null;
  }

  forgetChildren(node) {
    for (const child of node.children ?? []) {
      this.forgetChildren(child);
      this.nodes.delete(child.path);
    }
    node.children = null;
    node.last = null;
    node.more = 0;
  }

  remove(node) {
    if (node === this.root) {
      return;
    }
    this.forgetChildren(node);
    this.nodes.delete(node.path);
    const siblings = this.nodes.get(parentOf(node.path))?.children ?? [];
    const at = placeOf(siblings, node.name);
    if (siblings[at] === node) {
      siblings.splice(at, 1);
    }
  }

  /** Applies a change that the server has reported. */
  apply({ type, path }) {
    const node = this.nodes.get(path);
    const parent = path === "/" ? undefined : this.nodes.get(parentOf(path));
    if (node) {
      this.outdate(node);
      node.changed = Date.now();
    }
    if (type === "CHANGED" || !parent) {
      return;
    }
    this.outdate(parent);
    parent.missed = parent.missed || parent.loading;
    if (type === "DELETED" && node) {
      this.remove(node);
    } else if (type === "CREATED" && !node && parent.children !== null) {
      this.insert(parent, path.slice(path.lastIndexOf("/") + 1));
    }
  }

  insert(parent, name) {
    if (parent.more > 0 && name > parent.last) {
      parent.more++;
      return null;
    }
    const child = this.child(parent, name);
    child.changed = Date.now();
    parent.children.splice(placeOf(parent.children, name), 0, child);
    if (parent.more === 0) {
      parent.last = parent.children.at(-1).name;
    }
    return child;
  }

  outdate(node) {
    node.epoch++;
    node.stale = true;
    node.reading = false;
  }

  /** Reads the stats of the rows in view. */
  async readStats(nodes) {
    const wanted = nodes.filter((node) => node.stale && !node.reading).slice(0, MOST_STATS);
    if (wanted.length === 0) {
      return;
    }
    const epochs = wanted.map((node) => {
      node.reading = true;
      return node.epoch;
    });
    try {
      const { stats } = await getStats(wanted.map((node) => node.path));
      wanted.forEach((node, i) => {
        if (node.epoch === epochs[i]) {
          node.stat = stats[i] ?? {};
          node.stale = false;
          node.reading = false;
        }
      });
      this.draw();
    } catch (error) {
      setTimeout(() => {
        wanted.forEach((node) => (node.reading = false));
        this.draw();
      }, 2000);
    }
  }

  // Selecting.

  select(path, { reveal = false, notify = true } = {}) {
    this.selected = path;
    if (notify) {
      this.onSelect(path);
    }
    this.arrange();
    if (reveal) {
      this.reveal(path);
    }
  }

  /** Expands the ancestors of a node and scrolls to it. */
  async reveal(path) {
    let node = this.root;
    const names = path === "/" ? [] : path.slice(1).split("/");
    for (const name of names) {
      await this.expand(node);
      let next = this.nodes.get(join(node.path, name));
      if (!next && node.more > 0) { // far behind the pages that have been read
        this.merge(node, [name]);
        next = this.nodes.get(join(node.path, name));
      }
      if (!next) {
        break;
      }
      node = next;
    }
    this.arrange();
    this.scrollTo(this.rows.findIndex((row) => row.node === node && !row.more));
  }

  scrollTo(index) {
    const top = index * ROW;
    if (index >= 0 && (top < this.view.scrollTop ||
        top + ROW > this.view.scrollTop + this.view.clientHeight)) {
      this.view.scrollTop = top - this.view.clientHeight / 3;
    }
    this.draw();
  }

  toggle(node) {
    if (node.expanded) {
      node.expanded = false;
      this.arrange();
    } else {
      this.expand(node);
    }
  }

  onPress(event) {
    const pressed = event.target.closest(".row");
    if (!pressed || event.button > 0) {
      return;
    }
    const node = this.nodes.get(pressed.dataset.path ?? pressed.dataset.parent);
    if (!node) {
      return;
    }
    if (pressed.dataset.parent) {
      this.readPage(node);
    } else if (event.target.closest(".twist") || event.detail === 2) {
      this.toggle(node);
    } else {
      this.select(node.path);
    }
  }

  onKey(event) {
    const index = this.rows.findIndex((row) => !row.more && row.node.path === this.selected);
    const node = this.rows[index]?.node;
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[event.key];
    if (move) {
      this.moveTo(Math.min(Math.max(index + move, 0), this.rows.length - 1), Math.sign(move));
    } else if (event.key === "ArrowRight" && node && !node.expanded) {
      this.expand(node);
    } else if (event.key === "ArrowLeft" && node) {
      if (node.expanded) {
        this.toggle(node);
      } else {
        this.select(parentOf(node.path), { reveal: true });
      }
    } else if (event.key === "Enter" && node) {
      this.toggle(node);
    } else {
      return;
    }
    event.preventDefault();
  }

  moveTo(index, direction) {
    const at = this.rows[index]?.more ? index + direction : index;
    if (this.rows[at] && !this.rows[at].more) {
      this.select(this.rows[at].node.path);
      this.scrollTo(at);
    }
  }

  // Drawing.

  /** Lists the rows anew and draws them, with the next frame. */
  arrange() {
    this.outdated = true;
    this.draw();
  }

  draw() {
    if (!this.drawing) {
      this.drawing = true;
      // Not requestAnimationFrame, which does not run in background tabs.
      queueMicrotask(() => {
        this.drawing = false;
        this.drawNow();
      });
    }
  }

  drawNow() {
    if (this.outdated) {
      this.outdated = false;
      this.rows = [];
      this.list(this.root);
      this.canvas.style.height = this.rows.length * ROW + "px";
    }
    const first = Math.max(0, Math.floor(this.view.scrollTop / ROW) - 4);
    const count = Math.ceil((this.view.clientHeight || 600) / ROW) + 8;
    const visible = this.rows.slice(first, first + count);
    this.canvas.replaceChildren(...visible.map((row, i) => this.rowElement(row, first + i)));
    for (const row of visible) {
      if (row.more && row.node.more > 0 && !row.node.error) {
        this.readPage(row.node);
      }
    }
    this.readStats(visible.filter((row) => !row.more).map((row) => row.node));
  }

  list(root) {
    const stack = [{ node: root }];
    while (stack.length > 0) {
      const row = stack.pop();
      this.rows.push(row);
      const { node } = row;
      if (row.more || !node.expanded) {
        continue;
      }
      if (node.more > 0 || node.loading || node.error) {
        stack.push({ node, more: true });
      }
      for (let i = (node.children?.length ?? 0) - 1; i >= 0; i--) {
        stack.push({ node: node.children[i] });
      }
    }
  }

  rowElement(row, index) {
    const { node } = row;
    const depth = node.depth + (row.more ? 1 : 0);
    const made = element("div", { class: row.more ? "row more" : "row", role: "treeitem" });
    made.style.top = index * ROW + "px";
    made.style.paddingLeft = 6 + depth * 16 + "px";
    if (row.more) {
      made.append(node.error ?? (node.loading ? "Loading\u2026" : `${node.more} more\u2026`));
      made.classList.toggle("failed", Boolean(node.error));
      made.dataset.parent = node.path;
      return made;
    }
    made.dataset.path = node.path;
    made.setAttribute("aria-level", depth + 1);
    made.setAttribute("aria-selected", node.path === this.selected);
    this.fillRow(made, node);
    return made;
  }

  fillRow(made, node) {
    const stat = node.stat ?? {};
    const twist = element("span", { class: "twist", "aria-hidden": "true" });
    if (stat.numChildren > 0 || node.children?.length > 0) {
      twist.textContent = node.expanded ? "\u25be" : "\u25b8";
      made.setAttribute("aria-expanded", node.expanded);
    }
    made.append(twist, element("span", { class: "name" }, node.name));
    if (stat.ephemeralOwner) {
      made.append(element("span", { class: "tag", title: "ephemeral, of the session " +
        stat.ephemeralOwner }, "ephemeral"));
    }
    if (stat.numChildren > 0) {
      made.append(element("span", { class: "count" }, stat.numChildren.toLocaleString("en")));
    }
    if (Date.now() - node.changed < 1500) {
      made.classList.add("changed");
    }
  }
}
