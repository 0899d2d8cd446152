// Drag a card into a group, or onto somebody to change places with. While it is dragged each group
// says what that would cost. Without it the links and buttons do the same.
const board = document.querySelector("[data-groups]");
const form = document.querySelector("#moving");
let dragged = null;

const cardAt = (event) => event.target.closest("[data-card][data-at]");
const columnAt = (event) => event.target.closest("[data-column]");
const clear = (selector, act) => board.querySelectorAll(selector).forEach(act);
const unmark = () => clear(".drops-here", (one) => one.classList.remove("drops-here"));

// Onto whom or what it would fall: another card, else the column; never where it is already.
const target = (event) => {
  const card = cardAt(event), column = columnAt(event);
  if (!dragged || !column || column.dataset.column === dragged.dataset.at) return null;
  const swaps = card && dragged.dataset.at !== undefined && !card.classList.contains("is-locked");
  return swaps ? card : column;
};

const tellCosts = async (person) => {
  const answer = await fetch(`${board.dataset.groups}?pick=${person}`);
  const there = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (dragged?.dataset.card !== person) return;
  for (const column of board.querySelectorAll("[data-column]")) {
    const at = `[data-column="${column.dataset.column}"]`;
    const said = there.querySelector(`${at} > .acts [data-said]`);
    column.querySelector("[data-cost]").textContent = said ? said.textContent : "";
  }
};

for (const card of board?.querySelectorAll("[data-card]:not(.is-locked)") ?? []) {
  card.draggable = true;
}
board?.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card) return;
  dragged = card;
  card.classList.add("is-dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.card);
  tellCosts(card.dataset.card);
});
board?.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  dragged = null;
  unmark();
  clear("[data-cost]", (one) => { one.textContent = ""; });
});
board?.addEventListener("dragover", (event) => {
  const onto = target(event);
  if (!onto) return;
  event.preventDefault();
  unmark();
  onto.classList.add("drops-here");
});
board?.addEventListener("drop", (event) => {
  const onto = target(event);
  if (!onto) return;
  event.preventDefault();
  const swap = onto.dataset.card ? `:${onto.dataset.card}` : "";
  form.elements.person.value = dragged.dataset.card;
  form.elements.seen.value = dragged.dataset.at ?? "";
  const value = `${onto.dataset.at ?? onto.dataset.column}${swap}`;
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "onto", value }));
  form.submit();
});
