// SPDX-License-Identifier: Apache-2.0
// Elements are built from texts. Nothing is ever interpreted as HTML.

/**
 * Returns an element. `properties` are attributes, but for `on`, an object of listeners. An
 * attribute that is true has no value, one that is false is left out; those of ARIA have texts.
 */
export function element(tag, properties = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") {
      for (const [type, listener] of Object.entries(value)) {
        made.addEventListener(type, listener);
      }
    } else if (name.startsWith("aria-")) {
      made.setAttribute(name, String(value));
    } else if (value === true) {
      made.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, value);
    }
  }
  made.append(...content.flat().filter((part) => part !== null && part !== undefined));
  return made;
}

export function button(text, listener, properties = {}) {
  return element("button", { type: "button", ...properties, on: { click: listener } }, text);
}

export const byId = (id) => document.getElementById(id);

/** Shows a dialog with a form; `submit` returns a promise, whose error is shown in the dialog. */
export function ask({ title, fields, confirm, danger, submit }) {
  const dialog = byId("dialog");
  const problem = element("p", { class: "problem", role: "alert", hidden: true });
  const accept = element(
    "button", { type: "submit", class: danger ? "danger" : "primary" }, confirm);
  const form = element(
    "form", {}, element("h2", {}, title), ...fields, problem,
    element("div", { class: "actions" }, button("Cancel", () => dialog.close()), accept));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    accept.disabled = true;
    try {
      await submit();
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      accept.disabled = false;
    }
  });
  dialog.replaceChildren(form);
  dialog.showModal();
}

export function parentOf(path) {
  const slash = path.lastIndexOf("/");
  return slash > 0 ? path.slice(0, slash) : "/";
}

export function join(parent, name) {
  return parent === "/" ? "/" + name : parent + "/" + name;
}
