/* How the wall puts figures on the screen: texts are replaced where they stand, lists have a fixed number of rows that are
   filled anew, and what has just changed wears a mark for some seconds. Nothing is made or thrown away while it runs. */
(function () {
  "use strict";

  const make = (tag, name, ...children) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.append(...children);
    return node;
  };

  const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  /* Puts a text into a node and says whether it is another one. */
  const put = (node, text) => {
    const wanted = text ?? "";
    const held = node.firstChild;
    if (held && held.nodeType === 3) {
      if (held.nodeValue === wanted) return false;
      held.nodeValue = wanted;
      return true;
    }
    if (!held && wanted === "") return false;
    node.replaceChildren(document.createTextNode(wanted));
    return true;
  };

  const attribute = (node, name, value) => {
    const wanted = value === null || value === undefined || value === false ? null : String(value);
    if (node.getAttribute(name) === wanted) return;
    if (wanted === null) node.removeAttribute(name);
    else node.setAttribute(name, wanted);
  };

  const MARKED = 3000;
  const marked = new Map();

  /* A mark stands still and is taken away by the one clock of the wall: an animation would have the whole screen drawn
     sixty times a second, for weeks. */
  const mark = (node) => {
    node.setAttribute("data-changed", "");
    marked.set(node, window.performance.now());
  };
  const unmark = (node) => {
    if (marked.delete(node)) node.removeAttribute("data-changed");
  };
  const unmarked = (mono) => {
    for (const [node, since] of marked) if (mono - since >= MARKED) unmark(node);
  };

  /* Puts a figure, and marks it when it replaces another one of the same thing. */
  const figure = (node, text, same) => {
    const before = node.firstChild !== null;
    if (put(node, text) && before && same) mark(node);
    else if (!same) unmark(node);
  };

  /* What is too long for its line is set smaller and on two lines, never cut within a letter. */
  const fit = (node) => {
    node.classList.remove("is-long");
    if (node.clientWidth && node.scrollWidth > node.clientWidth) node.classList.add("is-long");
  };

  const TURN = 12000;

  /* A list in a box of fixed height. What does not fit stands on further pages, which follow one another.
     `make` gives a row with its parts, `write(row, item, same)` fills it; `same` says that it held this item before. */
  const list = (box, parts) => {
    const rows = [];
    let items = [];
    let page = 0;
    let turned = 0;
    let room = 0;
    let each = 0;
    const place = make("p", "page-of");
    const columns = () => (parts.columns ? parts.columns() : 1);

    /* As many rows as fit at their least height; what is left over is shared among them. */
    const measured = () => {
      const first = rows[0] || add();
      first.root.hidden = false;
      const least = parseFloat(window.getComputedStyle(first.root).minHeight);
      if (!least || !box.clientHeight) return room;
      return Math.max(1, Math.floor((box.clientHeight + 1) / least)) * columns();
    };
    /* Pages are equally long, so that the last one is not left with a row or two. */
    const shared = () => {
      const pages = Math.max(1, Math.ceil(items.length / Math.max(room, 1)));
      each = pages > 1 ? Math.ceil(items.length / pages / columns()) * columns() : Math.max(room, 1);
      box.style.setProperty("--fit", String(each / columns()));
      return pages;
    };
    const add = () => {
      const row = parts.make();
      row.key = null;
      rows.push(row);
      box.append(row.root);
      return row;
    };
    const write = () => {
      const pages = shared();
      page %= pages;
      while (rows.length < each) add();
      while (rows.length > each) rows.pop().root.remove();
      rows.forEach((row, at) => {
        const item = items[page * each + at];
        row.root.hidden = item === undefined;
        if (item === undefined) {
          row.key = null;
          return;
        }
        const key = parts.key(item);
        parts.write(row, item, row.key === key);
        row.key = key;
      });
      put(place, pages > 1 ? `${page + 1} / ${pages}` : "");
    };
    const resized = () => {
      const found = measured();
      if (found !== room) {
        room = found;
        page = 0;
      }
      write();
      rows.forEach((row) => row.fit?.());
    };
    new ResizeObserver(resized).observe(box);
    return {
      place,
      show: (given) => {
        items = given;
        room = measured();
        write();
      },
      /* Rows of another kind: those that are there are thrown away. */
      again: () => {
        rows.splice(0).forEach((row) => row.root.remove());
        room = 0;
      },
      /* The next page, when this one has stood long enough; called by the one clock of the wall. */
      turn: (mono) => {
        if (mono - turned < TURN) return false;
        turned = mono;
        if (items.length <= room) return false;
        page += 1;
        write();
        return true;
      },
      get many() {
        return Math.max(1, Math.ceil(items.length / Math.max(room, 1)));
      },
    };
  };

  window.yiping = Object.assign(window.yiping || {}, { show: { make, fill, put, attribute, mark, unmark, unmarked, figure, fit, list, TURN } });
})();
