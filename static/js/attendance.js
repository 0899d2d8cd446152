// Records a tap without loading the page again; without script the same buttons do it.
const said = document.getElementById("attendance-said");

function show(form, mark) {
  form.elements.seen.value = mark;
  for (const button of form.querySelectorAll("button[data-mark]")) {
    const pressed = button.dataset.mark === mark;
    button.setAttribute("aria-pressed", String(pressed));
    button.value = pressed ? "none" : button.dataset.mark;
  }
}

for (const form of document.querySelectorAll("[data-attendance] form")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sent = new FormData(form, event.submitter);
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: sent,
        headers: { Accept: "application/json" },
      });
      const found = await answer.json();
      show(form, found.mark);
      said.textContent = found.said;
      said.classList.toggle("unseen", !found.said);
      said.classList.toggle("said", Boolean(found.said));
    } catch {
      const kept = Object.assign(document.createElement("input"), {
        type: "hidden",
        name: "mark",
        value: sent.get("mark"),
      });
      form.append(kept);
      form.submit();
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
}
