// Keys on every page: / goes to the search, j and k move along the rows, Enter opens the row.
"use strict";

const rows = Array.from(document.querySelectorAll("tbody tr"));
let at = -1;

function select(next) {
  if (rows.length === 0) return;
  if (at >= 0) rows[at].classList.remove("selected");
  at = Math.max(0, Math.min(rows.length - 1, next));
  rows[at].classList.add("selected");
  rows[at].scrollIntoView({ block: "nearest" });
  const link = rows[at].querySelector("a");
  if (link) link.focus({ preventScroll: true });
  else document.activeElement.blur();
}

function open() {
  const link = at >= 0 && rows[at].querySelector("a");
  if (link) link.click();
}

document.addEventListener("keydown", (event) => {
  const search = document.getElementById("search");
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === search) {
    if (event.key === "Escape") search.blur();
    return;
  }
  switch (event.key) {
    case "/":
      if (!search) return;
      search.focus();
      search.select();
      break;
    case "j":
      select(at + 1);
      break;
    case "k":
      select(at - 1);
      break;
    case "Enter":
      if (event.target !== document.body) return;
      open();
      break;
    default:
      return;
  }
  event.preventDefault();
});
