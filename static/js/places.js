// A country brings its region, clocks and language along, until somebody chose these themselves.
const places = JSON.parse(document.getElementById("places").textContent);
const field = (name) => document.querySelector(`select[name=${name}]`);
const own = new Set();

for (const name of ["region", "zone", "locale"]) {
  field(name)?.addEventListener("change", () => own.add(name));
}
field("country")?.addEventListener("change", (event) => {
  const [region, zone] = places[event.target.value] ?? ["other", ""];
  for (const [name, value] of [["region", region], ["zone", zone]]) {
    const list = field(name);
    if (!own.has(name) && list && [...list.options].some((one) => one.value === value)) list.value = value;
  }
});
