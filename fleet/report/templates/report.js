"use strict";
(() => {
  const byId = id => document.getElementById(id);
  const table = byId("table"), body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  const rows = [...body.rows], texts = new Map(rows.map(row => [row, row.textContent.toLowerCase()]));
  const search = byId("filter"), free = byId("free"), status = byId("status");

  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.sort === undefined ? cell.textContent.trim() : Number(cell.dataset.sort);
  };
  const compare = (x, y) => typeof x === "number" ? x - y : x.localeCompare(y, undefined, { numeric: true });

  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const before = head.getAttribute("aria-sort");
    const up = before === null ? !head.classList.contains("num") : before === "descending";
    heads.forEach(other => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    rows.sort((a, b) => compare(value(a, column), value(b, column)) * (up ? 1 : -1));
    body.append(...rows);
    status.textContent = `Sorted by ${head.textContent.trim()}, ${up ? "lowest" : "highest"} first`;
  }));

  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const wanted = words.length > 0 || free.checked || !("free" in row.dataset);
      row.hidden = !wanted || !words.every(word => texts.get(row).includes(word));
      count += !row.hidden;
    }
    byId("shown").textContent = count;
    status.textContent = words.length ? `Resources that match: ${count}` : "";
  };
  search.addEventListener("input", show);
  free.addEventListener("change", show);
  byId("tools").hidden = false;
  show();

  const sought = byId("seek");
  if (sought) {
    sought.addEventListener("input", () => {
      const words = sought.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const rule of document.querySelectorAll(".rule")) {
        const about = rule.dataset.about.toLowerCase();
        for (const item of rule.querySelectorAll("li")) {
          const text = about + " " + item.textContent.toLowerCase();
          item.hidden = !words.every(word => text.includes(word));
          count += !item.hidden;
        }
        rule.hidden = !rule.querySelector("li:not([hidden])");
        if (words.length && !rule.hidden) rule.closest("details").open = true;
      }
      byId("sought").textContent = words.length ? `Findings that match: ${count}` : "";
    });
    sought.closest(".tools").hidden = false;
  }
})();
