// Saves while one types: the same form, sent in the background. Without script there is its button.
const form = document.querySelector("[data-notes]");
const said = form.querySelector("[data-notes-said]");
const PAUSE = 1200;
const AGAIN = 5000;
let timer = 0;
let sending = false;
let dirty = false;

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

async function save() {
  if (sending) return later(PAUSE);
  sending = true;
  dirty = false;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
    });
    const found = await answer.json();
    for (const [name, seen] of Object.entries(found.seen ?? {})) {
      form.elements[`seen-${name}`].value = seen;
    }
    if (!dirty) said.textContent = found.said;
    else if (answer.ok) later(PAUSE);
  } catch {
    dirty = true;
    said.textContent = said.dataset.away;
    later(AGAIN);
  } finally {
    sending = false;
  }
}

form.addEventListener("input", () => {
  dirty = true;
  said.textContent = said.dataset.typing;
  // Where two texts stand side by side, only their reader knows when they are one.
  if (!("byHand" in form.dataset)) later(PAUSE);
});
form.addEventListener("submit", () => {
  clearTimeout(timer);
  dirty = false;
});
addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});
