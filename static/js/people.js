// The table follows what is typed: it is fetched from the same address the form would lead to, so
// that what one sees can be kept, sent and come back to. Without this the form works by its button.
const form = document.querySelector("form[data-live]");
let waiting, running;

function address() {
  const said = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(said).toString();
  return form.action + (query ? `?${query}` : "");
}

async function refresh() {
  running?.abort();
  running = new AbortController();
  const shown = document.getElementById(form.dataset.live), path = address();
  shown.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(path, { signal: running.signal, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return form.submit();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const ticked = new Set([...shown.querySelectorAll("[name=ticked]:checked")].map((one) => one.value));
    const count = shown.querySelector("[data-count]"), fresh = page.getElementById(form.dataset.live);
    for (const one of fresh.querySelectorAll("[name=ticked]")) one.checked = ticked.has(one.value);
    const said = fresh.querySelector("[data-count]");
    if (count && said && count.textContent !== said.textContent) count.textContent = said.textContent;
    if (count && said) said.replaceWith(count); // the same element, so that it is read out
    shown.replaceChildren(...fresh.childNodes);
    history.replaceState(null, "", path);
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
    return;
  }
  shown.removeAttribute("aria-busy");
}

if (form) {
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, event.target.type === "search" ? 200 : 0);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    refresh();
  });
}
