// Says what a day hits while it is typed. Without it the page says so after saving.
const PAUSE = 300;

for (const place of document.querySelectorAll("[data-hits]")) {
  const fields = place.parentElement;
  let timer, asked = 0;
  const ask = async () => {
    const turn = ++asked;
    const address = new URL(place.dataset.hits, location.href);
    for (const field of fields.querySelectorAll("input[name], select[name]")) {
      if (field.type !== "radio" || field.checked) address.searchParams.set(field.name, field.value);
    }
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected && turn === asked) place.innerHTML = await answer.text();
    } catch {
      // Offline: the page says it after saving.
    }
  };
  fields.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
}
