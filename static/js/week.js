// Paints a week by pointer, finger or arrow keys. Without it each box is ticked by itself.
for (const table of document.querySelectorAll(".week")) {
  const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("input")]);
  const rtl = getComputedStyle(table).direction === "rtl";
  let brush = null;
  table.classList.add("paints");

  const boxAt = ({ clientX, clientY }) => document.elementFromPoint(clientX, clientY)?.closest(".week td")?.querySelector("input");

  table.addEventListener("pointerdown", (event) => {
    const box = event.target.closest("td")?.querySelector("input");
    if (!box || event.button) return;
    brush = !box.checked;
    box.checked = brush;
    box.focus({ preventScroll: true });
    event.target.releasePointerCapture?.(event.pointerId);
  });
  table.addEventListener("pointermove", (event) => {
    if (brush === null) return;
    const box = boxAt(event);
    if (box) box.checked = brush;
  });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { brush = null; });
  // The pointer has ticked it already; a click of the keyboard has no pointer.
  table.addEventListener("click", (event) => { if (event.detail) event.preventDefault(); });

  table.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, rtl ? 1 : -1], ArrowRight: [0, rtl ? -1 : 1] };
    const step = steps[event.key];
    const row = rows.findIndex((boxes) => boxes.includes(event.target));
    if (!step || row < 0) return;
    const column = rows[row].indexOf(event.target);
    const next = rows[row + step[0]]?.[column + step[1]];
    event.preventDefault();
    if (!next) return;
    if (event.shiftKey) next.checked = event.target.checked;
    next.focus();
  });
}
