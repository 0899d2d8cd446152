// Shows beside each time being typed what the partner's clock shows then. Without it nothing is missing.
const { lang, dataset } = document.documentElement;
const locale = dataset.locale || lang;

function instant(day, time, zone) {
  const wall = Date.parse(`${day}T${time}:00Z`);
  if (Number.isNaN(wall)) return null;
  let at = wall;
  for (let turn = 0; turn < 2; turn += 1) at = wall - offset(at, zone);
  return new Date(at);
}

function offset(at, zone) {
  const style = { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" };
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en-u-nu-latn", style).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute) - Math.floor(at / 60000) * 60000;
}

for (const form of document.querySelectorAll("form[data-there]")) {
  const { zone, there, words } = form.dataset;
  if (zone === there) continue;
  const style = { timeZone: there, weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit" };
  for (const row of form.querySelectorAll(".moment")) {
    const [day, time] = row.querySelectorAll("input");
    const line = document.createElement("p");
    line.className = "other-clock";
    row.append(line);
    const show = () => {
      const at = day.value && time.value ? instant(day.value, time.value, zone) : null;
      line.textContent = at ? words.replace("{time}", new Intl.DateTimeFormat(locale, style).format(at)) : "";
    };
    row.addEventListener("input", show);
    show();
  }
}
