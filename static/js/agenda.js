// Drag an item before another, or with Shift into it. Without it the buttons do the same.
const agenda = document.querySelector("[data-agenda]");
let dragged = null;

const itemAt = (event) => event.target.closest("[data-item]");
const unmark = () =>
  agenda.querySelectorAll(".drops-before").forEach((item) => item.classList.remove("drops-before"));

for (const item of agenda ? agenda.querySelectorAll("[data-item] > .edit-item") : []) {
  item.draggable = true;
}
agenda?.addEventListener("dragstart", (event) => {
  if (!event.target.classList?.contains("edit-item")) return;
  dragged = itemAt(event);
  dragged.classList.add("is-dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.item);
});
agenda?.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  dragged = null;
  unmark();
});
agenda?.addEventListener("dragover", (event) => {
  const onto = itemAt(event);
  if (!dragged || !onto || dragged.contains(onto)) return;
  event.preventDefault();
  unmark();
  onto.classList.add("drops-before");
});
agenda?.addEventListener("drop", (event) => {
  const onto = itemAt(event);
  if (!dragged || !onto || dragged.contains(onto)) return;
  event.preventDefault();
  const form = dragged.querySelector("form");
  const values = { onto: onto.dataset.item, way: event.shiftKey ? "inside" : "before" };
  for (const [name, value] of Object.entries(values)) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  form.submit();
});
